import { afterEach, expect, test } from 'vitest'
import { realClock } from '../../../tests/support/clocks.ts'
import { silentLog } from '../../../tests/support/logs.ts'
import {
  ec2Answer,
  ec2Instance,
  ec2Refusal,
  ec2Reservations,
  type ScriptedAnswer,
  type ScriptedCall,
  type ScriptedEc2,
  startScriptedEc2,
} from '../../../tests/support/scripted-ec2.ts'
import { Secret } from '../../../shared/model/secret.ts'
import { GroupRule } from '../../../shared/model/security-groups.ts'
import { type CloudProvider, type LaunchRequest, plainLaunchOptions } from '../../engine/clouds/index.ts'
import { createAwsProvider } from './aws-provider.ts'

const tag = { key: 'farmhand:workspace', value: 'w*1' }
const request: LaunchRequest = {
  ...plainLaunchOptions(),
  clientToken: 'token-1',
  count: 2,
  imageId: 'ami-1',
  instanceType: 't3.micro',
  zone: 'eu-west-1a',
  keyName: 'key',
  securityGroupIds: ['sg-1', 'sg-2'],
  userData: '#!/bin/sh\necho ✓\n',
  tags: { Name: 'web', 'farmhand:farm': 'f' },
}

const open: { server: ScriptedEc2; provider: CloudProvider }[] = []

afterEach(async () => {
  for (const { server, provider } of open.splice(0)) {
    provider.close()
    await server.stop()
  }
})

/** A provider against a server that answers by action, or by call. */
async function against(
  answer: Record<string, ScriptedAnswer | ((call: ScriptedCall, number: number) => ScriptedAnswer)>,
): Promise<{ server: ScriptedEc2; provider: CloudProvider; asked: () => string[] }> {
  const server = await startScriptedEc2((call, number) => {
    const said = answer[call.action] ?? ec2Refusal('InvalidAction', `no ${call.action} here`)
    return typeof said === 'function' ? said(call, number) : said
  })
  const provider = createAwsProvider({
    signIn: { kind: 'keys', accessKeyId: 'AKIANAMED', secretAccessKey: new Secret('s') },
    endpoint: server.endpoint,
    clock: realClock,
    log: silentLog,
  })
  open.push({ server, provider })
  return { server, provider, asked: () => server.calls.map((call) => call.action) }
}

const launched = ec2Answer(
  'RunInstances',
  `<instancesSet>${ec2Instance('i-2', { launchIndex: 1 })}${ec2Instance('i-1')}</instancesSet>`,
)

test('launches in one call with token, tags, zone and user data, and answers by position', async () => {
  const { server, provider } = await against({ RunInstances: launched })
  const instances = await provider.instances.launch('eu-west-1', request)
  expect(instances.map(({ id, launchPosition }) => [id, launchPosition])).toEqual([
    ['i-1', 0],
    ['i-2', 1],
  ])
  const params = Object.fromEntries(server.calls[0]?.params ?? [])
  expect(params).toMatchObject({
    ClientToken: 'token-1',
    MinCount: '1',
    MaxCount: '2',
    ImageId: 'ami-1',
    InstanceType: 't3.micro',
    KeyName: 'key',
    'SecurityGroupId.1': 'sg-1',
    'SecurityGroupId.2': 'sg-2',
    'Placement.AvailabilityZone': 'eu-west-1a',
    UserData: Buffer.from(request.userData).toString('base64'),
    'TagSpecification.1.ResourceType': 'instance',
    'TagSpecification.1.Tag.1.Key': 'Name',
    'TagSpecification.2.ResourceType': 'volume',
    'TagSpecification.2.Tag.2.Value': 'f',
  })
})

test('signs as who was named, whatever the environment holds', async () => {
  const { server, provider } = await against({ RunInstances: launched })
  const before = { ...process.env }
  Object.assign(process.env, {
    AWS_ACCESS_KEY_ID: 'AKIAOTHER',
    AWS_SECRET_ACCESS_KEY: 'x',
    AWS_PROFILE: 'none',
  })
  try {
    await provider.instances.launch('eu-west-1', request)
  } finally {
    process.env = before
  }
  expect(server.calls[0]?.headers.authorization).toMatch(/Credential=AKIANAMED\/\d+\/eu-west-1\/ec2\//)
})

test('a launch whose reply is lost is asked again with the same token', async () => {
  const { server, provider } = await against({
    RunInstances: (_call, number) => (number < 2 ? 'cut' : launched),
  })
  await provider.instances.launch('eu-west-1', request)
  expect(server.calls.map((call) => call.params.get('ClientToken'))).toEqual([
    'token-1',
    'token-1',
    'token-1',
  ])
})

test('no room is said at once, though EC2 says it with status 500', async () => {
  const full = ec2Refusal('InsufficientInstanceCapacity', 'We currently do not have sufficient capacity', 500)
  const { provider, asked } = await against({ RunInstances: full })
  await expect(provider.instances.launch('eu-west-1', request)).rejects.toMatchObject({
    code: 'cloud.capacity',
    message: expect.stringContaining('eu-west-1a has no room for t3.micro'),
    details: { cloudCode: 'InsufficientInstanceCapacity', requestId: 'req-refused' },
  })
  expect(asked()).toEqual(['RunInstances'])
})

test('a refusal is not asked again', async () => {
  const { provider, asked } = await against({
    RunInstances: ec2Refusal('InvalidParameterValue', 'no such type'),
  })
  await expect(provider.instances.launch('eu-west-1', request)).rejects.toMatchObject({
    code: 'cloud.refused',
  })
  expect(asked()).toEqual(['RunInstances'])
})

test('throttled calls are asked again', async () => {
  const { provider, asked } = await against({
    RunInstances: (_call, number) =>
      number === 0 ? ec2Refusal('RequestLimitExceeded', 'Request limit exceeded.', 503) : launched,
  })
  expect(await provider.instances.launch('eu-west-1', request)).toHaveLength(2)
  expect(asked()).toEqual(['RunInstances', 'RunInstances'])
})

test.each([
  ['an empty body', { body: '' }, 'it is empty'],
  [
    'a web page',
    { body: '<!DOCTYPE html><html><body>Sign in to the hotel</body></html>' },
    'it is a web page',
  ],
  ['a bare web page', { body: '<html></html>' }, 'it is a web page'],
  ['plain text', { body: 'ok' }, 'it holds no XML'],
  ['the answer to another call', ec2Answer('DescribeVpcs', ''), 'it is a <DescribeVpcsResponse>'],
  ['a web page as a refusal', { status: 403, body: '<html>Blocked</html>' }, 'it is a web page'],
  [
    'a list that is cut off',
    { body: '<DescribeInstancesResponse><reservationSet><item>' },
    'it ends in the middle',
  ],
  [
    'tags that do not match',
    { body: '<DescribeInstancesResponse><reservationSet></item></DescribeInstancesResponse>' },
    '</item> closes nothing',
  ],
])('%s is no list of instances', async (_what, answer, words) => {
  const { provider } = await against({ DescribeInstances: answer })
  await expect(provider.instances.listByTag('eu-west-1', tag)).rejects.toMatchObject({
    code: 'cloud.bad_answer',
    retryable: true,
    message: expect.stringContaining(words),
  })
})

test('a gateway’s error page is asked again', async () => {
  const { provider, asked } = await against({
    DescribeInstances: (_call, number) =>
      number === 0
        ? { status: 502, body: '<html>Bad gateway</html>' }
        : ec2Answer('DescribeInstances', ec2Reservations([])),
  })
  expect(await provider.instances.listByTag('eu-west-1', tag)).toEqual([])
  expect(asked()).toHaveLength(2)
})

test('lists all pages; the tag’s value is taken literally', async () => {
  const { server, provider } = await against({
    DescribeInstances: ({ params }) => {
      const page = Number(params.get('NextToken') ?? 0)
      return ec2Answer(
        'DescribeInstances',
        ec2Reservations([ec2Instance(`i-${page}`)], page < 2 ? String(page + 1) : undefined),
      )
    },
  })
  const instances = await provider.instances.listByTag('eu-west-1', tag)
  expect(instances.map(({ id }) => id)).toEqual(['i-0', 'i-1', 'i-2'])
  expect(server.calls[0]?.params.get('Filter.1.Name')).toBe('tag:farmhand:workspace')
  expect(server.calls[0]?.params.get('Filter.1.Value.1')).toBe('w\\*1')
  expect(server.calls[0]?.params.get('MaxResults')).toBe('1000')
})

test('a list that names the same page again is refused', async () => {
  const { provider, asked } = await against({
    DescribeInstances: ec2Answer('DescribeInstances', ec2Reservations([ec2Instance('i-1')], 'again')),
  })
  await expect(provider.instances.listByTag('eu-west-1', tag)).rejects.toMatchObject({
    code: 'cloud.bad_answer',
  })
  expect(asked()).toHaveLength(2)
})

test('a page that fails makes the whole list fail', async () => {
  const { provider } = await against({
    DescribeInstances: ({ params }) =>
      params.has('NextToken')
        ? ec2Refusal('InvalidParameterValue', 'Unable to parse pagination token')
        : ec2Answer('DescribeInstances', ec2Reservations([ec2Instance('i-1')], 'next')),
  })
  await expect(provider.instances.listByTag('eu-west-1', tag)).rejects.toMatchObject({
    code: 'cloud.refused',
  })
})

/** Three pages, the middle one without instances; `tagged` is what the list of tags says. */
function withEmptyPage(tagged: readonly string[]): Parameters<typeof against>[0] {
  return {
    DescribeInstances: ({ params }) => {
      const page = Number(params.get('NextToken') ?? 0)
      const instances = page === 1 ? [] : [ec2Instance(`i-${page}`)]
      return ec2Answer(
        'DescribeInstances',
        ec2Reservations(instances, page < 2 ? String(page + 1) : undefined),
      )
    },
    DescribeTags: ec2Answer(
      'DescribeTags',
      `<tagSet>${tagged.map((id) => `<item><resourceId>${id}</resourceId></item>`).join('')}</tagSet>`,
    ),
  }
}

test('an empty page before the last is accepted when the tags agree, and refused when they do not', async () => {
  const whole = await against(withEmptyPage(['i-0', 'i-2']))
  expect(await whole.provider.instances.listByTag('eu-west-1', tag)).toHaveLength(2)
  const lost = await against(withEmptyPage(['i-0', 'i-1', 'i-2']))
  await expect(lost.provider.instances.listByTag('eu-west-1', tag)).rejects.toMatchObject({
    code: 'cloud.bad_answer',
    retryable: true,
    message: expect.stringContaining('not whole: 1'),
  })
})

test('asks for instances by a filter, so that unknown ids are left out', async () => {
  const { server, provider } = await against({
    DescribeInstances: ec2Answer('DescribeInstances', ec2Reservations([ec2Instance('i-1')])),
  })
  const ids = Array.from({ length: 201 }, (_, number) => `i-${number}`)
  await provider.instances.listById('eu-west-1', ids)
  expect(server.calls.map((call) => call.params.has('Filter.1.Value.200'))).toEqual([true, false])
  expect(await provider.instances.listById('eu-west-1', [])).toEqual([])
  expect(server.calls).toHaveLength(2)
})

test('ids that are unknown at the end of life are gone: the others are terminated', async () => {
  const { server, provider } = await against({
    TerminateInstances: ({ params }) =>
      [...params.values()].includes('i-2')
        ? ec2Refusal('InvalidInstanceID.NotFound', "The instance IDs 'i-2, i-3' do not exist")
        : ec2Answer('TerminateInstances', '<instancesSet/>'),
  })
  await provider.instances.terminate('eu-west-1', ['i-1', 'i-2', 'i-3'])
  const ids = server.calls.map((call) =>
    [...call.params].flatMap(([key, id]) => (key.startsWith('InstanceId') ? [id] : [])),
  )
  expect(ids).toEqual([['i-1', 'i-2', 'i-3'], ['i-1']])
})

test('a lone id that is unknown is terminated already; stopping one is refused', async () => {
  const unknown = ec2Refusal('InvalidInstanceID.NotFound', "The instance ID 'i-1' does not exist")
  const { provider } = await against({ TerminateInstances: unknown, StopInstances: unknown })
  await provider.instances.terminate('eu-west-1', ['i-1'])
  await expect(provider.instances.stop('eu-west-1', ['i-1'])).rejects.toMatchObject({
    code: 'cloud.not_found',
  })
})

const key = { name: 'farm', publicKey: 'ssh-ed25519 AAAA mine', tags: {} }
const keys = (publicKey: string): ScriptedAnswer =>
  ec2Answer(
    'DescribeKeyPairs',
    `<keySet><item><keyName>farm</keyName><publicKey>${publicKey}</publicKey></item></keySet>`,
  )
const duplicate = ec2Refusal('InvalidKeyPair.Duplicate', 'The keypair already exists')

test('a key that is there stays when it is the same, whatever its comment', async () => {
  const { provider, asked } = await against({
    ImportKeyPair: duplicate,
    DescribeKeyPairs: keys('ssh-ed25519 AAAA  other-comment'),
  })
  await provider.keyPairs.ensure('eu-west-1', key)
  expect(asked()).toEqual(['ImportKeyPair', 'DescribeKeyPairs'])
})

test('a key of that name that is another one is replaced', async () => {
  const { provider, asked } = await against({
    ImportKeyPair: (_call, number) => (number === 0 ? duplicate : ec2Answer('ImportKeyPair', '')),
    DescribeKeyPairs: keys('ssh-ed25519 BBBB mine'),
    DeleteKeyPair: ec2Answer('DeleteKeyPair', '<return>true</return>'),
  })
  await provider.keyPairs.ensure('eu-west-1', key)
  expect(asked()).toEqual(['ImportKeyPair', 'DescribeKeyPairs', 'DeleteKeyPair', 'ImportKeyPair'])
})

const wantedGroup = {
  name: 'farm',
  description: 'Farm “x”',
  vpcId: null,
  rulesFor: (groupId: string) => [
    GroupRule.parse({ fromPort: 22, toPort: 22, peer: { kind: 'cidr', cidr: '0.0.0.0/0' } }),
    GroupRule.parse({ protocol: 'all', peer: { kind: 'group', groupId } }),
  ],
  tags: { a: 'b' },
}
const vpc = ec2Answer('DescribeVpcs', '<vpcSet><item><vpcId>vpc-1</vpcId></item></vpcSet>')
const groupsAre = (permissions: string | null): ScriptedAnswer =>
  ec2Answer(
    'DescribeSecurityGroups',
    permissions === null
      ? '<securityGroupInfo/>'
      : `<securityGroupInfo><item><groupId>sg-1</groupId><groupName>farm</groupName><ipPermissions>${permissions}</ipPermissions></item></securityGroupInfo>`,
  )
const ssh =
  '<item><ipProtocol>tcp</ipProtocol><fromPort>22</fromPort><toPort>22</toPort><ipRanges><item><cidrIp>0.0.0.0/0</cidrIp></item></ipRanges></item>'
const self = '<item><ipProtocol>-1</ipProtocol><groups><item><groupId>sg-1</groupId></item></groups></item>'
const authorized = ec2Answer('AuthorizeSecurityGroupIngress', '<return>true</return>')

test('a group that is missing is made with its rules', async () => {
  const { server, provider } = await against({
    DescribeVpcs: vpc,
    DescribeSecurityGroups: groupsAre(null),
    CreateSecurityGroup: ec2Answer('CreateSecurityGroup', '<groupId>sg-1</groupId>'),
    AuthorizeSecurityGroupIngress: (_call, number) =>
      number === 3 ? ec2Refusal('InvalidGroup.NotFound', 'not yet') : authorized,
  })
  expect(await provider.securityGroups.ensure('eu-west-1', wantedGroup)).toEqual({
    id: 'sg-1',
    created: true,
  })
  const [, , create, , authorize] = server.calls
  expect(Object.fromEntries(create?.params ?? [])).toMatchObject({
    GroupName: 'farm',
    GroupDescription: 'Farm -x-',
    VpcId: 'vpc-1',
    'TagSpecification.1.Tag.1.Key': 'a',
  })
  expect(Object.fromEntries(authorize?.params ?? [])).toMatchObject({
    'IpPermissions.1.IpProtocol': 'tcp',
    'IpPermissions.1.FromPort': '22',
    'IpPermissions.1.IpRanges.1.CidrIp': '0.0.0.0/0',
    'IpPermissions.2.IpProtocol': '-1',
    'IpPermissions.2.Groups.1.GroupId': 'sg-1',
  })
})

test('a group that has all rules is left alone; one that lacks some gets those', async () => {
  const same = await against({ DescribeVpcs: vpc, DescribeSecurityGroups: groupsAre(ssh + self) })
  expect(await same.provider.securityGroups.ensure('eu-west-1', wantedGroup)).toEqual({
    id: 'sg-1',
    created: false,
  })
  expect(same.asked()).toEqual(['DescribeVpcs', 'DescribeSecurityGroups'])

  const lacks = await against({
    DescribeVpcs: vpc,
    DescribeSecurityGroups: groupsAre(ssh),
    AuthorizeSecurityGroupIngress: authorized,
  })
  await lacks.provider.securityGroups.ensure('eu-west-1', wantedGroup)
  expect(lacks.server.calls.at(-1)?.params.get('IpPermissions.1.IpProtocol')).toBe('-1')
  expect(lacks.server.calls.at(-1)?.params.has('IpPermissions.2.IpProtocol')).toBe(false)
})

test('two makers at once end with one group', async () => {
  const { provider, asked } = await against({
    DescribeVpcs: vpc,
    DescribeSecurityGroups: (_call, number) => groupsAre(number === 1 ? null : ssh),
    CreateSecurityGroup: ec2Refusal('InvalidGroup.Duplicate', 'already exists'),
    AuthorizeSecurityGroupIngress: ec2Refusal('InvalidPermission.Duplicate', 'the rule already exists'),
  })
  expect(await provider.securityGroups.ensure('eu-west-1', wantedGroup)).toEqual({
    id: 'sg-1',
    created: false,
  })
  expect(asked()).toEqual([
    'DescribeVpcs',
    'DescribeSecurityGroups',
    'CreateSecurityGroup',
    'DescribeSecurityGroups',
    'AuthorizeSecurityGroupIngress',
  ])
})

test('a group in use stays; one that is not there is gone', async () => {
  const used = await against({ DeleteSecurityGroup: ec2Refusal('DependencyViolation', 'in use') })
  expect(await used.provider.securityGroups.delete('eu-west-1', 'sg-1')).toBe(false)
  const gone = await against({ DeleteSecurityGroup: ec2Refusal('InvalidGroup.NotFound', 'no such group') })
  expect(await gone.provider.securityGroups.delete('eu-west-1', 'sg-1')).toBe(true)
})

test('console output is taken without Latest where the instance cannot give it', async () => {
  const { server, provider } = await against({
    GetConsoleOutput: ({ params }) =>
      params.has('Latest')
        ? ec2Refusal(
            'UnsupportedOperation',
            'This instance type does not support retrieving the latest console logs',
          )
        : ec2Answer(
            'GetConsoleOutput',
            `<timestamp>2026-01-01T00:00:00.000Z</timestamp><output>${Buffer.from('boot ✓').toString('base64')}</output>`,
          ),
  })
  expect(await provider.instances.consoleOutput('eu-west-1', 'i-1')).toEqual({
    text: 'boot ✓',
    at: '2026-01-01T00:00:00.000Z',
  })
  expect(server.calls).toHaveLength(2)
})

test('keys that are refused name the region and what to do; a wrong region says so', async () => {
  const refused = await against({
    DescribeAvailabilityZones: ec2Refusal('AuthFailure', 'not able to validate', 401),
  })
  await expect(refused.provider.zones.list('eu-west-1')).rejects.toMatchObject({
    code: 'cloud.credentials',
    message: expect.stringContaining('in eu-west-1. Check the keys'),
  })
  const scope = ec2Refusal('AuthFailure', 'Credential should be scoped to a valid region', 401)
  const wrong = await against({ DescribeAvailabilityZones: scope })
  await expect(wrong.provider.zones.list('eu-nowhere-1')).rejects.toMatchObject({
    code: 'cloud.wrong_location',
  })
})

test('an aborted call ends with the reason', async () => {
  const { provider } = await against({ DescribeAvailabilityZones: 'cut' })
  const stop = new AbortController()
  const zones = provider.zones.list('eu-west-1', { signal: stop.signal })
  stop.abort(new Error('changed my mind'))
  await expect(zones).rejects.toThrow('changed my mind')
})

test('a machine that is not there is unreachable', async () => {
  const { server, provider } = await against({})
  await server.stop()
  await expect(provider.identity('eu-west-1')).rejects.toMatchObject({
    code: 'cloud.unreachable',
    retryable: true,
    message: expect.stringContaining('ECONNREFUSED'),
  })
})

test('offers are what Farmhand can use', async () => {
  const zone = (name: string, type: string): string =>
    `<item><zoneName>${name}</zoneName><zoneState>available</zoneState><zoneType>${type}</zoneType></item>`
  const type = (name: string, architecture: string): string =>
    `<item><instanceType>${name}</instanceType><currentGeneration>true</currentGeneration><processorInfo><supportedArchitectures><item>${architecture}</item></supportedArchitectures></processorInfo><vCpuInfo><defaultVCpus>2</defaultVCpus></vCpuInfo><memoryInfo><sizeInMiB>1024</sizeInMiB></memoryInfo></item>`
  const { server, provider } = await against({
    DescribeAvailabilityZones: ec2Answer(
      'DescribeAvailabilityZones',
      `<availabilityZoneInfo>${zone('eu-west-1b', 'availability-zone')}${zone('eu-west-1-wl1', 'wavelength-zone')}${zone('eu-west-1a', 'availability-zone')}</availabilityZoneInfo>`,
    ),
    DescribeInstanceTypes: ({ params }) =>
      params.has('NextToken')
        ? ec2Answer(
            'DescribeInstanceTypes',
            `<instanceTypeSet>${type('t3.micro', 'x86_64')}</instanceTypeSet>`,
          )
        : ec2Answer(
            'DescribeInstanceTypes',
            `<instanceTypeSet>${type('t4g.micro', 'arm64')}${type('mac2.metal', 'arm64_mac')}</instanceTypeSet><nextToken>2</nextToken>`,
          ),
    DescribeImages: ec2Answer(
      'DescribeImages',
      '<imagesSet><item><imageId>ami-1</imageId><name>ubuntu</name><architecture>x86_64</architecture><imageState>available</imageState><imageOwnerId>099720109477</imageOwnerId><creationDate>2026-01-01T00:00:00.000Z</creationDate></item></imagesSet>',
    ),
  })
  expect(await provider.zones.list('eu-west-1')).toEqual([
    { name: 'eu-west-1a', state: 'available' },
    { name: 'eu-west-1b', state: 'available' },
  ])
  expect((await provider.instanceTypes.list('eu-west-1')).map(({ name }) => name)).toEqual([
    't3.micro',
    't4g.micro',
  ])
  const images = await provider.images.search('eu-west-1', { owner: '099720109477', namePattern: 'ubuntu*' })
  expect(images).toMatchObject([{ cloudImageId: 'ami-1', ownerId: '099720109477', state: 'available' }])
  expect(Object.fromEntries(server.calls.at(-1)?.params ?? [])).toMatchObject({
    'Owner.1': '099720109477',
    'Filter.1.Name': 'name',
    'Filter.1.Value.1': 'ubuntu*',
  })
})
