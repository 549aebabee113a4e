import {
  type BlockDeviceMapping,
  CopyImageCommand,
  CreateImageCommand,
  DeregisterImageCommand,
  DescribeImagesCommand,
  type Image,
} from '@aws-sdk/client-ec2'
import { AppError } from '../../../shared/model/errors.ts'
import { Architecture, type CloudImage } from '../../../shared/model/clouds.ts'
import type { CallOptions, ImagesPort, MachineImage, CloudTag } from '../../engine/clouds/index.ts'
import type { AwsClients } from './aws-clients.ts'
import { hasCode } from './aws-errors.ts'
import { awsTags, tagsOf } from './aws-tags.ts'
import { FILTER_VALUES_MAX, slices } from './filters.ts'
import { disksOf } from './instance-disks.ts'
import { allPages } from './pages.ts'

const PAGE_SIZE = 1000

/** EC2's calls about images. */
export class AwsImages implements ImagesPort {
  readonly #clients: AwsClients

  constructor(clients: AwsClients) {
    this.#clients = clients
  }

  async search(
    location: string,
    query: { owner?: string; namePattern?: string; cloudImageIds?: readonly string[] },
    options?: CallOptions,
  ): Promise<CloudImage[]> {
    const about = { action: 'DescribeImages', location, kind: 'read' } as const
    const { owner, namePattern, cloudImageIds } = query
    const images: CloudImage[] = []
    await allPages(about, async (token) => {
      const answer = await this.#clients.ec2(about, options, (client, http) =>
        client.send(
          new DescribeImagesCommand({
            ...(owner === undefined ? {} : { Owners: [owner] }),
            ...(namePattern === undefined ? {} : { Filters: [{ Name: 'name', Values: [namePattern] }] }),
            // EC2 takes either ids or pages.
            ...(cloudImageIds === undefined ? { MaxResults: PAGE_SIZE } : { ImageIds: [...cloudImageIds] }),
            ...(token === undefined ? {} : { NextToken: token }),
          }),
          http,
        ),
      )
      for (const described of answer.Images ?? []) {
        const image = cloudImage(described)
        if (image) images.push(image)
      }
      return answer.NextToken
    })
    return images
  }

  async create(
    location: string,
    image: Parameters<ImagesPort['create']>[1],
    options?: CallOptions,
  ): Promise<{ cloudImageId: string }> {
    const tags = awsTags(image.tags)
    const about = { action: 'CreateImage', location, kind: 'write' } as const
    const { others } = await disksOf(this.#clients, location, image.instanceId, options)
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

  async copy(
    location: string,
    image: Parameters<ImagesPort['copy']>[1],
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
  async listById(location: string, ids: readonly string[], options?: CallOptions): Promise<MachineImage[]> {
    const images: MachineImage[] = []
    for (const Values of slices(ids, FILTER_VALUES_MAX)) {
      images.push(...(await this.#describe(location, [{ Name: 'image-id', Values }], false, options)))
    }
    return images
  }

  async listByTag(location: string, tag: CloudTag, options?: CallOptions): Promise<MachineImage[]> {
    return this.#describe(location, [{ Name: `tag:${tag.key}`, Values: [tag.value] }], true, options)
  }

  async delete(location: string, cloudImageId: string, options?: CallOptions): Promise<void> {
    await this.#clients
      .ec2({ action: 'DeregisterImage', location, kind: 'write' }, options, (client, http) =>
        client.send(new DeregisterImageCommand({ ImageId: cloudImageId }), http),
      )
      .catch((thrown: unknown) => {
        if (!hasCode(thrown, 'InvalidAMIID.NotFound', 'InvalidAMIID.Unavailable')) throw thrown
      })
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
    tags: tagsOf(image.Tags),
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

function cloudImage(image: Image): CloudImage | undefined {
  const architecture = Architecture.safeParse(image.Architecture)
  if (!image.ImageId || !architecture.success) return undefined
  return {
    cloudImageId: image.ImageId,
    name: image.Name ?? image.ImageId,
    description: image.Description ?? '',
    ownerId: image.OwnerId ?? '',
    architecture: architecture.data,
    rootDeviceName: image.RootDeviceName ?? null,
    rootDeviceType: image.RootDeviceType ?? null,
    platform: image.PlatformDetails ?? image.Platform ?? '',
    createdAt: image.CreationDate ?? null,
    deprecatedAt: image.DeprecationTime ?? null,
    state: image.State ?? 'unknown',
  }
}
