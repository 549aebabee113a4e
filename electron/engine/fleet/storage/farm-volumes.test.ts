import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { DeleteVolumeCommand } from '@aws-sdk/client-ec2'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type SandboxCloud, startSandboxCloud } from '../../../../tests/support/sandbox-cloud.ts'
import { killInCloud } from '../../../../tests/support/sandbox-engine.ts'
import { openEngine, temporaryDirectory, until } from '../../../../tests/support/test-engine.ts'
import { FarmInput } from '../../../../shared/model/farms.ts'
import type { FarmRoleVolume } from '../../../../shared/model/farm-role-storage.ts'
import type { CloudId } from '../../../../shared/model/ids.ts'
import type { Server } from '../../../../shared/model/servers.ts'
import type { StorageVolume } from '../../../../shared/model/storage.ts'
import type { Engine } from '../../engine.ts'

const location = 'sandbox-east-1'
const zone = 'sandbox-east-1a'

let directory: Awaited<ReturnType<typeof temporaryDirectory>>
let cloud: SandboxCloud
let engine: Engine
let cloudId: CloudId
let roleId: string
let farms = 0

beforeAll(async () => {
  directory = await temporaryDirectory()
  cloud = await startSandboxCloud({ invisibleMs: 0 })
  engine = await openEngine({ dataDir: directory.path })
  await engine.start()
  const account = await engine.clouds.addAws({
    name: 'Test',
    accessKeyId: cloud.address.accessKeyId,
    secretAccessKey: cloud.address.secretAccessKey,
    endpoint: cloud.address.endpoint,
    locations: [location],
  })
  cloudId = account.id
  const image = await engine.images.create({
    name: 'linux',
    cloudId: account.id,
    location,
    source: { kind: 'id', cloudImageId: await cloud.imageId() },
    os: { family: 'sandbox', version: '1.0' },
    architecture: 'x86_64',
    ssh: { user: 'farmhand', port: 2222 },
  })
  roleId = (await engine.roles.create({ name: 'base', osFamily: 'sandbox', imageIds: [image.id] })).id
})
afterAll(async () => {
  await engine.stop()
  await cloud.remove()
  await directory.remove()
})

type VolumeInput = Partial<FarmRoleVolume> & { name: string }

/** A farm of one server with these volumes, launched; resolves when its server runs. */
async function launched(volumes: VolumeInput[]) {
  farms += 1
  const farm = await engine.farms.create(
    FarmInput.parse({
      name: `farm ${farms}`,
      roles: [
        {
          alias: 'db',
          roleId,
          cloudId,
          location,
          zone,
          instanceType: 't3.micro',
          scaling: { min: 1, max: 1 },
          storage: { volumes },
        },
      ],
    }),
  )
  await engine.farms.launch({ farmId: farm.id })
  return farm.id
}

async function serverOf(farmId: string, look: (server: Server) => boolean = () => true): Promise<Server> {
  return until(async () => {
    const all = await engine.servers.list({ farm: farmId })
    return all.find((server) => server.status === 'running' && look(server))
  }, 60_000)
}

async function volumesOf(farmId: string): Promise<StorageVolume[]> {
  const all = await engine.storage.volumes({ cloudId, location })
  return all.filter(({ usage }) => usage?.farmId === farmId && usage.name !== 'root')
}

async function sh(server: Server, command: string): Promise<string> {
  let text = ''
  const messages = engine.servers.exec(
    { serverId: server.id, argv: ['sh', '-c', command] },
    { signal: new AbortController().signal },
  )
  for await (const message of messages) {
    if (message.kind === 'stdout') text += Buffer.from(message.base64, 'base64').toString()
    if (message.kind === 'exit' && message.code !== 0)
      throw new Error(`${command} ended with ${message.code}: ${text}`)
  }
  return text
}

const kill = (server: Server): Promise<void> => killInCloud(cloud, engine, server)

async function eventsOf(farmId: string): Promise<string[]> {
  return (await engine.events.list({ farmId, limit: 1000 })).map(({ kind }) => kind).reverse()
}

const data: VolumeInput = { name: 'data', sizeGib: 2, mountPoint: '/mnt/data' }

describe('volumes of farm roles', () => {
  it(
    'scenario 62: the server that takes the index gets the same volume with its files, not formatted again',
    { timeout: 120_000 },
    async () => {
      const farmId = await launched([data])
      const first = await serverOf(farmId)
      await sh(first, 'echo precious > mnt/data/file')
      const [before] = await volumesOf(farmId)
      expect(before).toMatchObject({
        zone,
        sizeGib: 2,
        usage: { alias: 'db', index: 1, name: 'data', mount: 'mounted', mountPoint: '/mnt/data' },
        serverId: first.id,
      })
      await kill(first)
      const second = await serverOf(farmId, ({ id }) => id !== first.id)
      expect(second.index).toBe(1)
      expect(await sh(second, 'cat mnt/data/file; mountpoint /mnt/data')).toContain('precious')
      const after = await volumesOf(farmId)
      expect(after.map(({ id }) => id)).toEqual([before?.id])
      expect((await eventsOf(farmId)).filter((kind) => /Volume/.test(kind))).toEqual([
        'VolumeCreated',
        'EBSVolumeAttached',
        'EBSVolumeMounted',
        'EBSVolumeAttached',
        'EBSVolumeMounted',
      ])

      // Scenario 64, over the engine: a reboot mounts by fstab, and fires nothing.
      await engine.servers.reboot({ serverId: second.id })
      await until(async () => (await eventsOf(farmId)).includes('RebootComplete'), 60_000)
      expect(await sh(second, 'cat mnt/data/file')).toBe('precious\n')
      expect((await eventsOf(farmId)).filter((kind) => kind === 'EBSVolumeMounted')).toHaveLength(2)

      // Scenario 9: terminated without “delete cloud objects”, the volume remains, and the next launch uses it again.
      await engine.farms.terminate({ farmId, force: true })
      await until(async () => (await engine.farms.get({ farmId })).state.status === 'terminated', 60_000)
      expect(await volumesOf(farmId)).toMatchObject([{ id: before?.id, state: 'available' }])
      await engine.farms.launch({ farmId })
      const third = await serverOf(farmId)
      expect(await sh(third, 'cat mnt/data/file')).toBe('precious\n')

      // Scenario 10: with it, the volume goes.
      await engine.farms.terminate({ farmId, force: true, deleteCloudObjects: true })
      await until(async () => (await engine.farms.get({ farmId })).state.status === 'terminated', 60_000)
      expect(await volumesOf(farmId)).toEqual([])
    },
  )

  it(
    'scenario 63: a volume deleted in the cloud is made anew where that is allowed, and makes the server Failed where not',
    { timeout: 120_000 },
    async () => {
      const farmId = await launched([
        { ...data, name: 'cache', mountPoint: '/mnt/cache', recreateMissing: true },
        data,
      ])
      const first = await serverOf(farmId)
      const before = await volumesOf(farmId)
      const idOf = (name: string) => before.find(({ usage }) => usage?.name === name)?.id ?? ''
      // Both at the same moment: their work on the server goes one after another.
      const ids = ['cache', 'data'].map(idOf)
      await Promise.all(
        ids.map((volumeId) => engine.storage.detach({ cloudId, location, volumeId, force: false })),
      )
      await until(async () => {
        const now = await volumesOf(farmId)
        return ids.every((volumeId) => now.some(({ id, state }) => id === volumeId && state === 'available'))
      })
      await cloud.ec2.send(new DeleteVolumeCommand({ VolumeId: idOf('cache') }))
      await cloud.ec2.send(new DeleteVolumeCommand({ VolumeId: idOf('data') }))
      await kill(first)
      const failed = await until(async () => {
        const all = await engine.servers.list({ farm: farmId })
        return all.find(({ id, initFailedAt }) => id !== first.id && initFailedAt !== null)
      }, 60_000)
      expect(failed).toMatchObject({ error: { code: 'volume.missing' }, prepared: [] })
      const made = await volumesOf(farmId)
      expect(made.map(({ usage }) => usage?.name)).toEqual(['cache'])
      expect(made[0]?.id).not.toBe(idOf('cache'))
      await engine.farms.terminate({ farmId, force: true, deleteCloudObjects: true })
    },
  )

  it(
    'a volume that is not to be used again goes with its server; a snapshot with a partition table makes it Failed',
    { timeout: 120_000 },
    async () => {
      const farmId = await launched([{ ...data, reuse: false }])
      const first = await serverOf(farmId)
      const [before] = await volumesOf(farmId)
      // A disk that somebody partitioned.
      const block = Buffer.alloc(4096)
      block.set([0x55, 0xaa], 510)
      const spare = await engine.storage.createVolume({
        ...{ cloudId, location, zone, name: 'spare', snapshotId: null, sizeGib: 1 },
        ...{ type: 'gp3', iops: null, throughputMibps: null, encrypted: false, kmsKeyId: null },
      })
      await writeFile(join(cloud.dir, 'volumes', spare.volumeId, 'disk'), block)
      const { snapshotId } = await engine.storage.snapshot({
        ...{ cloudId, location, volumeId: spare.volumeId, description: '' },
      })
      await kill(first)
      await serverOf(farmId, ({ id }) => id !== first.id)
      await until(async () => !(await volumesOf(farmId)).some(({ id }) => id === before?.id))
      expect(await volumesOf(farmId)).toHaveLength(1)

      const bad = await launched([{ ...data, sizeGib: 1, snapshotId }])
      const failed = await until(async () => {
        const all = await engine.servers.list({ farm: bad })
        return all.find(({ initFailedAt }) => initFailedAt !== null)
      }, 60_000)
      expect(failed.error).toMatchObject({
        code: 'volume.not_blank',
        message: expect.stringContaining('partition table') as string,
      })
      for (const id of [farmId, bad]) {
        await engine.farms.terminate({ farmId: id, force: true, deleteCloudObjects: true })
      }
    },
  )

  it('follows its server to another zone, with its files', { timeout: 120_000 }, async () => {
    const farmId = await launched([data])
    const first = await serverOf(farmId)
    await sh(first, 'echo precious > mnt/data/file')
    const farm = await engine.farms.get({ farmId })
    const { name } = farm
    const roles = farm.roles.map((role) => ({ ...role, zone: 'sandbox-east-1b' }))
    await engine.farms.update({ farmId, farm: FarmInput.parse({ name, roles }) })
    await kill(first)
    const second = await serverOf(farmId, ({ id }) => id !== first.id)
    expect(second.zone).toBe('sandbox-east-1b')
    expect(await sh(second, 'cat mnt/data/file')).toBe('precious\n')
    expect(await volumesOf(farmId)).toMatchObject([{ zone: 'sandbox-east-1b' }])
    const snapshots = await engine.storage.snapshots({ cloudId, location, shared: false })
    expect(
      snapshots.filter(
        ({ tags }) => tags['farmhand:snapshot'] !== undefined && tags['farmhand:workspace'] === undefined,
      ),
    ).toEqual([])
    await engine.farms.terminate({ farmId, force: true, deleteCloudObjects: true })
  })

  it('an array of four disks comes back whole', { timeout: 120_000 }, async () => {
    const farmId = await launched([{ ...data, raid: { level: 10, disks: 4, via: 'mdadm' } }])
    const first = await serverOf(farmId)
    await sh(first, 'echo precious > mnt/data/file')
    expect(await volumesOf(farmId)).toHaveLength(4)
    await kill(first)
    const second = await serverOf(farmId, ({ id }) => id !== first.id)
    expect(await sh(second, 'cat mnt/data/file')).toBe('precious\n')
    expect(await volumesOf(farmId)).toHaveLength(4)
    await engine.farms.terminate({ farmId, force: true, deleteCloudObjects: true })
  })
})
