import { DescribeInstancesCommand, EC2Client, RunInstancesCommand } from '@aws-sdk/client-ec2'
import pLimit from 'p-limit'
import { probeSsh } from '../../electron/engine/fleet/servers/index.ts'
import { systemClock } from '../../electron/headless/index.ts'
import type { ServerId } from '../../shared/model/ids.ts'
import type { Server } from '../../shared/model/servers.ts'
import { type SandboxProcess, startSandboxProcess } from '../support/sandbox-client.ts'
import { temporaryDirectory, until } from '../support/test-engine.ts'
import { type Client, connectWebSocket } from '../support/transports.ts'
import { type Bench, median } from './bench.ts'
import { startServing } from './serving.ts'

const location = 'sandbox-east-1'
const instanceType = 't3.micro'
const count = 100
/** Ids of twelve characters: so many fit in a tag, and so many servers go into one call of Farmhand. */
const serversACall = 19
/** How often the bare loop looks whether its instances run: as often as Farmhand does. */
const lookEveryMs = 1_000
const readCalls = /^(?:Describe|Get|Lookup)/

interface Run {
  /** Until the cloud has told the id of the last instance. */
  launchedMs: number
  /** Until the last one runs and answers on SSH. */
  runningMs: number
  mutatingCalls: number
}

/**
 * One farm role of 100 servers on the Sandbox in its own process, against a bare loop of RunInstances on the same one. What
 * holds the first figure back: Farmhand keeps EC2's published rate of RunInstances (5 at once, then 2 a second), so that the
 * sixth call of a hundred servers waits half a second; the bare loop makes a hundred at once, which EC2 itself would refuse.
 */
const bench: Bench = {
  name: 'launching 100 servers in one farm role',
  async run({ rounds }) {
    const dataDir = await temporaryDirectory()
    const sandboxDir = await temporaryDirectory()
    const sandbox = await startSandboxProcess({
      dir: sandboxDir.path,
      bootMs: 0,
      stopMs: 0,
      terminateMs: 0,
      terminatedListedMs: 5_000,
    })
    const serving = await startServing(dataDir.path)
    const { client, close } = connectWebSocket(serving.url, serving.token)
    try {
      const design = await prepare(client, sandbox)
      const imageId = await newestImage(client, design.cloudId)
      const own: Run[] = []
      const bare: Run[] = []
      for (let round = -1; round < rounds; round += 1) {
        const bareRun = await launchBare(sandbox, { imageId })
        const ownRun = await launchFarm(client, sandbox, { name: `farm ${round + 1}`, ...design })
        // The first round warms both up.
        if (round < 0) continue
        bare.push(bareRun)
        own.push(ownRun)
      }
      const of = (runs: Run[], figure: keyof Run): number => median(runs.map((run) => run[figure]))
      return [
        {
          what: `${count} servers launched`,
          value: of(own, 'launchedMs'),
          unit: 'ms',
          peer: { name: 'bare SDK loop', value: of(bare, 'launchedMs') },
          target: { limit: 1.2, of: 'ratio' },
        },
        {
          what: `${count} servers running and reached on SSH`,
          value: of(own, 'runningMs'),
          unit: 'ms',
          peer: { name: 'bare SDK loop', value: of(bare, 'runningMs') },
          target: { limit: 1.2, of: 'ratio' },
        },
        {
          what: 'mutating calls a server',
          value: of(own, 'mutatingCalls') / count,
          unit: 'calls',
          peer: { name: 'bare SDK loop', value: of(bare, 'mutatingCalls') / count },
          target: { limit: 0.2, of: 'value' },
        },
      ]
    } finally {
      await close()
      await serving.stop()
      await sandbox.stop()
      await dataDir.remove()
      await sandboxDir.remove()
    }
  },
}

async function prepare(client: Client, sandbox: SandboxProcess) {
  const cloud = await client.clouds.addAws({
    name: 'Bench',
    accessKeyId: sandbox.accessKeyId,
    secretAccessKey: sandbox.secretAccessKey,
    locations: [location],
    endpoint: sandbox.endpoint,
  })
  const image = await client.images.create({
    name: 'linux',
    cloudId: cloud.id,
    location,
    source: { kind: 'newest', owner: 'sandbox', namePattern: 'sandbox-linux-*' },
    os: { family: 'sandbox' },
    architecture: 'x86_64',
    ssh: { user: 'farmhand', port: 2222 },
  })
  const role = await client.roles.create({ name: 'linux', osFamily: 'sandbox', imageIds: [image.id] })
  return { cloudId: cloud.id, roleId: role.id }
}

async function newestImage(client: Client, cloudId: Server['cloudId']): Promise<string> {
  const query = { cloudId, location, owner: 'sandbox', namePattern: 'sandbox-linux-*' }
  const images = await client.clouds.findImages(query)
  const image = images.find(({ architecture }) => architecture === 'x86_64')
  if (!image) throw new Error('The Sandbox offers no image.')
  return image.cloudImageId
}

async function launchFarm(
  client: Client,
  sandbox: SandboxProcess,
  wanted: { name: string; cloudId: Server['cloudId']; roleId: Server['roleId'] },
): Promise<Run> {
  const { name, cloudId, roleId } = wanted
  const scaling = { enabled: true, min: count, max: count }
  const farm = await client.farms.create({
    name,
    roles: [{ alias: 'web', roleId, cloudId, location, instanceType, scaling }],
  })
  const before = await mutatingCalls(sandbox)
  const startedMs = performance.now()
  const leave = new AbortController()
  const changes = await client.feed.subscribe({ topics: ['servers'] }, { signal: leave.signal })
  await client.farms.launch({ farmId: farm.id })
  const known = new Map<ServerId, Server>()
  let launchedMs: number | undefined
  let runningMs: number | undefined
  for await (const message of changes) {
    const entities = (message.kind === 'snapshot' ? message.entities : message.put) as Server[]
    for (const server of entities) if (server.farmId === farm.id) known.set(server.id, server)
    const servers = [...known.values()]
    const launched = servers.filter((server) => server.cloudServerId !== null).length
    if (launched >= count) launchedMs ??= performance.now() - startedMs
    if (servers.filter(({ status }) => status === 'running').length < count) continue
    runningMs = performance.now() - startedMs
    break
  }
  leave.abort()
  const calls = (await mutatingCalls(sandbox)) - before
  if (launchedMs === undefined || runningMs === undefined) throw new Error('The change feed ended early.')
  await client.farms.terminate({ farmId: farm.id, force: true })
  await until(async () => (await client.farms.get({ farmId: farm.id })).state.status === 'terminated', 60_000)
  return { launchedMs, runningMs, mutatingCalls: calls }
}

async function launchBare(sandbox: SandboxProcess, wanted: { imageId: string }): Promise<Run> {
  const { endpoint, accessKeyId, secretAccessKey } = sandbox
  const ec2 = new EC2Client({ endpoint, region: location, credentials: { accessKeyId, secretAccessKey } })
  const before = await mutatingCalls(sandbox)
  const startedMs = performance.now()
  const ids: string[] = []
  await pLimit(Math.ceil(count / serversACall)).map(Array.from({ length: count }), async (_, n) => {
    const { Instances = [] } = await ec2.send(
      new RunInstancesCommand({
        MinCount: 1,
        MaxCount: 1,
        ImageId: wanted.imageId,
        InstanceType: instanceType,
        TagSpecifications: [{ ResourceType: 'instance', Tags: [{ Key: 'Name', Value: `bare ${n}` }] }],
      }),
    )
    ids.push(...Instances.flatMap(({ InstanceId }) => InstanceId ?? []))
  })
  const launchedMs = performance.now() - startedMs
  await untilReached(ec2, ids)
  const runningMs = performance.now() - startedMs
  const calls = (await mutatingCalls(sandbox)) - before
  await sandbox.faults(
    ...ids.map((instanceId) => ({ kind: 'instance', instanceId, happens: 'terminate' }) as const),
  )
  ec2.destroy()
  return { launchedMs, runningMs, mutatingCalls: calls }
}

/** Looks until every instance runs and speaks SSH. */
async function untilReached(ec2: EC2Client, ids: readonly string[]): Promise<void> {
  const waiting = new Set(ids)
  for (;;) {
    const { Reservations = [] } = await ec2.send(
      new DescribeInstancesCommand({ Filters: [{ Name: 'instance-id', Values: [...waiting] }] }),
    )
    const running = Reservations.flatMap(({ Instances = [] }) => Instances).filter(
      ({ State }) => State?.Name === 'running',
    )
    await Promise.all(
      running.map(async ({ InstanceId, PublicIpAddress, Tags = [] }) => {
        const port = Number(Tags.find(({ Key }) => Key === 'farmhand:ssh-port')?.Value ?? 2222)
        const isUp = await probeSsh({ host: PublicIpAddress ?? '', port }, 3_000)
        if (isUp && InstanceId !== undefined) waiting.delete(InstanceId)
      }),
    )
    if (waiting.size === 0) return
    await systemClock.sleep(lookEveryMs)
  }
}

async function mutatingCalls(sandbox: SandboxProcess): Promise<number> {
  return Object.entries(await sandbox.calls())
    .filter(([action]) => !readCalls.test(action))
    .reduce((sum, [, calls]) => sum + calls, 0)
}

export default bench
