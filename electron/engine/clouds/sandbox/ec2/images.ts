import { type ImageFacts, imageOwner, images } from '../catalog.ts'
import { CloudError } from '../http/cloud-error.ts'
import type { XmlValue } from '../http/xml.ts'
import type { Action } from './action.ts'
import { filtered, tagValues } from './filters.ts'
import { fixedOrder, pageOf } from './pages.ts'

/** An image by its id. Throws `InvalidAMIID.Malformed` or `InvalidAMIID.NotFound`. */
export function imageOf(region: string, id: string): ImageFacts {
  if (!/^ami-[0-9a-f]{8,17}$/.test(id)) {
    throw new CloudError('InvalidAMIID.Malformed', `Invalid id: "${id}" (expecting "ami-...")`)
  }
  const found = images.find((image) => image.id === id && image.region === region)
  if (!found) throw new CloudError('InvalidAMIID.NotFound', `The image id '[${id}]' does not exist`)
  return found
}

const describeImages: Action = (state, call) => {
  const { params, region, now } = call
  const ids = params.list('ImageId')
  const owners = params.list('Owner')
  const all = images.filter((image) => image.region === region)
  const asked =
    ids.length > 0
      ? ids.map((id) => imageOf(region, id))
      : all.filter((image) => params.flag('IncludeDeprecated') === true || !isDeprecated(image, now))
  const owned = asked.filter(
    () => owners.length === 0 || owners.includes(imageOwner.id) || owners.includes(imageOwner.alias),
  )
  const found = filtered(owned, params, (image, name) => {
    switch (name) {
      case 'name':
        return [image.name]
      case 'image-id':
        return [image.id]
      case 'architecture':
        return [image.architecture]
      case 'state':
        return ['available']
      case 'owner-id':
        return [imageOwner.id]
      case 'owner-alias':
        return [imageOwner.alias]
      case 'root-device-type':
        return ['ebs']
      case 'root-device-name':
        return ['/dev/sda1']
      case 'virtualization-type':
        return ['hvm']
      case 'image-type':
        return ['machine']
      case 'is-public':
        return ['true']
      case 'platform-details':
        return ['Linux/UNIX']
      case 'platform':
        return []
      case 'description':
        return [image.description]
      case 'creation-date':
        return [image.createdAt]
      default:
        return tagValues({}, name)
    }
  })
  const { items, nextToken } = pageOf(found, state, call, { orderOf: fixedOrder, min: 1 })
  return { imagesSet: items.map(imageXml), nextToken }
}

function isDeprecated(image: ImageFacts, now: number): boolean {
  return image.deprecatedAt !== null && Date.parse(image.deprecatedAt) <= now
}

function imageXml(image: ImageFacts): XmlValue {
  return {
    imageId: image.id,
    imageLocation: `${imageOwner.alias}/${image.name}`,
    imageState: 'available',
    imageOwnerId: imageOwner.id,
    creationDate: image.createdAt,
    isPublic: true,
    architecture: image.architecture,
    imageType: 'machine',
    imageOwnerAlias: imageOwner.alias,
    name: image.name,
    description: image.description,
    rootDeviceType: 'ebs',
    rootDeviceName: '/dev/sda1',
    blockDeviceMapping: [
      {
        deviceName: '/dev/sda1',
        ebs: { volumeSize: 8, deleteOnTermination: true, volumeType: 'gp3', encrypted: false },
      },
    ],
    virtualizationType: 'hvm',
    tagSet: [],
    hypervisor: 'xen',
    enaSupport: true,
    sriovNetSupport: 'simple',
    bootMode: 'uefi-preferred',
    platformDetails: 'Linux/UNIX',
    usageOperation: 'RunInstances',
    deprecationTime: image.deprecatedAt,
  }
}

export const imageActions = { DescribeImages: describeImages } satisfies Record<string, Action>
