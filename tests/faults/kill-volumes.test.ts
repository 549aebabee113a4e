import { DescribeSnapshotsCommand, DescribeVolumesCommand, EC2Client, type Volume } from '@aws-sdk/client-ec2'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Farm } from '../../shared/model/farms.ts'
import type { Job } from '../../shared/model/jobs.ts'
import type { Server } from '../../shared/model/servers.ts'
import type { StorageVolume } from '../../shared/model/storage.ts'
import { designFarm, killHost, type RunningHost, startHost } from '../support/running-host.ts'
import { type SandboxProcess, startSandboxProcess } from '../support/sandbox-client.ts'
import { temporaryDirectory, until } from '../support/test-engine.ts'

const SERVERS = 3
const ROUNDS = 6
/** A disk, and an array of two. */
const DISKS = 3
const volumes = [
  { name: 'data', sizeGib: 1, mountPoint: '/mnt/data' },
  { name: 'pool', sizeGib: 1, mountPoint: '/mnt/pool', raid: { level: 0, disks: 2, via: 'lvm' } },
]

let directory: Awaited<ReturnType<typeof temporaryDirectory>>
let sandbox: SandboxProcess
let ec2: EC2Client
let host: RunningHost

beforeAll(async () => {
  directory = await temporaryDirectory()
  sandbox = await startSandboxProcess({ bootMs: 0 })
  ec2 = new EC2Client({ region: 'sandbox-east-1', endpoint: sandbox.endpoint, credentials: sandbox })
  host = await startHost(directory.path)
})
afterAll(async () => {
  await killHost(host)
  ec2.destroy()
  await sandbox.stop()
  await directory.remove()
})

/** The cloud's volumes that are no root disks, whoever made them. */
async function disks(): Promise<Volume[]> {
  const { Volumes = [] } = await ec2.send(new DescribeVolumesCommand({}))
  return Volumes.filter(({ Attachments = [] }) => !Attachments.some(({ Device }) => Device === '/dev/sda1'))
}
const tagged = ({ Tags = [] }: Volume, key: string) => Tags.find(({ Key }) => Key === key)?.Value

async function killedAt(momentMs: number, begun: Promise<unknown>): Promise<void> {
  begun.catch(() => undefined)
  await new Promise((resolve) => setTimeout(resolve, momentMs))
  await killHost(host)
  host = await startHost(directory.path)
}
const status = async (farmId: string) => (await host.call<Farm>('GET', `/farms/${farmId}`)).state.status
async function runs(): Promise<Server[]> {
  return until(async () => {
    const all = await host.call<Server[]>('GET', '/servers')
    const live = all.filter((server) => server.status !== 'terminated')
    return live.length === SERVERS && live.every((server) => server.status === 'running') && live
  }, 120_000)
}

test(`killed at ${ROUNDS} random moments of a launch with volumes and of its end: none orphaned, none twice`, async () => {
  const farmId = await designFarm(host, sandbox, 'killed', SERVERS)
  const farm = await host.call<Farm>('GET', `/farms/${farmId}`)
  const roles = farm.roles.map((role) => ({ ...role, storage: { ...role.storage, volumes } }))
  await host.call('PUT', `/farms/${farmId}`, { farm: { name: farm.name, roles } })

  // How long it takes when nobody interferes says when to interfere.
  const startedMs = performance.now()
  await host.call('POST', `/farms/${farmId}/launch`, {})
  await runs()
  const launchMs = performance.now() - startedMs
  for (let round = 0; round <= ROUNDS; round += 1) {
    const momentMs = Math.round(((round + Math.random()) / (ROUNDS + 1)) * launchMs)
    const where = `round ${String(round)}, killed at ${String(momentMs)} ms`
    if (round > 0) {
      await killedAt(momentMs, host.call('POST', `/farms/${farmId}/launch`, {}))
      if ((await status(farmId)) === 'terminated') await host.call('POST', `/farms/${farmId}/launch`, {})
    }
    const servers = await runs()
    const made = await disks()
    expect(made, where).toHaveLength(SERVERS * DISKS)
    expect(new Set(made.map((one) => tagged(one, 'farmhand:farm'))), where).toEqual(new Set([farmId]))
    for (const { cloudServerId } of servers) {
      const own = made.filter(({ Attachments = [] }) =>
        Attachments.some(({ InstanceId }) => InstanceId === cloudServerId),
      )
      expect(own, where).toHaveLength(DISKS)
    }
    const listed = await host.call<StorageVolume[]>(
      'GET',
      `/clouds/${servers[0]?.cloudId ?? ''}/locations/sandbox-east-1/volumes`,
    )
    const states = listed.filter(({ usage }) => usage?.name !== 'root').map(({ usage }) => usage?.mount)
    expect(states, where).toEqual(Array.from({ length: SERVERS * DISKS }, () => 'mounted'))

    const ending = () =>
      host.call('POST', `/farms/${farmId}/terminate`, { force: true, deleteCloudObjects: true })
    await killedAt(Math.round(Math.random() * 500), ending())
    if ((await status(farmId)) === 'running') await ending()
    await until(async () => (await status(farmId)) === 'terminated', 120_000)
    expect(await disks(), where).toEqual([])
    const { Snapshots = [] } = await ec2.send(new DescribeSnapshotsCommand({ OwnerIds: ['self'] }))
    expect(Snapshots, where).toEqual([])
  }
}, 900_000)

test(`killed at ${ROUNDS} random moments of attaching and detaching by hand: asked again, it goes on`, async () => {
  const [farm] = await host.call<Farm[]>('GET', '/farms')
  if (!farm) throw new Error('a farm was expected')
  await host.call('POST', `/farms/${farm.id}/launch`, {})
  const [server] = await runs()
  if (!server) throw new Error('a server was expected')
  const place = { cloudId: server.cloudId, location: server.location }
  const { volumeId } = await host.call<{ volumeId: string }>('POST', '/volumes', {
    ...{ ...place, zone: server.zone, name: 'by hand', sizeGib: 1 },
  })
  const volume = async () =>
    (
      await host.call<StorageVolume[]>('GET', `/clouds/${place.cloudId}/locations/${place.location}/volumes`)
    ).find(({ id }) => id === volumeId)
  const ended = async (begun: Promise<{ jobId: string }>) => {
    const { jobId } = await begun
    return until(async () => {
      const job = await host.call<Job>('GET', `/jobs/${jobId}`)
      return job.state !== 'running' && job
    }, 60_000)
  }
  const attach = () =>
    host.call<{ jobId: string }>('POST', '/volumes/attach', {
      ...{ ...place, volumeId, serverId: server.id, always: true, mountPoint: '/mnt/storage' },
    })
  const detach = () => host.call<{ jobId: string }>('POST', '/volumes/detach', { ...place, volumeId })
  const startedMs = performance.now()
  expect(await ended(attach())).toMatchObject({ state: 'done' })
  const tookMs = performance.now() - startedMs
  for (let round = 0; round < ROUNDS; round += 1) {
    const momentMs = Math.round(((round + Math.random()) / ROUNDS) * tookMs)
    const where = `round ${String(round)}, killed at ${String(momentMs)} ms`
    await killedAt(momentMs, detach())
    const left = await volume()
    if (left?.attachment || left?.usage) expect(await ended(detach()), where).toMatchObject({ state: 'done' })
    expect(await volume(), where).toMatchObject({ state: 'available', attachment: null, usage: null })

    await killedAt(momentMs, attach())
    const job = await ended(attach())
    expect(job, `${where} ${job.error?.message ?? ''}`).toMatchObject({ state: 'done' })
    expect(await volume(), where).toMatchObject({
      attachment: { state: 'attached', instanceId: server.cloudServerId },
      usage: { manual: true, mount: 'mounted', mountPoint: '/mnt/storage' },
    })
    expect(await disks(), where).toHaveLength(SERVERS * DISKS + 1)
  }
}, 600_000)
