import { once } from 'node:events'
import { connect } from 'node:net'
import {
  DescribeInstancesCommand,
  DescribeRegionsCommand,
  paginateDescribeInstances,
} from '@aws-sdk/client-ec2'
import { Client } from 'ssh2'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import {
  importKey,
  type KeyFile,
  makeKeyFile,
  type SandboxCloud,
  startSandboxCloud,
} from '../../../../tests/support/sandbox-cloud.ts'

let cloud: SandboxCloud
let key: KeyFile
beforeAll(async () => {
  cloud = await startSandboxCloud()
  key = await makeKeyFile()
  await importKey(cloud, 'farm', key)
})
afterEach(() => {
  cloud.sandbox.faults.clear()
})
afterAll(async () => {
  await cloud.remove()
  await key.remove()
})

const regions = (): Promise<unknown> => cloud.ec2.send(new DescribeRegionsCommand({}))

it('counts the calls of each action, refused ones too', async () => {
  const before = cloud.sandbox.faults.calls()
  await regions()
  await expect(cloud.describe('x')).rejects.toThrow()
  const after = cloud.sandbox.faults.calls()
  expect((after['DescribeRegions'] ?? 0) - (before['DescribeRegions'] ?? 0)).toBe(1)
  expect((after['DescribeInstances'] ?? 0) - (before['DescribeInstances'] ?? 0)).toBe(1)
})

it('refuses a fault that is none', async () => {
  // @ts-expect-error: not in the list
  await expect(cloud.sandbox.faults.inject({ kind: 'earthquake' })).rejects.toThrow()
})

describe('calls', () => {
  it('are throttled, so many of one action', async () => {
    await cloud.sandbox.faults.inject({ kind: 'throttle', action: 'DescribeRegions', calls: 2 })
    await expect(regions()).rejects.toMatchObject({
      name: 'RequestLimitExceeded',
      $metadata: { httpStatusCode: 503 },
    })
    await expect(cloud.describe()).resolves.toBeDefined()
    await expect(regions()).rejects.toThrow()
    await expect(regions()).resolves.toBeDefined()
  })

  it('fail for a time', async () => {
    await cloud.sandbox.faults.inject({ kind: 'credentials', code: 'ExpiredToken', forMs: 100 })
    await expect(regions()).rejects.toMatchObject({ name: 'ExpiredToken' })
    await vi.waitFor(regions, { timeout: 5_000 })
  })

  it('fail in one region only', async () => {
    await cloud.sandbox.faults.inject({ kind: 'unreachable', region: 'sandbox-west-1' })
    const west = cloud.client({ region: 'sandbox-west-1' })
    await expect(west.send(new DescribeRegionsCommand({}))).rejects.toThrow(/socket hang up|ECONNRESET/)
    await regions()
  })

  it('are refused as told', async () => {
    await cloud.sandbox.faults.inject({
      kind: 'refuse',
      action: 'RunInstances',
      code: 'VcpuLimitExceeded',
      message: 'You have requested more vCPU capacity than your current limit.',
      calls: 1,
    })
    await expect(cloud.launch()).rejects.toMatchObject({
      name: 'VcpuLimitExceeded',
      message: 'You have requested more vCPU capacity than your current limit.',
    })
  })

  it.each(['malformed', 'empty', 'html'] as const)('get an answer that is %s', async (shape) => {
    await cloud.launch()
    await cloud.sandbox.faults.inject({ kind: 'bad-answer', shape, action: 'DescribeInstances' })
    const outcome = await cloud.describe().catch((failure: unknown) => failure)
    // What the SDK makes of it is the caller's affair; instances it has none.
    expect(outcome instanceof Error || (Array.isArray(outcome) && outcome.length === 0)).toBe(true)
  })

  it('are answered late', async () => {
    await cloud.sandbox.faults.inject({ kind: 'latency', ms: 80 })
    const start = performance.now()
    await regions()
    expect(performance.now() - start).toBeGreaterThanOrEqual(79)
  })
})

describe('a launch', () => {
  it('whose reply is lost was made, and the same token finds it', async () => {
    await cloud.sandbox.faults.inject({ kind: 'lose-reply', action: 'RunInstances', calls: 1 })
    const before = cloud.sandbox.instances().length
    await expect(cloud.launch({ ClientToken: 'lost' })).rejects.toThrow()
    const [found] = await cloud.launch({ ClientToken: 'lost' })
    expect(cloud.sandbox.instances()).toHaveLength(before + 1)
    expect(found?.ClientToken).toBe('lost')
  })

  it('finds no room: in one zone, in all, for some', async () => {
    const inA = { Placement: { AvailabilityZone: 'sandbox-east-1a' } }
    await cloud.sandbox.faults.inject({ kind: 'no-capacity', zone: 'sandbox-east-1a' })
    await expect(cloud.launch(inA)).rejects.toMatchObject({
      name: 'InsufficientInstanceCapacity',
      $metadata: { httpStatusCode: 500 },
      message: expect.stringContaining('in the Availability Zone you requested (sandbox-east-1a)') as string,
    })
    const [elsewhere] = await cloud.launch()
    expect(elsewhere?.Placement?.AvailabilityZone).not.toBe('sandbox-east-1a')
    await cloud.sandbox.faults.inject({ kind: 'no-capacity' })
    await expect(cloud.launch()).rejects.toMatchObject({ name: 'InsufficientInstanceCapacity' })
    cloud.sandbox.faults.clear()
    await cloud.sandbox.faults.inject({ kind: 'no-capacity', room: 2 })
    expect(await cloud.launch({ MinCount: 1, MaxCount: 5 })).toHaveLength(2)
    await expect(cloud.launch({ MinCount: 3, MaxCount: 5 })).rejects.toThrow()
  })

  it('is not found for a while', async () => {
    await cloud.sandbox.faults.inject({ kind: 'invisible', ms: 200, calls: 1 })
    const [made] = await cloud.launch()
    const id = made?.InstanceId ?? ''
    await expect(cloud.describe(id)).rejects.toMatchObject({ name: 'InvalidInstanceID.NotFound' })
    await vi.waitFor(() => cloud.describe(id), { timeout: 5_000 })
  })
})

it('a page of a list comes without its items', async () => {
  await cloud.launch({
    MinCount: 12,
    MaxCount: 12,
    TagSpecifications: [{ ResourceType: 'instance', Tags: [{ Key: 'farm', Value: 'pages' }] }],
  })
  await cloud.sandbox.faults.inject({
    kind: 'missing-page',
    action: 'DescribeInstances',
    page: 2,
    calls: 1,
  })
  const sizes: number[] = []
  const pages = paginateDescribeInstances(
    { client: cloud.ec2, pageSize: 5 },
    { Filters: [{ Name: 'tag:farm', Values: ['pages'] }] },
  )
  for await (const { Reservations = [] } of pages) sizes.push(Reservations[0]?.Instances?.length ?? 0)
  expect(sizes).toEqual([5, 0, 2])
})

describe('behind everybody’s back', () => {
  it.each([
    ['terminate', 'terminated'],
    ['stop', 'stopped'],
  ] as const)('an instance ends: %s', async (happens, state) => {
    const { id } = await cloud.running()
    await cloud.sandbox.faults.inject({ kind: 'instance', instanceId: id, happens })
    const [instance] = await cloud.whenAll(state, [id])
    expect(instance?.StateReason?.Code).toMatch(/^Server\./)
  })

  it('tags vanish', async () => {
    const { id } = await cloud.running({
      TagSpecifications: [
        {
          ResourceType: 'instance',
          Tags: [
            { Key: 'a', Value: '1' },
            { Key: 'b', Value: '2' },
          ],
        },
      ],
    })
    await cloud.sandbox.faults.inject({ kind: 'remove-tags', instanceId: id, keys: ['a'] })
    expect((await cloud.describe(id))[0]?.Tags).toEqual([{ Key: 'b', Value: '2' }])
    await cloud.sandbox.faults.inject({ kind: 'remove-tags', instanceId: id })
    const { Reservations } = await cloud.ec2.send(
      new DescribeInstancesCommand({ Filters: [{ Name: 'tag-key', Values: ['b'] }] }),
    )
    expect(Reservations?.flatMap(({ Instances = [] }) => Instances).map((it) => it.InstanceId)).not.toContain(
      id,
    )
  })

  it('nothing happens to an instance that does not exist', async () => {
    await expect(
      cloud.sandbox.faults.inject({ kind: 'instance', instanceId: 'i-0', happens: 'stop' }),
    ).rejects.toThrow('There is no instance i-0.')
  })
})

describe('SSH', () => {
  async function hostKeyOf({ host, port }: { host: string; port: number }): Promise<string> {
    const client = new Client()
    let shown = ''
    const ready = once(client, 'ready')
    client.connect({
      host,
      port,
      username: 'farmhand',
      privateKey: key.privateKey,
      hostHash: 'sha256',
      hostVerifier: (hash: string) => {
        shown = hash
        return true
      },
    })
    await ready
    client.destroy()
    return shown
  }

  it('shows another host key, and keeps it', async () => {
    const server = await cloud.running({ KeyName: 'farm' })
    const first = await hostKeyOf(server)
    expect(await hostKeyOf(server)).toBe(first)
    await cloud.sandbox.faults.inject({ kind: 'instance', instanceId: server.id, happens: 'change-host-key' })
    const second = await hostKeyOf(server)
    expect(second).not.toBe(first)
    await cloud.restart()
    expect(await hostKeyOf(server)).toBe(second)
  })

  it('cuts connections, and takes new ones', async () => {
    const server = await cloud.running({ KeyName: 'farm' })
    const client = new Client()
    client.on('error', () => undefined)
    const ready = once(client, 'ready')
    client.connect({ ...server, username: 'farmhand', privateKey: key.privateKey })
    await ready
    const closed = once(client, 'close')
    await cloud.sandbox.faults.inject({ kind: 'instance', instanceId: server.id, happens: 'cut-connections' })
    await closed
    await hostKeyOf(server)
  })

  it('accepts and never answers', async () => {
    const server = await cloud.running({ KeyName: 'farm' })
    const other = await cloud.running({ KeyName: 'farm' })
    await cloud.sandbox.faults.inject({ kind: 'ssh-hang', instanceId: server.id, calls: 1 })
    const socket = connect(server.port, server.host)
    let heard = 0
    socket.on('data', (bytes) => (heard += bytes.length))
    await once(socket, 'connect')
    await hostKeyOf(other)
    // The next connection is answered, so the first one would have been by now.
    await hostKeyOf(server)
    expect(heard).toBe(0)
    socket.destroy()
  })
})
