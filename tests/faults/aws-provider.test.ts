import { generateKeyPairSync, randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { createAwsProvider } from '../../electron/clouds/aws/index.ts'
import type { CloudInstance, CloudProvider, LaunchRequest } from '../../electron/engine/clouds/index.ts'
import { plainLaunchOptions } from '../../electron/engine/clouds/index.ts'
import { Secret } from '../../shared/model/secret.ts'
import { GroupRule } from '../../shared/model/security-groups.ts'
import { realClock } from '../support/clocks.ts'
import { silentLog } from '../support/logs.ts'
import { type SandboxProcess, startSandboxProcess } from '../support/sandbox-client.ts'

const location = 'sandbox-east-1'
const farmTag = 'farmhand:farm'

let directory: string
let sandbox: SandboxProcess
let provider: CloudProvider
let imageId: string

/** A provider of its own: what the SDK learned of the cloud's rate in one test does not slow down the next. */
function newProvider(change: { secretAccessKey?: string; pageSize?: number } = {}): CloudProvider {
  return createAwsProvider({
    signIn: {
      kind: 'keys',
      accessKeyId: sandbox.accessKeyId,
      secretAccessKey: new Secret(change.secretAccessKey ?? sandbox.secretAccessKey),
    },
    endpoint: sandbox.endpoint,
    clock: realClock,
    log: silentLog,
    pageSize: change.pageSize ?? 5,
  })
}

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'sandbox-'))
  sandbox = await startSandboxProcess({ dir: directory, bootMs: 0 })
  provider = newProvider()
  const [image] = await provider.images.search(location, {
    owner: 'sandbox',
    namePattern: 'sandbox-linux-*-x86_64',
  })
  imageId = image?.cloudImageId ?? ''
  await provider.keyPairs.ensure(location, { name: 'key', publicKey: publicKey(), tags: {} })
  provider.close()
})

beforeEach(() => {
  provider = newProvider()
})

afterEach(async () => {
  provider.close()
  await sandbox.clearFaults()
})

afterAll(async () => {
  await sandbox.stop()
  await rm(directory, { recursive: true, force: true, maxRetries: 5 })
})

function publicKey(): string {
  const { publicKey: key } = generateKeyPairSync('ed25519')
  const raw = key.export({ format: 'der', type: 'spki' }).subarray(-32)
  const name = Buffer.from('ssh-ed25519')
  const field = (bytes: Buffer): Buffer => Buffer.concat([Buffer.from([0, 0, 0, bytes.length]), bytes])
  return `ssh-ed25519 ${Buffer.concat([field(name), field(raw)]).toString('base64')} test`
}

/** A launch of a farm of its own, so that tests do not see each other's instances. */
function aLaunch(change: Partial<LaunchRequest> = {}): LaunchRequest {
  return {
    ...plainLaunchOptions(),
    clientToken: randomUUID(),
    count: 2,
    imageId,
    instanceType: 't3.micro',
    zone: null,
    keyName: 'key',
    securityGroupIds: [],
    userData: '',
    tags: { [farmTag]: randomUUID() },
    ...change,
  }
}

/** What the cloud has of a launch, asked by its tag over connections of its own. */
async function made(request: LaunchRequest): Promise<CloudInstance[]> {
  const asking = newProvider({ pageSize: 1000 })
  try {
    return await asking.instances.listByTag(location, { key: farmTag, value: request.tags[farmTag] ?? '' })
  } finally {
    asking.close()
  }
}

function ids(instances: readonly CloudInstance[]): string[] {
  return instances.map(({ id }) => id).sort()
}

async function callsDuring(action: string, work: () => Promise<unknown>): Promise<number> {
  const before = (await sandbox.calls())[action] ?? 0
  await work()
  return ((await sandbox.calls())[action] ?? 0) - before
}

describe('lists', () => {
  test('come whole from all their pages, in as many calls as pages', async () => {
    const request = aLaunch({ count: 12 })
    const launched = await provider.instances.launch(location, request)
    const calls = await callsDuring('DescribeInstances', async () => {
      const listed = await provider.instances.listByTag(location, {
        key: farmTag,
        value: request.tags[farmTag] ?? '',
      })
      expect(ids(listed)).toEqual(ids(launched))
    })
    expect(calls).toBe(3)
  })

  test.each([1, 2])('are refused when page %i comes without its instances', async (page) => {
    const request = aLaunch({ count: 12 })
    await provider.instances.launch(location, request)
    await sandbox.faults({ kind: 'missing-page', action: 'DescribeInstances', page })
    await expect(
      provider.instances.listByTag(location, { key: farmTag, value: request.tags[farmTag] ?? '' }),
    ).rejects.toMatchObject({
      code: 'cloud.bad_answer',
      retryable: true,
      message: expect.stringContaining('not whole: 5'),
    })
  })

  test('are refused when a page is not given at all', async () => {
    const request = aLaunch({ count: 12 })
    await provider.instances.launch(location, request)
    await sandbox.faults({ kind: 'refuse', code: 'InvalidParameterValue', action: 'DescribeInstances' })
    await expect(
      provider.instances.listByTag(location, { key: farmTag, value: request.tags[farmTag] ?? '' }),
    ).rejects.toMatchObject({ code: 'cloud.refused', details: { cloudCode: 'InvalidParameterValue' } })
  })

  test('a tag’s value means itself, also with wildcards in it', async () => {
    const request = aLaunch({ count: 1, tags: { [farmTag]: 'a*b?' } })
    const other = aLaunch({ count: 1, tags: { [farmTag]: 'axxbx' } })
    const [instance] = await provider.instances.launch(location, request)
    await provider.instances.launch(location, other)
    expect(ids(await made(request))).toEqual([instance?.id])
  })
})

describe('RequestLimitExceeded', () => {
  test('is asked again, and the launch is made once', async () => {
    const request = aLaunch()
    await sandbox.faults({ kind: 'throttle', action: 'RunInstances', calls: 2 })
    const launched = await provider.instances.launch(location, request)
    expect(ids(await made(request))).toEqual(ids(launched))
  })

  test('that does not end is said, and nothing is made', async () => {
    const request = aLaunch()
    await sandbox.faults({ kind: 'throttle', action: 'RunInstances' })
    const calls = await callsDuring('RunInstances', () =>
      expect(provider.instances.launch(location, request)).rejects.toMatchObject({
        code: 'cloud.throttled',
        retryable: true,
        message: `The cloud takes no more RunInstances calls in ${location} for now. Farmhand slows down and asks again.`,
        details: { cloudCode: 'RequestLimitExceeded', requestId: expect.any(String) },
      }),
    )
    expect(calls).toBe(4)
    expect(await made(request)).toEqual([])
  })
})

describe('capacity and quota', () => {
  test('none left in the zone: said at once, with zone and type', async () => {
    const request = aLaunch({ zone: 'sandbox-east-1a' })
    await sandbox.faults({ kind: 'no-capacity', zone: 'sandbox-east-1a' })
    const calls = await callsDuring('RunInstances', () =>
      expect(provider.instances.launch(location, request)).rejects.toMatchObject({
        code: 'cloud.capacity',
        retryable: true,
        message:
          'sandbox-east-1a has no room for t3.micro now. Choose another zone or instance type, or wait.',
      }),
    )
    expect(calls).toBe(1)
    expect(await made(request)).toEqual([])
    expect(
      await provider.instances.launch(location, {
        ...request,
        clientToken: randomUUID(),
        zone: 'sandbox-east-1b',
      }),
    ).toHaveLength(2)
  })

  test('none left anywhere: the location is named', async () => {
    await sandbox.faults({ kind: 'no-capacity' })
    await expect(provider.instances.launch(location, aLaunch())).rejects.toThrow(
      `${location} has no room for t3.micro now.`,
    )
  })

  test('room for some: those are made and answered by position', async () => {
    const request = aLaunch({ count: 5 })
    await sandbox.faults({ kind: 'no-capacity', room: 3 })
    const launched = await provider.instances.launch(location, request)
    expect(launched.map(({ launchPosition }) => launchPosition)).toEqual([0, 1, 2])
    expect(ids(await made(request))).toEqual(ids(launched))
  })

  test('a quota that is used up is not asked again', async () => {
    await sandbox.faults({
      kind: 'refuse',
      code: 'VcpuLimitExceeded',
      message: 'You have requested more vCPU capacity than your limit of 32.',
    })
    await expect(provider.instances.launch(location, aLaunch())).rejects.toMatchObject({
      code: 'cloud.quota',
      retryable: false,
      message: expect.stringContaining('your limit of 32'),
    })
  })
})

describe('InvalidInstanceID.NotFound just after a launch', () => {
  test('leaves new instances out of lists without failing; they show up later', async () => {
    const request = aLaunch()
    const old = await provider.instances.launch(location, aLaunch())
    await sandbox.faults({ kind: 'invisible', ms: 5_000, calls: 1 })
    const launched = await provider.instances.launch(location, request)
    const asked = [...ids(old), ...ids(launched)]
    expect(ids(await provider.instances.listById(location, asked))).toEqual(ids(old))
    await expect(provider.instances.stop(location, ids(launched))).rejects.toMatchObject({
      code: 'cloud.not_found',
    })
    expect(ids(await provider.instances.launch(location, request))).toEqual(ids(launched))
    await vi.waitFor(async () => expect(ids(await made(request))).toEqual(ids(launched)), {
      timeout: 30_000,
      interval: 100,
    })
    expect(ids(await provider.instances.listById(location, asked))).toEqual([...asked].sort())
  })

  test('terminate goes on with those that the cloud knows', async () => {
    const old = await provider.instances.launch(location, aLaunch())
    await provider.instances.terminate(location, [...ids(old), 'i-0123456789abcdef0'])
    const states = (await provider.instances.listById(location, ids(old))).map(({ state }) => state)
    expect(states).toEqual(['shutting-down', 'shutting-down'])
  })
})

describe('a reply that is lost after the instances were made', () => {
  test.each([1, 3])('%i times: exactly one set of instances', async (calls) => {
    const request = aLaunch({ count: 3 })
    await sandbox.faults({ kind: 'lose-reply', action: 'RunInstances', calls })
    const launched = await provider.instances.launch(location, request)
    expect(launched).toHaveLength(3)
    expect(ids(await made(request))).toEqual(ids(launched))
  })

  test('for good: the call fails, and the same call later answers the same set', async () => {
    const request = aLaunch({ count: 3 })
    await sandbox.faults({ kind: 'lose-reply', action: 'RunInstances' })
    await expect(provider.instances.launch(location, request)).rejects.toMatchObject({
      code: 'cloud.unreachable',
      retryable: true,
    })
    await sandbox.clearFaults()
    const launched = await provider.instances.launch(location, request)
    expect(launched).toHaveLength(3)
    expect(ids(await made(request))).toEqual(ids(launched))
  })

  test('of key pair and security group: each is there once', async () => {
    const tag = randomUUID()
    await sandbox.faults({ kind: 'lose-reply', action: 'ImportKeyPair', calls: 1 })
    await sandbox.faults({ kind: 'lose-reply', action: 'CreateSecurityGroup', calls: 1 })
    await sandbox.faults({ kind: 'lose-reply', action: 'AuthorizeSecurityGroupIngress', calls: 1 })
    await provider.keyPairs.ensure(location, { name: tag, publicKey: publicKey(), tags: {} })
    const group = {
      name: tag,
      description: 'test',
      vpcId: null,
      rulesFor: () => [
        GroupRule.parse({ fromPort: 22, toPort: 22, peer: { kind: 'cidr', cidr: '0.0.0.0/0' } }),
      ],
      tags: { [farmTag]: tag },
    }
    const { id } = await provider.securityGroups.ensure(location, group)
    expect(await provider.securityGroups.listByTag(location, { key: farmTag, value: tag })).toMatchObject([
      { id, name: tag },
    ])
    expect(await provider.securityGroups.ensure(location, group)).toEqual({ id, created: false })
    expect(await provider.securityGroups.delete(location, id)).toBe(true)
    expect(await provider.securityGroups.delete(location, id)).toBe(true)
  })
})

describe('credentials', () => {
  test('that expire in the middle of a launch are said; the same launch later makes one set', async () => {
    const request = aLaunch()
    await sandbox.faults({ kind: 'credentials', code: 'ExpiredToken' })
    await expect(provider.instances.launch(location, request)).rejects.toMatchObject({
      code: 'cloud.credentials',
      retryable: false,
      message: expect.stringContaining('has expired'),
    })
    await sandbox.clearFaults()
    const launched = await provider.instances.launch(location, request)
    expect(ids(await made(request))).toEqual(ids(launched))
  })

  test('with a wrong secret are not accepted', async () => {
    const wrong = newProvider({ secretAccessKey: 'wrong' })
    await expect(wrong.identity(location)).rejects.toMatchObject({
      code: 'cloud.credentials',
      message: `The cloud does not accept the credentials in ${location}. Check the keys in the AWS console.`,
      details: { cloudCode: 'SignatureDoesNotMatch' },
    })
    wrong.close()
  })

  test('without a permission name the call', async () => {
    await sandbox.faults({ kind: 'credentials', code: 'UnauthorizedOperation', action: 'RunInstances' })
    await expect(provider.instances.launch(location, aLaunch())).rejects.toMatchObject({
      code: 'cloud.refused',
      message: expect.stringContaining(`may not call RunInstances in ${location}`),
    })
  })
})

test('a region that the cloud does not have is named', async () => {
  await expect(provider.zones.list('sandbox-nowhere-1')).rejects.toMatchObject({
    code: 'cloud.wrong_location',
    retryable: false,
    message: expect.stringContaining('no region sandbox-nowhere-1'),
  })
})

describe('answers that are none', () => {
  test.each(['html', 'empty', 'malformed'] as const)('%s is refused, never an empty list', async (shape) => {
    const request = aLaunch()
    const launched = await provider.instances.launch(location, request)
    await sandbox.faults({ kind: 'bad-answer', shape, action: 'DescribeInstances' })
    await expect(made(request)).rejects.toMatchObject({ code: 'cloud.bad_answer', retryable: true })
    await sandbox.clearFaults()
    expect(ids(await made(request))).toEqual(ids(launched))
  })

  test.each(['html', 'empty', 'malformed'] as const)(
    '%s to a launch: the same call later answers its set',
    async (shape) => {
      const request = aLaunch()
      await sandbox.faults({ kind: 'bad-answer', shape, action: 'RunInstances', calls: 1 })
      await expect(provider.instances.launch(location, request)).rejects.toMatchObject({
        code: 'cloud.bad_answer',
        retryable: true,
      })
      const launched = await provider.instances.launch(location, request)
      expect(launched).toHaveLength(2)
      expect(ids(await made(request))).toEqual(ids(launched))
    },
  )
})

describe('a clock that is off', () => {
  afterEach(() => {
    vi.useRealTimers()
  })

  test.each([3_600_000, -86_400_000])('by %i ms is corrected by the cloud’s own time', async (offMs) => {
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + offMs })
    const request = aLaunch()
    expect(await provider.instances.launch(location, request)).toHaveLength(2)
    expect(await made(request)).toHaveLength(2)
  })

  test('and refused all the same says to set it', async () => {
    await sandbox.faults({ kind: 'credentials', code: 'RequestExpired' })
    await expect(provider.zones.list(location)).rejects.toMatchObject({
      code: 'cloud.credentials',
      message: expect.stringContaining('the clock of this machine is off'),
    })
  })
})

describe('a cloud that is away', () => {
  test('for some calls is asked again', async () => {
    await sandbox.faults({ kind: 'unreachable', calls: 2 })
    expect(await provider.zones.list(location)).not.toEqual([])
  })

  test('for good is unreachable; later all goes on', async () => {
    await sandbox.faults({ kind: 'unreachable', region: location })
    await expect(provider.zones.list(location)).rejects.toMatchObject({
      code: 'cloud.unreachable',
      retryable: true,
    })
    expect(await provider.zones.list('sandbox-west-1')).not.toEqual([])
    await sandbox.clearFaults()
    expect(await provider.zones.list(location)).not.toEqual([])
  })
})
