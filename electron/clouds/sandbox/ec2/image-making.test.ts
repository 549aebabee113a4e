import {
  type BlockDeviceMapping,
  CopyImageCommand,
  CreateImageCommand,
  DeregisterImageCommand,
  DescribeImagesCommand,
  DescribeVolumesCommand,
} from '@aws-sdk/client-ec2'
import { mkdir, readFile, readlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { east, type SandboxCloud, startSandboxCloud } from '../../../../tests/support/sandbox-cloud.ts'

let cloud: SandboxCloud

beforeAll(async () => {
  cloud = await startSandboxCloud()
})
afterAll(async () => {
  await cloud.remove()
})

const homeOf = (id: string): string => join(cloud.dir, 'instances', id, 'home')

it('makes an image of an instance; what is launched from it has the files of that moment', async () => {
  const source = await cloud.running()
  await mkdir(join(homeOf(source.id), 'app'), { recursive: true })
  await writeFile(join(homeOf(source.id), 'app', 'version'), 'one')
  const { ImageId } = await cloud.ec2.send(
    new CreateImageCommand({
      InstanceId: source.id,
      Name: 'golden-1',
      Description: 'made by a test',
      NoReboot: true,
      TagSpecifications: [{ ResourceType: 'image', Tags: [{ Key: 'purpose', Value: 'test' }] }],
    }),
  )
  await writeFile(join(homeOf(source.id), 'app', 'version'), 'two')
  const own = await cloud.ec2.send(
    new DescribeImagesCommand({ Owners: ['self'], Filters: [{ Name: 'tag:purpose', Values: ['test'] }] }),
  )
  expect(own.Images).toMatchObject([
    {
      ImageId,
      Name: 'golden-1',
      State: 'available',
      Public: false,
      Tags: [{ Key: 'purpose', Value: 'test' }],
    },
  ])
  expect(own.Images?.[0]?.BlockDeviceMappings?.[0]?.Ebs?.SnapshotId).toMatch(/^snap-0/)
  const copy = await cloud.running({ ImageId })
  expect(await readFile(join(homeOf(copy.id), 'app', 'version'), 'utf8')).toBe('one')
  expect(copy.id).not.toBe(source.id)
})

it('copies an image to another region once for one token, with its files', async () => {
  const source = await cloud.running()
  await writeFile(join(homeOf(source.id), 'here'), 'files')
  const { ImageId: SourceImageId } = await cloud.ec2.send(
    new CreateImageCommand({ InstanceId: source.id, Name: 'to-copy', NoReboot: true }),
  )
  const west = cloud.client({ region: 'sandbox-west-1' })
  const command = {
    SourceRegion: east,
    SourceImageId: SourceImageId ?? '',
    Name: 'copied',
    ClientToken: 'copy-1',
  }
  const first = await west.send(new CopyImageCommand(command))
  const again = await west.send(new CopyImageCommand(command))
  expect(again.ImageId).toBe(first.ImageId)
  expect(first.ImageId).not.toBe(SourceImageId)
  const kept = await readFile(join(cloud.dir, 'images', first.ImageId ?? '', 'here'), 'utf8')
  expect(kept).toBe('files')
})

it('survives a restart of the Sandbox, and is gone with its files once deregistered', async () => {
  const source = await cloud.running()
  const { ImageId } = await cloud.ec2.send(
    new CreateImageCommand({ InstanceId: source.id, Name: 'kept', NoReboot: true }),
  )
  await cloud.restart()
  const after = await cloud.ec2.send(new DescribeImagesCommand({ ImageIds: [ImageId ?? ''] }))
  expect(after.Images).toMatchObject([{ Name: 'kept', State: 'available' }])
  await cloud.ec2.send(new DeregisterImageCommand({ ImageId }))
  await expect(
    cloud.ec2.send(new DescribeImagesCommand({ ImageIds: [ImageId ?? ''] })),
  ).rejects.toMatchObject({
    name: 'InvalidAMIID.NotFound',
  })
  await expect(cloud.launch({ ImageId })).rejects.toMatchObject({ name: 'InvalidAMIID.NotFound' })
})

it('refuses as EC2 does: a name twice, a bad name, an image of others', async () => {
  const source = await cloud.running()
  const make = (Name: string) =>
    cloud.ec2.send(new CreateImageCommand({ InstanceId: source.id, Name, NoReboot: true }))
  await make('taken')
  await expect(make('taken')).rejects.toMatchObject({ name: 'InvalidAMIName.Duplicate' })
  await expect(make('no')).rejects.toMatchObject({ name: 'InvalidAMIName.Malformed' })
  await expect(
    cloud.ec2.send(new DeregisterImageCommand({ ImageId: await cloud.imageId() })),
  ).rejects.toMatchObject({ name: 'AuthFailure' })
})

it('fails an image when it is told to, with the reason', async () => {
  const source = await cloud.running()
  await cloud.sandbox.faults.inject({ kind: 'image-fails', calls: 1 })
  const { ImageId } = await cloud.ec2.send(
    new CreateImageCommand({ InstanceId: source.id, Name: 'broken', NoReboot: true }),
  )
  const { Images } = await cloud.ec2.send(new DescribeImagesCommand({ ImageIds: [ImageId ?? ''] }))
  expect(Images).toMatchObject([{ State: 'failed', StateReason: { Message: 'Snapshot creation failed' } }])
  await expect(cloud.launch({ ImageId })).rejects.toMatchObject({ name: 'InvalidAMIID.Unavailable' })
})

it('an image holds the disks of its instance; what is left out is not in it, and only DeleteOnTermination can be changed', async () => {
  const source = await cloud.running({
    BlockDeviceMappings: [
      { DeviceName: '/dev/sda1', Ebs: { VolumeSize: 12 } },
      { DeviceName: '/dev/sdf', Ebs: { VolumeSize: 3, DeleteOnTermination: false } },
      { DeviceName: '/dev/sdg', Ebs: { VolumeSize: 4 } },
    ],
  })
  const volume = await volumeAt(cloud, source.id, '/dev/sdf')
  await writeFile(join(cloud.dir, 'volumes', volume, 'fs'), 'TYPE=ext4\nUUID=u-1\n')
  await mkdir(join(cloud.dir, 'volumes', volume, 'content'))
  await writeFile(join(cloud.dir, 'volumes', volume, 'content', 'data'), 'kept')
  const make = (Name: string, BlockDeviceMappings: BlockDeviceMapping[]) =>
    cloud.ec2.send(
      new CreateImageCommand({ InstanceId: source.id, Name, NoReboot: true, BlockDeviceMappings }),
    )
  const { ImageId } = await make('with-disks', [
    { DeviceName: '/dev/sdf', Ebs: { DeleteOnTermination: true } },
    { DeviceName: '/dev/sdg', NoDevice: '' },
  ])
  const { Images } = await cloud.ec2.send(new DescribeImagesCommand({ ImageIds: [ImageId ?? ''] }))
  expect(Images?.[0]?.BlockDeviceMappings).toMatchObject([
    {
      DeviceName: '/dev/sda1',
      Ebs: { VolumeSize: 12, SnapshotId: expect.stringMatching(/^snap-/) as string },
    },
    { DeviceName: '/dev/sdf', Ebs: { VolumeSize: 3, DeleteOnTermination: true } },
  ])
  const [made] = await cloud.launch({
    ImageId,
    BlockDeviceMappings: [{ DeviceName: '/dev/sda1', Ebs: { VolumeSize: 20, VolumeType: 'gp2' } }],
  })
  const id = made?.InstanceId ?? ''
  await cloud.whenAll('running', [id])
  const copy = await volumeAt(cloud, id, '/dev/sdf')
  expect(copy).not.toBe(volume)
  expect(await readFile(join(cloud.dir, 'volumes', copy, 'content', 'data'), 'utf8')).toBe('kept')
  const root = await cloud.ec2.send(
    new DescribeVolumesCommand({ VolumeIds: [await volumeAt(cloud, id, '/dev/sda1')] }),
  )
  expect(root.Volumes).toMatchObject([{ Size: 20, VolumeType: 'gp2' }])
  // Its devices are its own ones, not those of the instance that the image was made of.
  expect(await readlink(join(homeOf(id), 'dev', 'sdf'))).toContain(copy)
  const west = cloud.client({ region: 'sandbox-west-1' })
  const copied = await west.send(
    new CopyImageCommand({ SourceRegion: east, SourceImageId: ImageId ?? '', Name: 'disks-west' }),
  )
  const [there] =
    (await west.send(new DescribeImagesCommand({ ImageIds: [copied.ImageId ?? ''] }))).Images ?? []
  const snapshot = there?.BlockDeviceMappings?.[1]?.Ebs?.SnapshotId ?? ''
  expect(await readFile(join(cloud.dir, 'snapshots', snapshot, 'content', 'data'), 'utf8')).toBe('kept')
  await expect(
    cloud.launch({
      ImageId,
      BlockDeviceMappings: [{ DeviceName: '/dev/sda1', Ebs: { VolumeSize: 10 } }],
    }),
  ).rejects.toMatchObject({ name: 'InvalidBlockDeviceMapping' })
  await expect(make('larger', [{ DeviceName: '/dev/sda1', Ebs: { VolumeSize: 30 } }])).rejects.toMatchObject({
    name: 'InvalidBlockDeviceMapping',
  })
})

async function volumeAt(from: SandboxCloud, instanceId: string, device: string): Promise<string> {
  const [instance] = await from.describe(instanceId)
  return instance?.BlockDeviceMappings?.find(({ DeviceName }) => DeviceName === device)?.Ebs?.VolumeId ?? ''
}
