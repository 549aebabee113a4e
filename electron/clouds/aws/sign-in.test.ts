import { createHash } from 'node:crypto'
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { ManualClock } from '../../../tests/support/clocks.ts'
import { Secret } from '../../../shared/model/secret.ts'
import { SignIn } from './sign-in.ts'

let homeDir: string
let service: Server
let asked: string[]
let answer: (path: string, body: string) => { status?: number; body: string }
const environment = { ...process.env }

const clock = new ManualClock(Date.now())
const inAnHour = new Date(Date.now() + 3_600_000).toISOString()

/** AWS's own sign-in services (STS, the SSO portal) stand on loopback; the SDK is sent there as AWS documents it. */
beforeEach(async () => {
  homeDir = await mkdtemp(join(tmpdir(), 'aws-sign-in-'))
  await mkdir(join(homeDir, '.aws', 'sso', 'cache'), { recursive: true })
  asked = []
  service = createServer((request, response) => {
    let body = ''
    request.on('data', (chunk: Buffer) => (body += chunk.toString()))
    request.on('end', () => {
      asked.push(`${request.url ?? ''} ${body} ${request.headers.authorization ?? ''}`)
      const said = answer(request.url ?? '', body)
      response.writeHead(said.status ?? 200, {
        'content-type': said.body.startsWith('<') ? 'text/xml' : 'application/json',
      })
      response.end(said.body)
    })
  })
  await new Promise<void>((resolve) => service.listen(0, '127.0.0.1', resolve))
  const endpoint = `http://127.0.0.1:${(service.address() as AddressInfo).port}`
  Object.assign(process.env, {
    HOME: homeDir,
    AWS_ENDPOINT_URL_STS: endpoint,
    AWS_ENDPOINT_URL_SSO: endpoint,
    AWS_ACCESS_KEY_ID: 'AKIAENVIRONMENT',
    AWS_SECRET_ACCESS_KEY: 'of-the-environment',
  })
})

afterEach(async () => {
  process.env = { ...environment }
  service.closeAllConnections()
  await new Promise((resolve) => service.close(resolve))
  await rm(homeDir, { recursive: true, force: true })
})

async function files(config: string, credentials = ''): Promise<void> {
  await writeFile(join(homeDir, '.aws', 'config'), config)
  await writeFile(join(homeDir, '.aws', 'credentials'), credentials)
}

function withProfile(profile: string): SignIn {
  return new SignIn({ kind: 'profile', profile, homeDir, env: {} }, clock)
}

async function ssoToken(session: string, expiresAt: string): Promise<void> {
  const name = createHash('sha1').update(session).digest('hex')
  const token = { accessToken: 'sso-token', expiresAt, region: 'eu-west-1', startUrl: 'https://corp/start' }
  await writeFile(join(homeDir, '.aws', 'sso', 'cache', `${name}.json`), JSON.stringify(token))
}

const ssoConfig = `[profile work]
sso_session = corp
sso_account_id = 111122223333
sso_role_name = Admin
[sso-session corp]
sso_start_url = https://corp/start
sso_region = eu-west-1
[profile deploy]
role_arn = arn:aws:iam::111122223333:role/deploy
source_profile = work
`

test('stored keys are given as they are', async () => {
  const signIn = new SignIn(
    {
      kind: 'keys',
      accessKeyId: 'AKIA1',
      secretAccessKey: new Secret('secret'),
      sessionToken: new Secret('token'),
    },
    clock,
  )
  expect(await signIn.keys()).toEqual({
    accessKeyId: 'AKIA1',
    secretAccessKey: 'secret',
    sessionToken: 'token',
  })
  expect(await signIn.renewal()).toBe('Connect the cloud again with new keys.')
})

test('keys of a profile are kept until the cloud refuses them, then read again', async () => {
  await files('', '[work]\naws_access_key_id=AKIA1\naws_secret_access_key=one\n')
  const signIn = withProfile('work')
  expect(await signIn.keys()).toEqual({ accessKeyId: 'AKIA1', secretAccessKey: 'one' })
  await files('', '[work]\naws_access_key_id=AKIA2\naws_secret_access_key=two\n')
  expect(await signIn.keys()).toMatchObject({ accessKeyId: 'AKIA1' })
  signIn.forget()
  expect(await signIn.keys()).toMatchObject({ accessKeyId: 'AKIA2', secretAccessKey: 'two' })
})

test('a profile that is not there, or holds nothing, never falls back to other credentials', async () => {
  await files(
    '[profile empty]\nregion = eu-west-1\n',
    '[default]\naws_access_key_id=A\naws_secret_access_key=B\n',
  )
  await expect(withProfile('nobody').keys()).rejects.toMatchObject({ code: 'cloud.credentials' })
  await expect(withProfile('empty').keys()).rejects.toMatchObject({
    code: 'cloud.credentials',
    message: expect.stringContaining('Profile “empty” gives no credentials'),
  })
})

test('signs in with keys that are indented under their profile', async () => {
  await files('[profile dev]\n  aws_access_key_id = AKIADEV\n  aws_secret_access_key = dev\n')
  expect(await withProfile('dev').keys()).toEqual({ accessKeyId: 'AKIADEV', secretAccessKey: 'dev' })
})

test('a metadata service is never asked', async () => {
  await files('[profile vm]\nrole_arn = arn:aws:iam::1:role/x\ncredential_source = Ec2InstanceMetadata\n')
  await expect(withProfile('vm').keys()).rejects.toThrow(/“vm” takes its credentials from a metadata service/)
})

const stsAnswer = (expiration: string): string =>
  `<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult><Credentials><AccessKeyId>ASIAROLE</AccessKeyId><SecretAccessKey>role-secret</SecretAccessKey><SessionToken>role-token</SessionToken><Expiration>${expiration}</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>`

const roleConfig = `[profile deploy]
role_arn = arn:aws:iam::111122223333:role/deploy
source_profile = base
external_id = ext-1
region = eu-central-1
`
const roleCredentials = '[base]\naws_access_key_id=AKIABASE\naws_secret_access_key=base\n'

test('a role is assumed from the profile that it names, and again before it ends', async () => {
  await files(roleConfig, roleCredentials)
  answer = () => ({ body: stsAnswer(inAnHour) })
  const signIn = withProfile('deploy')
  expect(await signIn.keys()).toMatchObject({ accessKeyId: 'ASIAROLE', sessionToken: 'role-token' })
  expect(await signIn.keys()).toMatchObject({ accessKeyId: 'ASIAROLE' })
  expect(asked).toHaveLength(1)
  expect(asked[0]).toMatch(/Action=AssumeRole.*ExternalId=ext-1.*Credential=AKIABASE\/\d+\/eu-central-1\/sts/)
  const later = new ManualClock(Date.now())
  const again = new SignIn({ kind: 'profile', profile: 'deploy', homeDir, env: {} }, later)
  await again.keys()
  later.advance(56 * 60_000)
  await again.keys()
  expect(asked).toHaveLength(3)
})

test('several callers at once sign in once', async () => {
  await files(roleConfig, roleCredentials)
  answer = () => ({ body: stsAnswer(inAnHour) })
  const signIn = withProfile('deploy')
  await Promise.all([signIn.keys(), signIn.keys(), signIn.keys()])
  expect(asked).toHaveLength(1)
})

test('a role that may not be assumed says so', async () => {
  await files(roleConfig, roleCredentials)
  answer = () => ({
    status: 403,
    body: '<ErrorResponse><Error><Code>AccessDenied</Code><Message>User base is not authorized to perform: sts:AssumeRole</Message></Error></ErrorResponse>',
  })
  await expect(withProfile('deploy').keys()).rejects.toMatchObject({
    code: 'cloud.credentials',
    message: expect.stringContaining('not authorized to perform: sts:AssumeRole'),
  })
})

test('an SSO session gives keys', async () => {
  await files(ssoConfig)
  await ssoToken('corp', inAnHour)
  answer = () => ({
    body: JSON.stringify({
      roleCredentials: {
        accessKeyId: 'ASIASSO',
        secretAccessKey: 'sso-secret',
        sessionToken: 'sso-session',
        expiration: Date.now() + 3_600_000,
      },
    }),
  })
  expect(await withProfile('work').keys()).toMatchObject({
    accessKeyId: 'ASIASSO',
    sessionToken: 'sso-session',
  })
  expect(asked[0]).toContain('role_name=Admin')
})

test('an SSO session that has ended names the command that renews it, also behind a role', async () => {
  await files(ssoConfig)
  await ssoToken('corp', new Date(Date.now() - 60_000).toISOString())
  for (const profile of ['work', 'deploy']) {
    const signIn = withProfile(profile)
    await expect(signIn.keys()).rejects.toMatchObject({
      code: 'cloud.credentials',
      message: expect.stringContaining('aws sso login --profile work'),
    })
    expect(await signIn.renewal()).toBe('Renew it with: aws sso login --profile work')
  }
})

test('a sign-in service that is not reached is unreachable, not a wrong key', async () => {
  await files(roleConfig, roleCredentials)
  service.closeAllConnections()
  await new Promise((resolve) => service.close(resolve))
  await expect(withProfile('deploy').keys()).rejects.toMatchObject({
    code: 'cloud.unreachable',
    retryable: true,
  })
})

test.skipIf(process.platform === 'win32')(
  'a tool gives keys; its command stays out of what is said when it fails',
  async () => {
    const tool = join(homeDir, 'tool')
    await files(`[profile tool]\ncredential_process = ${tool} --secret hunter2\n`)
    await expect(withProfile('tool').keys()).rejects.toSatisfy(
      (error: Error & { code: string; details: object }) =>
        error.code === 'cloud.credentials' &&
        !`${error.message} ${JSON.stringify(error.details)}`.includes('hunter2'),
    )
    await writeFile(tool, `#!/bin/sh\necho '{"Version":1,"AccessKeyId":"ASIATOOL","SecretAccessKey":"t"}'\n`)
    await chmod(tool, 0o700)
    expect(await withProfile('tool').keys()).toMatchObject({ accessKeyId: 'ASIATOOL' })
  },
)
