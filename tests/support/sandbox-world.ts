import type { Doors, Engine } from '../../electron/engine/engine.ts'
import type { FarmInput } from '../../shared/model/farms.ts'
import type { Job } from '../../shared/model/jobs.ts'
import type { Server } from '../../shared/model/servers.ts'
import { type SandboxCloud, startSandboxCloud } from './sandbox-cloud.ts'
import { openEngine, temporaryDirectory, until } from './test-engine.ts'

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

const locations = ['sandbox-east-1', 'sandbox-west-1']

export async function startSandboxEngine(doors?: Doors): Promise<SandboxEngine> {
  const sandbox = await startSandboxCloud()
  const directory = await temporaryDirectory()
  const open = () => openEngine({ dataDir: directory.path, ...(doors ? { doors } : {}) })
  let engine = await open()
  await engine.start()
  const cloud = await engine.clouds.addAws({
    name: 'Sandbox account',
    accessKeyId: sandbox.address.accessKeyId,
    secretAccessKey: sandbox.address.secretAccessKey,
    endpoint: sandbox.address.endpoint,
    locations,
  })
  const makeRole = async (name: 'linux' | 'windows') => {
    const imageIds = []
    for (const location of locations) {
      const image = await engine.images.create({
        name: `${name} ${location}`,
        cloudId: cloud.id,
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
    cloudId: cloud.id,
    roles,
    async launch(name, role = {}, location = 'sandbox-east-1') {
      const farm = await engine.farms.create({
        name,
        roles: [
          {
            alias: 'web',
            roleId: roles.linux,
            cloudId: cloud.id,
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
    ended: (jobId) =>
      until(async () => {
        const job = await engine.jobs.get({ jobId })
        return job.state === 'running' ? undefined : job
      }, 60_000),
    async reopen() {
      await engine.stop()
      engine = await open()
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

/** What a command on a server writes to stdout, over SSH. */
export async function output(engine: Engine, server: Server, argv: string[]): Promise<string> {
  const signal = AbortSignal.timeout(30_000)
  let text = ''
  for await (const message of engine.servers.exec({ serverId: server.id, argv }, { signal })) {
    if (message.kind === 'stdout') text += Buffer.from(message.base64, 'base64').toString('utf8')
  }
  return text
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
