import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { listAwsProfiles, profileFacts } from './aws-profiles.ts'

let homeDir: string

beforeEach(async () => {
  homeDir = await mkdtemp(join(tmpdir(), 'aws-home-'))
  await mkdir(join(homeDir, '.aws'))
})

afterEach(() => rm(homeDir, { recursive: true, force: true }))

const config = `
# work accounts
[default]
region = eu-central-1
output = json

[profile sso-new]
sso_session = corp
sso_account_id = 111122223333
sso_role_name = Admin
region=us-east-1 ; the old one

[sso-session corp]
sso_start_url = https://corp.awsapps.com/start
sso_region = eu-west-1

[profile "sso-old"]
sso_start_url = https://corp.awsapps.com/start
sso_region = eu-west-1
sso_account_id = 111122223333
sso_role_name = Admin

[profile deploy]
role_arn = arn:aws:iam::111122223333:role/deploy
source_profile = middle

[profile middle]
role_arn = arn:aws:iam::111122223333:role/middle
source_profile = sso-new
region = eu-north-1

[profile on-instance]
role_arn = arn:aws:iam::111122223333:role/deploy
credential_source = Ec2InstanceMetadata

[profile circle]
role_arn = arn:aws:iam::111122223333:role/a
source_profile = circle-2

[profile circle-2]
role_arn = arn:aws:iam::111122223333:role/b
source_profile = circle

[profile tool]
credential_process = /opt/bin/get --secret hunter2

[profile pod]
role_arn = arn:aws:iam::111122223333:role/pod
web_identity_token_file = /var/run/token

[profile nested]
s3 =
  region = not-a-region
  max_concurrent_requests = 20
`

const credentials = `[default]
aws_access_key_id = AKIADEFAULT
aws_secret_access_key = top-secret-1

[keys]
aws_access_key_id=AKIAKEYS
aws_secret_access_key=top-secret-2
aws_session_token=top-secret-3
`

async function writeFiles(): Promise<void> {
  await writeFile(join(homeDir, '.aws', 'config'), config)
  await writeFile(join(homeDir, '.aws', 'credentials'), credentials)
}

test('lists the profiles of both files with how they sign in, and no secret', async () => {
  await writeFiles()
  const profiles = await listAwsProfiles({ homeDir, env: {} })
  expect(profiles).toEqual([
    { name: 'default', region: 'eu-central-1', kind: 'keys' },
    { name: 'circle', region: null, kind: 'assume-role' },
    { name: 'circle-2', region: null, kind: 'assume-role' },
    { name: 'deploy', region: null, kind: 'assume-role' },
    { name: 'keys', region: null, kind: 'keys' },
    { name: 'middle', region: 'eu-north-1', kind: 'assume-role' },
    { name: 'nested', region: null, kind: 'other' },
    { name: 'on-instance', region: null, kind: 'assume-role' },
    { name: 'pod', region: null, kind: 'web-identity' },
    { name: 'sso-new', region: 'us-east-1', kind: 'sso' },
    { name: 'sso-old', region: null, kind: 'sso' },
    { name: 'tool', region: null, kind: 'process' },
  ])
  expect(JSON.stringify(profiles)).not.toMatch(/secret|hunter2|AKIA/)
})

test('takes the files that the environment names', async () => {
  const path = join(homeDir, 'elsewhere')
  await writeFile(path, '[profile other]\nregion = eu-west-3\n')
  const env = { AWS_CONFIG_FILE: path, AWS_SHARED_CREDENTIALS_FILE: '~/none' }
  await writeFiles()
  expect(await listAwsProfiles({ homeDir, env })).toEqual([
    { name: 'other', region: 'eu-west-3', kind: 'other' },
  ])
})

test.each([
  [
    'a profile at which the SDK gives up the file',
    '[a]\nregion = x\n[profile __proto__]\nregion = y\n',
    '__proto__',
  ],
  ['text that is no UTF-8', '\0[\0a\0]', 'UTF-16'],
])('%s is said, instead of an empty list', async (_what, text, words) => {
  await writeFile(join(homeDir, '.aws', 'config'), text)
  await expect(listAwsProfiles({ homeDir, env: {} })).rejects.toMatchObject({
    code: 'cloud.credentials',
    message: expect.stringContaining(words) as string,
  })
})

test('a pipe in the place of a file is said, and not waited for', async () => {
  await promisify(execFile)('mkfifo', [join(homeDir, '.aws', 'config')])
  await expect(listAwsProfiles({ homeDir, env: {} })).rejects.toThrow('is no file')
})

test('reads keys that are indented under their profile', async () => {
  await writeFile(
    join(homeDir, '.aws', 'config'),
    '[profile dev]\n  region = eu-west-1\n  aws_access_key_id = AKIADEV\n  aws_secret_access_key = dev\n',
  )
  expect(await listAwsProfiles({ homeDir, env: {} })).toEqual([
    { name: 'dev', region: 'eu-west-1', kind: 'keys' },
  ])
})

test.each([
  [
    'a name with a space',
    "[profile 'Shop Admin']\naws_access_key_id = AKIA\naws_secret_access_key = s\n",
    [],
  ],
  ['a padded header', '[ profile dev ]\naws_access_key_id = AKIA\naws_secret_access_key = s\n', []],
  [
    'keys in capitals',
    '[profile dev]\nAWS_ACCESS_KEY_ID = AKIA\nAWS_SECRET_ACCESS_KEY = s\n',
    [{ name: 'dev', region: null, kind: 'other' }],
  ],
])('%s, which the SDK does not read, is not offered to sign in with', async (_what, text, offered) => {
  await writeFile(join(homeDir, '.aws', 'config'), text)
  expect(await listAwsProfiles({ homeDir, env: {} })).toEqual(offered)
})

test('a file that is no UTF-8 is said', async () => {
  const text = '\ufeff[default]\r\naws_access_key_id = AKIADEFAULT\r\n'
  await writeFile(join(homeDir, '.aws', 'credentials'), text, 'utf16le')
  await expect(listAwsProfiles({ homeDir, env: {} })).rejects.toMatchObject({
    code: 'cloud.credentials',
    message: expect.stringMatching(/credentials is written as UTF-16\. Save it as UTF-8\.$/),
  })
})

test('no files are no profiles; a file that cannot be read is said', async () => {
  expect(await listAwsProfiles({ homeDir, env: {} })).toEqual([])
  await mkdir(join(homeDir, '.aws', 'config'))
  await expect(listAwsProfiles({ homeDir, env: {} })).rejects.toMatchObject({ code: 'cloud.credentials' })
})

test('follows a role to where its credentials come from', async () => {
  await writeFiles()
  const home = { homeDir, env: {} }
  expect(await profileFacts(home, 'deploy')).toEqual({
    kind: 'assume-role',
    region: null,
    ssoProfile: 'sso-new',
    metadataProfile: null,
  })
  expect(await profileFacts(home, 'on-instance')).toMatchObject({ metadataProfile: 'on-instance' })
  expect(await profileFacts(home, 'circle')).toMatchObject({ ssoProfile: null, metadataProfile: null })
  await expect(profileFacts(home, 'nobody')).rejects.toThrow(/no profile “nobody” in .*config/)
})
