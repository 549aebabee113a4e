import {
  type BlockDeviceMapping,
  CopyImageCommand,
  CreateImageCommand,
  DeleteSnapshotCommand,
  DeregisterImageCommand,
  DescribeImagesCommand,
  DescribeInstancesCommand,
  DescribeSnapshotsCommand,
  DescribeVolumesCommand,
  type Image,
} from '@aws-sdk/client-ec2'
import { AppError } from '../../../shared/model/errors.ts'
import { Architecture } from '../../../shared/model/clouds.ts'
import type { CallOptions } from '../../engine/clouds/index.ts'
import type { MachineImage, MachineImages } from '../../engine/clouds/index.ts'
import type { AwsClients } from './aws-clients.ts'
import { awsTags } from './aws-tags.ts'
import { allPages } from './pages.ts'

const PAGE_SIZE = 1000

/** EC2's calls about images of the account. */
export class AwsMachineImages implements MachineImages {
  readonly #clients: AwsClients

  constructor(clients: AwsClients) {
    this.#clients = clients
  }

  async create(
    location: string,
    image: Parameters<MachineImages['create']>[1],
    options?: CallOptions,
  ): Promise<{ cloudImageId: string }> {
    const tags = awsTags(image.tags)
    const about = { action: 'CreateImage', location, kind: 'write' } as const
    const { others } = await this.#disks(location, image.instanceId, options)
    // Without a mapping EC2 takes every attached volume along, and leaves those behind when a server of the image ends.
    const mappings = others.map((device): BlockDeviceMapping => ({
      DeviceName: device,
      ...(image.attachedVolumes ? { Ebs: { DeleteOnTermination: true } } : { NoDevice: '' }),
    }))
    const answer = await this.#clients.ec2(about, options, (client, http) =>
      client.send(
        new CreateImageCommand({
          InstanceId: image.instanceId,
          Name: image.name,
          Description: image.description,
          NoReboot: !image.reboot,
          ...(mappings.length === 0 ? {} : { BlockDeviceMappings: mappings }),
          TagSpecifications: [
            { ResourceType: 'image', Tags: tags },
            { ResourceType: 'snapshot', Tags: tags },
          ],
        }),
        http,
      ),
    )
    return { cloudImageId: named(answer.ImageId, about) }
  }

  async rootSizeGib(location: string, instanceId: string, options?: CallOptions): Promise<number | null> {
    const { root } = await this.#disks(location, instanceId, options)
    if (root === null) return null
    const about = { action: 'DescribeVolumes', location, kind: 'read' } as const
    const { Volumes = [] } = await this.#clients.ec2(about, options, (client, http) =>
      client.send(new DescribeVolumesCommand({ Filters: [{ Name: 'volume-id', Values: [root] }] }), http),
    )
    return Volumes[0]?.Size ?? null
  }

  async copy(
    location: string,
    image: Parameters<MachineImages['copy']>[1],
    options?: CallOptions,
  ): Promise<{ cloudImageId: string }> {
    const tags = awsTags(image.tags)
    const about = { action: 'CopyImage', location, kind: 'write' } as const
    const answer = await this.#clients.ec2(about, options, (client, http) =>
      client.send(
        new CopyImageCommand({
          ClientToken: image.clientToken,
          SourceRegion: image.sourceLocation,
          SourceImageId: image.cloudImageId,
          Name: image.name,
          Description: image.description,
          TagSpecifications: [
            { ResourceType: 'image', Tags: tags },
            { ResourceType: 'snapshot', Tags: tags },
          ],
        }),
        http,
      ),
    )
    return { cloudImageId: named(answer.ImageId, about) }
  }

  /** By a filter: DescribeImages with ids refuses them all for one that it does not know (yet). */
  async byId(location: string, ids: readonly string[], options?: CallOptions): Promise<MachineImage[]> {
    if (ids.length === 0) return []
    return this.#describe(location, [{ Name: 'image-id', Values: [...ids] }], false, options)
  }

  async byTag(
    location: string,
    tag: { key: string; value: string },
    options?: CallOptions,
  ): Promise<MachineImage[]> {
    return this.#describe(location, [{ Name: `tag:${tag.key}`, Values: [tag.value] }], true, options)
  }

  /** The least of them: the image is there when the last snapshot is. */
  async progress(
    location: string,
    snapshotIds: readonly string[],
    options?: CallOptions,
  ): Promise<number | null> {
    if (snapshotIds.length === 0) return null
    const about = { action: 'DescribeSnapshots', location, kind: 'read' } as const
    const answer = await this.#clients.ec2(about, options, (client, http) =>
      client.send(
        new DescribeSnapshotsCommand({ Filters: [{ Name: 'snapshot-id', Values: [...snapshotIds] }] }),
        http,
      ),
    )
    const percents = (answer.Snapshots ?? []).map(({ Progress }) => Number.parseInt(Progress ?? '', 10))
    const known = percents.filter((percent) => Number.isInteger(percent))
    return known.length === 0 ? null : Math.min(...known)
  }

  async deregister(location: string, cloudImageId: string, options?: CallOptions): Promise<void> {
    await this.#clients
      .ec2({ action: 'DeregisterImage', location, kind: 'write' }, options, (client, http) =>
        client.send(new DeregisterImageCommand({ ImageId: cloudImageId }), http),
      )
      .catch((thrown: unknown) => {
        if (!isGone(thrown, 'InvalidAMIID')) throw thrown
      })
  }

  async deleteSnapshots(
    location: string,
    snapshotIds: readonly string[],
    options?: CallOptions,
  ): Promise<{ kept: { snapshotId: string; reason: string }[] }> {
    const kept: { snapshotId: string; reason: string }[] = []
    for (const snapshotId of snapshotIds) {
      try {
        await this.#clients.ec2(
          { action: 'DeleteSnapshot', location, kind: 'write' },
          options,
          (client, http) => client.send(new DeleteSnapshotCommand({ SnapshotId: snapshotId }), http),
        )
      } catch (thrown) {
        if (isGone(thrown, 'InvalidSnapshot')) continue
        if (!(thrown instanceof AppError) || thrown.details.cloudCode !== 'InvalidSnapshot.InUse')
          throw thrown
        kept.push({ snapshotId, reason: thrown.details.cloudMessage ?? thrown.message })
      }
    }
    return { kept }
  }

  /** The volume of the root disk, and the devices of the other volumes. */
  async #disks(
    location: string,
    instanceId: string,
    options: CallOptions | undefined,
  ): Promise<{ root: string | null; others: string[] }> {
    const about = { action: 'DescribeInstances', location, kind: 'read' } as const
    const { Reservations = [] } = await this.#clients.ec2(about, options, (client, http) =>
      client.send(
        new DescribeInstancesCommand({ Filters: [{ Name: 'instance-id', Values: [instanceId] }] }),
        http,
      ),
    )
    const instance = Reservations[0]?.Instances?.[0]
    const disks = (instance?.BlockDeviceMappings ?? []).filter(({ Ebs }) => Ebs !== undefined)
    const isRoot = ({ DeviceName }: { DeviceName?: string | undefined }): boolean =>
      DeviceName === instance?.RootDeviceName
    return {
      root: disks.find(isRoot)?.Ebs?.VolumeId ?? null,
      others: disks.flatMap((disk) => (isRoot(disk) ? [] : (disk.DeviceName ?? []))),
    }
  }

  async #describe(
    location: string,
    filters: { Name: string; Values: string[] }[],
    ownOnly: boolean,
    options?: CallOptions,
  ): Promise<MachineImage[]> {
    const about = { action: 'DescribeImages', location, kind: 'read' } as const
    const images: MachineImage[] = []
    await allPages(about, async (token) => {
      const answer = await this.#clients.ec2(about, options, (client, http) =>
        client.send(
          new DescribeImagesCommand({
            Filters: filters,
            IncludeDeprecated: true,
            MaxResults: PAGE_SIZE,
            ...(ownOnly ? { Owners: ['self'] } : {}),
            ...(token === undefined ? {} : { NextToken: token }),
          }),
          http,
        ),
      )
      for (const image of answer.Images ?? [])
        if (image.ImageId) images.push(machineImage(image, image.ImageId))
      return answer.NextToken
    })
    return images
  }
}

function machineImage(image: Image, cloudImageId: string): MachineImage {
  const disks = (image.BlockDeviceMappings ?? []).flatMap(({ Ebs }) => Ebs ?? [])
  const sizeGb = disks.reduce((sum, { VolumeSize = 0 }) => sum + VolumeSize, 0)
  const architecture = Architecture.safeParse(image.Architecture)
  return {
    cloudImageId,
    name: image.Name ?? cloudImageId,
    description: image.Description ?? '',
    ownerId: image.OwnerId ?? '',
    state: stateOf(image.State ?? ''),
    stateReason: image.StateReason?.Message ?? null,
    architecture: architecture.success ? architecture.data : 'x86_64',
    rootDeviceName: image.RootDeviceName ?? null,
    snapshotIds: disks.flatMap(({ SnapshotId }) => SnapshotId ?? []),
    sizeGb: sizeGb === 0 ? null : sizeGb,
    createdAt: image.CreationDate ?? null,
    tags: Object.fromEntries((image.Tags ?? []).map(({ Key = '', Value = '' }) => [Key, Value])),
  }
}

/** EC2's eight states as the four that matter to whoever waits (API Reference, Image). */
function stateOf(state: string): MachineImage['state'] {
  switch (state) {
    case 'available':
      return 'available'
    case 'pending':
    case 'transient':
      return 'pending'
    case 'deregistered':
    case 'disabled':
      return 'gone'
    default:
      return 'failed'
  }
}

function named(id: string | undefined, { action, location }: { action: string; location: string }): string {
  if (id !== undefined && id !== '') return id
  throw new AppError('cloud.bad_answer', {
    message: `${action} in ${location} was answered without an image id. Farmhand looks for the image by its tag.`,
    retryable: true,
  })
}

function isGone(thrown: unknown, family: string): boolean {
  if (!(thrown instanceof AppError)) return false
  const code = thrown.details.cloudCode
  return code === `${family}.NotFound` || code === `${family}.Unavailable`
}
