import type { Doors, Engine } from '../../electron/engine/engine.ts'
import type { Clock } from '../../electron/engine/ports.ts'
import type { FarmInput } from '../../shared/model/farms.ts'
import type { Job } from '../../shared/model/jobs.ts'
import type { Server } from '../../shared/model/servers.ts'
import { east, type SandboxCloud, startSandboxCloud } from './sandbox-cloud.ts'
import { openEngine, temporaryDirectory, until } from './test-engine.ts'

export const west = 'sandbox-west-1'

/** A started engine over a data directory, with the Sandbox connected as AWS is. */
async function connectedEngine(
  dataDir: string,
  { address }: SandboxCloud,
  options: { doors?: Doors; clock?: Clock },
) {
  const engine = await openEngine({ dataDir, ...options })
  await engine.start()
  const account = await engine.clouds.addAws({
    name: 'Test',
    accessKeyId: address.accessKeyId,
    secretAccessKey: address.secretAccessKey,
    locations: [east, west],
    endpoint: address.endpoint,
  })
  return { engine, cloudId: account.id }
}

/** A started engine on a Sandbox of the test's own, with an image and a role to design farms with. */
export async function sandboxEngine(dataDir: string, cloud: SandboxCloud, clock?: Clock) {
  const { engine, cloudId } = await connectedEngine(dataDir, cloud, clock ? { clock } : {})
  const image = await engine.images.create({
    name: 'base east',
    cloudId,
    location: east,
    source: { kind: 'id', cloudImageId: await cloud.imageId() },
    os: { family: 'sandbox', version: '1.0' },
    architecture: 'x86_64',
    ssh: { user: 'farmhand', port: 2222 },
  })
  const role = await engine.roles.create({ name: 'base', osFamily: 'sandbox', imageIds: [image.id] })
  return { engine, cloudId, imageId: image.id, roleId: role.id }
}

/** A farm of one farm role in the east that keeps `min` servers, launched; resolves when they run. */
export async function launchedFarm(
  {
    engine,
    cloudId,
    roleId,
  }: Pick<Awaited<ReturnType<typeof sandboxEngine>>, 'engine' | 'cloudId' | 'roleId'>,
  name: string,
  min: number,
) {
  const farm = await engine.farms.create({
    name,
    roles: [
      {
        alias: 'web',
        roleId,
        cloudId,
        location: east,
        instanceType: 't3.micro',
        scaling: { enabled: true, min, max: Math.max(1, min) },
      },
    ],
  })
  await engine.farms.launch({ farmId: farm.id })
  const servers = await runningServers(engine, name, min)
  return { farm, servers }
}

/** Resolves with the farm's servers once so many run and nothing else is on its way. */
export async function runningServers(engine: Engine, farm: string, count: number): Promise<Server[]> {
  return until(async () => {
    const all = await engine.servers.list({ farm })
    return all.length === count && all.every(({ status }) => status === 'running') ? all : undefined
  }, 60_000)
}

/** Resolves with the job once it has ended. */
export async function endedJob(engine: Engine, jobId: string): Promise<Job> {
  return until(async () => {
    const job = await engine.jobs.get({ jobId })
    return job.state === 'running' ? undefined : job
  }, 60_000)
}

/** What a command wrote on a server, over SSH. */
export async function outputOf(engine: Engine, serverId: string, command: string): Promise<string> {
  const bytes: Buffer[] = []
  const input = { serverId, argv: ['sh', '-c', command] }
  for await (const message of engine.servers.exec(input, { signal: AbortSignal.timeout(30_000) })) {
    if (message.kind !== 'exit') bytes.push(Buffer.from(message.base64, 'base64'))
  }
  return Buffer.concat(bytes).toString('utf8').trim()
}

/**
 * Ends a server's instance in the cloud, behind Farmhand's back, and has the cloud read anew as a person would: the engine
 * by itself may take 15 seconds to look.
 */
export async function killInCloud(sandbox: SandboxCloud, engine: Engine, server: Server): Promise<void> {
  const instanceId = server.cloudServerId ?? ''
  await sandbox.sandbox.faults.inject({ kind: 'instance', instanceId, happens: 'terminate' })
  await engine.clouds.refresh({ cloudId: server.cloudId })
}

/** An engine whose AWS account is a Sandbox in this process: real calls over HTTP, real SSH. */
export interface SandboxEngine {
  readonly sandbox: SandboxCloud
  readonly engine: Engine
  readonly cloudId: Server['cloudId']
  readonly roles: Record<'linux' | 'windows', Server['roleId']>
  /** Creates and launches a farm of one farm role; its servers once all run. */
  launch(
    name: string,
    role?: Partial<NonNullable<FarmInput['roles']>[number]>,
    location?: string,
  ): Promise<Server[]>
  ended(jobId: Job['id']): Promise<Job>
  /** Opens the same data directory with a new engine, as after a crash. */
  reopen(): Promise<void>
  remove(): Promise<void>
}

/** Starts both in directories of their own, with a role of Linux and one of Windows in both locations. */
export async function startSandboxEngine(doors?: Doors): Promise<SandboxEngine> {
  const sandbox = await startSandboxCloud()
  const directory = await temporaryDirectory()
  const options = doors ? { doors } : {}
  const connected = await connectedEngine(directory.path, sandbox, options)
  const { cloudId } = connected
  let { engine } = connected
  const makeRole = async (name: 'linux' | 'windows') => {
    const imageIds = []
    for (const location of [east, west]) {
      const image = await engine.images.create({
        name: `${name} ${location}`,
        cloudId,
        location,
        source: { kind: 'newest', owner: 'sandbox', namePattern: `sandbox-${name}-1.0-x86_64` },
        os: { family: name === 'windows' ? 'windows' : 'sandbox', version: '' },
        architecture: 'x86_64',
        ssh: { user: 'farmhand', port: 2222 },
      })
      imageIds.push(image.id)
    }
    const osFamily = name === 'windows' ? 'windows' : 'sandbox'
    return (await engine.roles.create({ name, osFamily, imageIds })).id
  }
  const roles = { linux: await makeRole('linux'), windows: await makeRole('windows') }

  const world: SandboxEngine = {
    sandbox,
    get engine() {
      return engine
    },
    cloudId,
    roles,
    async launch(name, role = {}, location = east) {
      const farm = await engine.farms.create({
        name,
        roles: [
          {
            alias: 'web',
            roleId: roles.linux,
            cloudId,
            location,
            instanceType: 't3.micro',
            ...role,
          },
        ],
      })
      const job = await world.ended((await engine.farms.launch({ farmId: farm.id })).jobId)
      if (job.state !== 'done') throw new Error(job.error?.message ?? job.state)
      return engine.servers.list({ farm: farm.id })
    },
    ended: (jobId) => endedJob(engine, jobId),
    async reopen() {
      await engine.stop()
      engine = await openEngine({ dataDir: directory.path, ...options })
      await engine.start()
    },
    async remove() {
      await engine.stop()
      await sandbox.remove()
      await directory.remove()
    },
  }
  return world
}
