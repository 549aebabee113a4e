import type { Engine } from '../../electron/engine/engine.ts'
import type { Clock } from '../../electron/engine/ports.ts'
import type { Job } from '../../shared/model/jobs.ts'
import type { Server } from '../../shared/model/servers.ts'
import { east, type SandboxCloud } from './sandbox-cloud.ts'
import { openEngine, until } from './test-engine.ts'

export const west = 'sandbox-west-1'

/** A started engine on a Sandbox that is reached as AWS is, with an image and a role to design farms with. */
export async function sandboxEngine(dataDir: string, cloud: SandboxCloud, clock?: Clock) {
  const engine = await openEngine({ dataDir, ...(clock ? { clock } : {}) })
  await engine.start()
  const account = await engine.clouds.addAws({
    name: 'Test',
    accessKeyId: cloud.address.accessKeyId,
    secretAccessKey: cloud.address.secretAccessKey,
    locations: [east, west],
    endpoint: cloud.address.endpoint,
  })
  const image = await engine.images.create({
    name: 'base east',
    cloudId: account.id,
    location: east,
    source: { kind: 'id', cloudImageId: await cloud.imageId() },
    os: { family: 'sandbox', version: '1.0' },
    architecture: 'x86_64',
    ssh: { user: 'farmhand', port: 2222 },
  })
  const role = await engine.roles.create({ name: 'base', osFamily: 'sandbox', imageIds: [image.id] })
  return { engine, cloudId: account.id, imageId: image.id, roleId: role.id }
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
