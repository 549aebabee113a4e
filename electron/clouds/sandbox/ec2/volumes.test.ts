import { existsSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { AttachVolumeCommand, CreateVolumeCommand } from '@aws-sdk/client-ec2'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { realClock } from '../../../../tests/support/clocks.ts'
import { silentLog } from '../../../../tests/support/logs.ts'
import { east, type SandboxCloud, startSandboxCloud } from '../../../../tests/support/sandbox-cloud.ts'
import { Secret } from '../../../../shared/model/secret.ts'
import { createAwsProvider } from '../../aws/index.ts'
import type { CloudProvider } from '../../../engine/clouds/cloud-provider.ts'

const zone = 'sandbox-east-1a'
const blank = {
  zone,
  sizeGib: 10,
  type: 'gp3',
  iops: null,
  throughputMibps: null,
  encrypted: false,
  kmsKeyId: null,
  snapshotId: null,
  tags: { 'farmhand:farm': 'shop' },
}

let cloud: SandboxCloud
let provider: CloudProvider
const made: SandboxCloud[] = []
let token = 0
const newToken = (): string => `token-${(token += 1)}`

function providerOf(of: SandboxCloud, pageSize?: number): CloudProvider {
  return createAwsProvider({
    signIn: {
      kind: 'keys',
      accessKeyId: of.address.accessKeyId,
      secretAccessKey: new Secret(of.address.secretAccessKey),
    },
    endpoint: of.address.endpoint,
    clock: realClock,
    log: silentLog,
    ...(pageSize === undefined ? {} : { pageSize }),
  })
}

beforeAll(async () => {
  cloud = await startSandboxCloud()
  made.push(cloud)
  provider = providerOf(cloud)
})
afterAll(async () => {
  provider.close()
  for (const one of made) await one.remove()
})

async function instanceIn(wanted: string): Promise<string> {
  return (await cloud.running({ Placement: { AvailabilityZone: wanted } })).id
}

function volumeDir(id: string): string {
  return join(cloud.dir, 'volumes', id)
}

describe('volumes', () => {
  it('are made once for one token, blank, with their tags', async () => {
    const clientToken = newToken()
    const first = await provider.volumes.create(east, { ...blank, clientToken })
    const again = await provider.volumes.create(east, { ...blank, clientToken })
    expect(again.id).toBe(first.id)
    expect(first).toMatchObject({
      zone,
      sizeGib: 10,
      type: 'gp3',
      iops: 3000,
      throughputMibps: 125,
      snapshotId: null,
      attachment: null,
      tags: { 'farmhand:farm': 'shop' },
    })
    const block = await readFile(join(volumeDir(first.id), 'disk'))
    expect(block.every((byte) => byte === 0)).toBe(true)
    await expect(provider.volumes.create(east, { ...blank, sizeGib: 11, clientToken })).rejects.toMatchObject(
      { details: { cloudCode: 'IdempotentParameterMismatch' } },
    )
  })

  it('are listed whole over many pages, by tag, by id and by instance', async () => {
    const mine = await Promise.all(
      Array.from({ length: 13 }, () =>
        provider.volumes.create(east, { ...blank, clientToken: newToken(), tags: { pages: 'yes*' } }),
      ),
    )
    const small = providerOf(cloud, 5)
    const found = await small.volumes.listByTag(east, { key: 'pages', value: 'yes*' })
    expect(new Set(found.map(({ id }) => id))).toEqual(new Set(mine.map(({ id }) => id)))
    const named = await small.volumes.listById(east, [String(mine[0]?.id), 'vol-0123456789abcdef0'])
    expect(named.map(({ id }) => id)).toEqual([mine[0]?.id])
    small.close()
  })

  it('are attached and detached by instances of their own zone only', async () => {
    const volume = await provider.volumes.create(east, { ...blank, clientToken: newToken() })
    const elsewhere = await instanceIn('sandbox-east-1b')
    await expect(
      provider.volumes.attach(east, { volumeId: volume.id, instanceId: elsewhere, device: '/dev/sdf' }),
    ).rejects.toMatchObject({ details: { cloudCode: 'InvalidVolume.ZoneMismatch' } })
    const instanceId = await instanceIn(zone)
    await provider.volumes.attach(east, { volumeId: volume.id, instanceId, device: '/dev/sdf' })
    const device = join(cloud.dir, 'instances', instanceId, 'home', 'dev', 'sdf')
    await vi.waitFor(() => {
      expect(existsSync(device)).toBe(true)
    })
    const attached = await provider.volumes.listByInstance(east, instanceId)
    expect(attached.map(({ attachment }) => attachment?.device).sort()).toEqual(['/dev/sda1', '/dev/sdf'])
    await expect(provider.volumes.delete(east, volume.id)).rejects.toMatchObject({
      code: 'cloud.refused',
      details: { cloudCode: 'VolumeInUse' },
    })
    await provider.volumes.detach(east, { volumeId: volume.id })
    await provider.volumes.detach(east, { volumeId: volume.id })
    await vi.waitFor(() => {
      expect(existsSync(device)).toBe(false)
    })
    await provider.volumes.delete(east, volume.id)
    await provider.volumes.delete(east, volume.id)
    expect(await provider.volumes.listById(east, [volume.id])).toEqual([])
    expect(existsSync(volumeDir(volume.id))).toBe(false)
  })

  it('go with their instance or stay, as their attachment says', async () => {
    const instanceId = await instanceIn(zone)
    const kept = await provider.volumes.create(east, { ...blank, clientToken: newToken() })
    await provider.volumes.attach(east, { volumeId: kept.id, instanceId, device: '/dev/sdg' })
    const root = (await provider.volumes.listByInstance(east, instanceId)).find(({ id }) => id !== kept.id)
    expect(root?.attachment).toMatchObject({ device: '/dev/sda1', deleteOnTermination: true })
    await provider.instances.terminate(east, [instanceId])
    await cloud.whenAll('terminated', [instanceId])
    expect(await provider.volumes.listById(east, [String(root?.id), kept.id])).toMatchObject([
      { id: kept.id, state: 'available', attachment: null },
    ])
  })

  it('grow and never shrink', async () => {
    const { id } = await provider.volumes.create(east, { ...blank, clientToken: newToken() })
    await provider.volumes.modify(east, id, { sizeGib: 20, type: 'io2', iops: 500 })
    expect(await provider.volumes.listById(east, [id])).toMatchObject([
      { sizeGib: 20, type: 'io2', iops: 500 },
    ])
    await expect(provider.volumes.modify(east, id, { sizeGib: 19 })).rejects.toMatchObject({
      code: 'cloud.refused',
    })
  })

  it('take the names of disks that a launch asks for', async () => {
    const { id } = await cloud.running({
      BlockDeviceMappings: [
        { DeviceName: '/dev/sda1', Ebs: { VolumeSize: 30, VolumeType: 'gp2' } },
        { DeviceName: '/dev/sdf', Ebs: { VolumeSize: 5, DeleteOnTermination: false } },
      ],
    })
    const disks = await provider.volumes.listByInstance(east, id)
    expect(disks).toMatchObject([
      { sizeGib: 30, type: 'gp2', attachment: { device: '/dev/sda1', deleteOnTermination: true } },
      { sizeGib: 5, attachment: { device: '/dev/sdf', deleteOnTermination: false } },
    ])
  })

  it('pass through creating and attaching, and refuse what must wait', async () => {
    const slow = await startSandboxCloud({ volumeMs: 600_000, attachMs: 600_000 })
    made.push(slow)
    const { VolumeId = '', State } = await slow.ec2.send(
      new CreateVolumeCommand({ AvailabilityZone: zone, Size: 1 }),
    )
    expect(State).toBe('creating')
    const { id } = await slow.running({ Placement: { AvailabilityZone: zone } })
    await expect(
      slow.ec2.send(new AttachVolumeCommand({ VolumeId, InstanceId: id, Device: '/dev/sdf' })),
    ).rejects.toMatchObject({ name: 'IncorrectState' })
  })

  it('stay attaching when that is stuck, until they are detached', async () => {
    const instanceId = await instanceIn(zone)
    const { id } = await provider.volumes.create(east, { ...blank, clientToken: newToken() })
    await cloud.sandbox.faults.inject({ kind: 'attach-stuck', calls: 1 })
    await provider.volumes.attach(east, { volumeId: id, instanceId, device: '/dev/sdf' })
    expect(await provider.volumes.listById(east, [id])).toMatchObject([
      { attachment: { state: 'attaching' } },
    ])
    await provider.volumes.detach(east, { volumeId: id, force: true })
    expect(await provider.volumes.listById(east, [id])).toMatchObject([{ state: 'available' }])
  })
})

describe('snapshots', () => {
  it('keep the content as it was, and give it to volumes of any zone', async () => {
    const volume = await provider.volumes.create(east, { ...blank, clientToken: newToken() })
    await writeFile(join(volumeDir(volume.id), 'note'), 'before')
    const snapshot = await provider.snapshots.create(east, {
      volumeId: volume.id,
      description: 'nightly',
      tags: { 'farmhand:snapshot': 's1' },
    })
    await writeFile(join(volumeDir(volume.id), 'note'), 'after')
    await provider.volumes.delete(east, volume.id)
    expect(await provider.snapshots.listByTag(east, { key: 'farmhand:snapshot', value: 's1' })).toMatchObject(
      [{ id: snapshot.id, state: 'completed', progressPercent: 100, sizeGib: 10, description: 'nightly' }],
    )
    const restored = await provider.volumes.create(east, {
      ...blank,
      zone: 'sandbox-east-1b',
      clientToken: newToken(),
      snapshotId: snapshot.id,
    })
    expect(await readFile(join(volumeDir(restored.id), 'note'), 'utf8')).toBe('before')
    await expect(
      provider.volumes.create(east, {
        ...blank,
        sizeGib: 9,
        clientToken: newToken(),
        snapshotId: snapshot.id,
      }),
    ).rejects.toMatchObject({ code: 'cloud.refused' })
    await provider.snapshots.delete(east, snapshot.id)
    await provider.snapshots.delete(east, snapshot.id)
    expect(await provider.snapshots.listById(east, [snapshot.id])).toEqual([])
  })

  it('survive a restart of the Sandbox with the volumes', async () => {
    const kept = await startSandboxCloud()
    made.push(kept)
    let own = providerOf(kept)
    const volume = await own.volumes.create(east, { ...blank, clientToken: newToken() })
    await own.snapshots.create(east, { volumeId: volume.id, description: '', tags: {} })
    own.close()
    await kept.restart()
    own = providerOf(kept)
    expect(await own.volumes.list(east)).toMatchObject([{ id: volume.id }])
    expect(await own.snapshots.list(east)).toMatchObject([{ volumeId: volume.id }])
    own.close()
  })
})
