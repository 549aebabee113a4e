import {
  CopyImageCommand,
  CreateImageCommand,
  DeregisterImageCommand,
  DescribeImagesCommand,
} from '@aws-sdk/client-ec2'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { east, type SandboxCloud, startSandboxCloud } from '../../../../../tests/support/sandbox-cloud.ts'

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
