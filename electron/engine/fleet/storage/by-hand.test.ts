import { DeleteVolumeCommand } from '@aws-sdk/client-ec2'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { outputOf, type SandboxEngine, startSandboxEngine } from '../../../../tests/support/sandbox-engine.ts'
import { until } from '../../../../tests/support/test-engine.ts'
import type { Server } from '../../../../shared/model/servers.ts'
import { CreateVolume, type StorageVolume } from '../../../../shared/model/storage.ts'

/* Volumes and snapshots as a person works with them, on the Sandbox's own endpoint and over SSH. */

const location = 'sandbox-east-1'
const zone = 'sandbox-east-1a'

let world: SandboxEngine
let server: Server
beforeAll(async () => {
  world = await startSandboxEngine()
  const [first] = await world.launch('shop', {
    alias: 'db',
    zone,
    scaling: { enabled: true, min: 1, max: 1 },
  })
  if (!first) throw new Error('a server was expected')
  server = first
}, 60_000)
afterAll(() => world.remove())

const place = () => ({ cloudId: world.cloudId, location })
const ref = (volumeId: string) => ({ ...place(), volumeId })
const storage = () => world.engine.storage

async function create(change: Partial<CreateVolume> = {}): Promise<string> {
  const input = CreateVolume.parse({ ...place(), zone, sizeGib: 1, ...change })
  return (await storage().createVolume(input)).volumeId
}
async function volume(id: string): Promise<StorageVolume | undefined> {
  return (await storage().volumes(place())).find((one) => one.id === id)
}
async function attach(volumeId: string, change: { always?: boolean; mountPoint?: string } = {}, to = server) {
  const always = change.always ?? false
  const input = { ...ref(volumeId), serverId: to.id, always, mountPoint: change.mountPoint ?? null }
  return world.ended((await storage().attach(input)).jobId)
}
async function detach(volumeId: string, force = false) {
  return world.ended((await storage().detach({ ...ref(volumeId), force })).jobId)
}
async function sh(command: string, on = server): Promise<string> {
  return outputOf(world.engine, on.id, command)
}

describe('attached by hand', () => {
  it('scenario 66: a disk attached to a running server is listed on the server’s page', async () => {
    const id = await create({ name: 'lent' })
    expect(await attach(id)).toMatchObject({ state: 'done' })
    const listed = await storage().ofServer({ serverId: server.id })
    expect(listed.map((one) => one.usage?.name)).toEqual(['root', ''])
    expect(listed[1]).toMatchObject({ id, attachment: { state: 'attached' }, serverId: server.id })
    await expect(attach(id)).rejects.toMatchObject({ code: 'volume.in_use' })
    // It is only lent: no place in the farm keeps it.
    expect(await detach(id)).toMatchObject({ state: 'done' })
    expect(await volume(id)).toMatchObject({ state: 'available', usage: null })
    await expect(detach(id)).rejects.toMatchObject({
      code: 'input.conflict',
      message: `${id} is attached to nothing.`,
    })
  })

  it('for good: mounted now, and given to whatever server has the index', { timeout: 90_000 }, async () => {
    const id = await create({ name: 'kept' })
    expect(await attach(id, { always: true, mountPoint: '/mnt/storage' })).toMatchObject({ state: 'done' })
    expect(await volume(id)).toMatchObject({
      usage: { alias: 'db', index: 1, manual: true, mount: 'mounted', mountPoint: '/mnt/storage' },
    })
    await sh('echo precious > mnt/storage/file')

    // Begun again after an interruption, it goes on, and changes what is asked.
    expect(await attach(id, { always: true, mountPoint: '/mnt/storage' })).toMatchObject({ state: 'done' })
    expect(await sh('cat mnt/storage/file')).toBe('precious')

    const before = server
    await world.engine.servers.terminate({ serverId: server.id, force: true, decreaseMin: false })
    server = await until(async () => {
      const all = await world.engine.servers.list({ farm: before.farmId, status: 'running' })
      return all.find((one) => one.id !== before.id)
    })
    expect(server.index).toBe(1)
    expect(await sh('cat mnt/storage/file')).toBe('precious')

    expect(await detach(id)).toMatchObject({ state: 'done' })
    expect(await volume(id)).toMatchObject({ state: 'available', usage: null })
    expect(await sh('cat etc/fstab')).toBe('')
  })

  it('several at the same moment, and detached at the same moment', { timeout: 60_000 }, async () => {
    const ids = await Promise.all(['a', 'b', 'c'].map((name) => create({ name })))
    const mounted = await Promise.all(
      ids.map((id, at) => attach(id, { always: true, mountPoint: `/mnt/${String(at)}` })),
    )
    expect(mounted.map(({ state, error }) => error?.message ?? state)).toEqual(['done', 'done', 'done'])
    expect((await sh('cat etc/fstab')).split('\n')).toHaveLength(3)
    const free = await Promise.all(ids.map((id) => detach(id)))
    expect(free.map(({ state, error }) => error?.message ?? state)).toEqual(['done', 'done', 'done'])
    expect(await sh('mount; cat etc/fstab')).toBe('')
  })

  it('one that cannot be mounted says why, and is not promised to the next server', async () => {
    const { snapshotId } = await storage().snapshot({ ...ref(await rootOf(server)), description: '' })
    const id = await create({ snapshotId, sizeGib: 100 })
    const job = await attach(id, { always: true, mountPoint: '/mnt/storage' })
    expect(job).toMatchObject({
      state: 'failed',
      error: { code: 'volume.not_blank', message: expect.stringContaining('partition table') as string },
    })
    expect(await volume(id)).toMatchObject({ usage: { manual: false, mountPoint: null } })
    expect(await detach(id)).toMatchObject({ state: 'done' })
  })

  it('refuses what cannot be, with a sentence', async () => {
    const far = await create({ zone: 'sandbox-east-1b' })
    await expect(attach(far)).rejects.toMatchObject({
      code: 'input.invalid',
      message: expect.stringContaining(
        `${far} is in sandbox-east-1b and db #1 of shop in ${zone}.`,
      ) as string,
    })
    await expect(attach('vol-0000000000000000')).rejects.toMatchObject({
      code: 'cloud.not_found',
      message: `${location} has no volume vol-0000000000000000.`,
    })
    await expect(storage().grow(ref(far))).rejects.toMatchObject({ code: 'volume.not_mounted' })
  })
})

describe('scenario 10, of volumes', () => {
  it(
    'manual volumes are kept, those of farm roles deleted, when a farm ends with its cloud objects',
    { timeout: 90_000 },
    async () => {
      const data = { name: 'data', sizeGib: 1, mountPoint: '/mnt/data' }
      const [one] = await world.launch('ending', { zone, storage: { volumes: [data] } })
      if (!one) throw new Error('a server was expected')
      const id = await create({ name: 'by hand' })
      expect(await attach(id, { always: true, mountPoint: '/mnt/storage' }, one)).toMatchObject({
        state: 'done',
      })
      await sh('echo precious > mnt/storage/file', one)
      const { farmId } = one
      // What is kept for the farm is known without the cloud.
      expect(await storage().ofFarm({ farmId })).toMatchObject([
        { name: 'data', index: 1, sizeGib: 1, manual: false, mountPoint: '/mnt/data', mount: 'mounted' },
        { index: 1, manual: true, volumeId: id, mountPoint: '/mnt/storage' },
      ])
      const ofFarm = async () =>
        (await storage().volumes(place())).filter(
          ({ usage }) => usage?.farmId === farmId && usage.name !== 'root',
        )
      expect((await ofFarm()).map(({ usage }) => usage?.manual).toSorted()).toEqual([false, true])
      await world.ended(
        (await world.engine.farms.terminate({ farmId, force: true, deleteCloudObjects: true })).jobId,
      )
      await until(async () => (await world.engine.farms.get({ farmId })).state.status === 'terminated')
      expect(await ofFarm()).toMatchObject([{ id, state: 'available', usage: { manual: true } }])

      // The next launch has it again, with its files.
      await world.ended((await world.engine.farms.launch({ farmId })).jobId)
      const [next] = await world.engine.servers.list({ farm: farmId, status: 'running' })
      if (!next) throw new Error('a server was expected')
      expect(await sh('cat mnt/storage/file', next)).toBe('precious')
      expect(await ofFarm()).toHaveLength(2)
    },
  )
})

describe('changed by hand', () => {
  it('grows with its file system while it is mounted, and changes its type', async () => {
    const id = await create()
    await attach(id, { always: true, mountPoint: '/mnt/storage' })
    await storage().change({ ...ref(id), change: { sizeGib: 4, type: 'io1', iops: 150 } })
    expect(await volume(id)).toMatchObject({ sizeGib: 4, type: 'io1', iops: 150 })
    await storage().grow(ref(id))
    await expect(storage().change({ ...ref(id), change: { sizeGib: 3, type: 'gp3' } })).rejects.toMatchObject(
      {
        code: 'cloud.refused',
        details: { cloudMessage: 'New size cannot be smaller than existing size of 4GiB' },
      },
    )
    expect(await volume(id)).toMatchObject({ sizeGib: 4, usage: { mount: 'mounted' } })
    await detach(id)
  })

  it('a volume made of a snapshot has its files', { timeout: 60_000 }, async () => {
    const id = await create()
    await attach(id, { always: true, mountPoint: '/mnt/storage' })
    await sh('echo precious > mnt/storage/file')
    const { snapshotId } = await storage().snapshot({ ...ref(id), description: 'before the storm' })
    await detach(id)
    const [made] = (await storage().snapshots({ ...place(), shared: false })).filter(
      (one) => one.id === snapshotId,
    )
    expect(made).toMatchObject({
      volumeId: id,
      description: 'before the storm',
      state: 'completed',
      isOwn: true,
      isAutomatic: false,
    })
    const copy = await create({ snapshotId })
    await attach(copy, { always: true, mountPoint: '/mnt/copy' })
    expect(await sh('cat mnt/copy/file')).toBe('precious')
    await detach(copy)
    await expect(create({ snapshotId: 'snap-00000000000000000' })).rejects.toMatchObject({
      details: { cloudCode: 'InvalidSnapshot.NotFound' },
    })
  })

  it('several are deleted at once, each with its outcome in the cloud’s words', async () => {
    const [free, used, gone] = [await create(), await create(), await create()]
    await attach(used)
    await world.sandbox.ec2.send(new DeleteVolumeCommand({ VolumeId: gone }))
    const outcomes = await storage().deleteVolumes({ ...place(), volumeIds: [free, used, gone] })
    expect(outcomes).toEqual([
      { id: free, ok: true, message: 'Deleted.' },
      {
        id: used,
        ok: false,
        message: `Volume ${used} is currently attached to ${String(server.cloudServerId)}`,
      },
      { id: gone, ok: true, message: 'Deleted.' },
    ])
    expect(await volume(used)).toMatchObject({ state: 'in-use' })
    await detach(used)
  })

  it('automatic snapshots are set, changed and switched off', async () => {
    const id = await create()
    await storage().setSchedule({ ...ref(id), schedule: { everyHours: 24, keep: 10 } })
    const first = await until(async () => {
      const all = await storage().snapshots({ ...place(), shared: false })
      return all.find((one) => one.volumeId === id)
    })
    expect(first).toMatchObject({ isAutomatic: true })
    await storage().setSchedule({ ...ref(id), schedule: { everyHours: 6, keep: 0 } })
    expect(await volume(id)).toMatchObject({
      schedule: { everyHours: 6, keep: 0, source: 'volume', lastAt: expect.any(String) as string },
    })
    await storage().setSchedule({ ...ref(id), schedule: null })
    expect(await volume(id)).toMatchObject({ schedule: null })
    const outcomes = await storage().deleteSnapshots({ ...place(), snapshotIds: [first.id] })
    expect(outcomes).toEqual([{ id: first.id, ok: true, message: 'Deleted.' }])
  })
})

async function rootOf({ id }: Server): Promise<string> {
  const all = await storage().ofServer({ serverId: id })
  return all.find(({ usage }) => usage?.name === 'root')?.id ?? ''
}
