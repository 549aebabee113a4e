import {
  DescribeAvailabilityZonesCommand,
  DescribeImagesCommand,
  DescribeInstanceTypesCommand,
  type Image,
  type InstanceTypeInfo,
} from '@aws-sdk/client-ec2'
import { Architecture, type CloudImage, type InstanceType, type Zone } from '../../../shared/model/clouds.ts'
import type { CallOptions } from '../../engine/clouds/index.ts'
import type { AwsClients } from './aws-clients.ts'
import { allPages } from './pages.ts'

/** The most that DescribeInstanceTypes gives in one page (EC2 API Reference). */
const TYPES_PAGE_SIZE = 100
const IMAGES_PAGE_SIZE = 1000

/** EC2's calls about what a region offers: zones, instance types, images. */
export class AwsOffers {
  readonly #clients: AwsClients

  constructor(clients: AwsClients) {
    this.#clients = clients
  }

  /** The region's own zones; local and wavelength zones need a subnet of their own. */
  async zones(location: string, options?: CallOptions): Promise<Zone[]> {
    const about = { action: 'DescribeAvailabilityZones', location, kind: 'readAll' } as const
    const answer = await this.#clients.ec2(about, options, (client, http) =>
      client.send(new DescribeAvailabilityZonesCommand({}), http),
    )
    return (answer.AvailabilityZones ?? [])
      .filter(({ ZoneType }) => ZoneType === undefined || ZoneType === 'availability-zone')
      .map(({ ZoneName, State }) => ({ name: ZoneName ?? '', state: State ?? 'unknown' }))
      .filter(({ name }) => name !== '')
      .sort((a, b) => (a.name < b.name ? -1 : 1))
  }

  async instanceTypes(location: string, options?: CallOptions): Promise<InstanceType[]> {
    const about = { action: 'DescribeInstanceTypes', location, kind: 'read' } as const
    const types: InstanceType[] = []
    await allPages(about, async (token) => {
      const answer = await this.#clients.ec2(about, options, (client, http) =>
        client.send(
          new DescribeInstanceTypesCommand({
            MaxResults: TYPES_PAGE_SIZE,
            ...(token === undefined ? {} : { NextToken: token }),
          }),
          http,
        ),
      )
      for (const info of answer.InstanceTypes ?? []) {
        const type = instanceType(info)
        if (type) types.push(type)
      }
      return answer.NextToken
    })
    return types.sort((a, b) => a.name.localeCompare(b.name, 'en', { numeric: true }))
  }

  async images(
    location: string,
    query: { owner?: string; namePattern?: string; cloudImageIds?: string[] },
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
            ...(cloudImageIds === undefined ? { MaxResults: IMAGES_PAGE_SIZE } : { ImageIds: cloudImageIds }),
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
}

/** Undefined for a type that no image of Farmhand's runs on (Mac). */
function instanceType(info: InstanceTypeInfo): InstanceType | undefined {
  const architectures = (info.ProcessorInfo?.SupportedArchitectures ?? []).flatMap((name) => {
    const known = Architecture.safeParse(name)
    return known.success ? [known.data] : []
  })
  if (!info.InstanceType || architectures.length === 0) return undefined
  return {
    name: info.InstanceType,
    vcpus: info.VCpuInfo?.DefaultVCpus ?? 0,
    memoryMib: info.MemoryInfo?.SizeInMiB ?? 0,
    architectures,
    currentGeneration: info.CurrentGeneration ?? false,
  }
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
