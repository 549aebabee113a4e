import { type ImageFacts, imageOwner, images } from '../catalog.ts'
import type { XmlValue } from '../http/xml.ts'
import type { ImageDisk, ImageRecord } from '../state/records.ts'
import type { Action, Call, CloudState } from './action.ts'
import { filtered, tagValues } from './filters.ts'
import { disksOf, imageDisksXml, rootDevice } from './image-disks.ts'
import { checkId, imageNotFound, ownImages, platformOf } from './image-lookup.ts'
import { fixedOrder, pageOf } from './pages.ts'
import { tagSetXml, type TagSet } from './tag-sets.ts'

/** An image as DescribeImages tells it, whether it was shipped or made. */
interface DescribedImage {
  id: string
  name: string
  description: string
  architecture: string
  platform: 'linux' | 'windows'
  createdAt: string
  deprecatedAt: string | null
  ownerId: string
  /** The owner's alias, for the Sandbox's own images. */
  ownerAlias: string | null
  state: ImageRecord['state']
  stateReason: ImageRecord['stateReason']
  disks: readonly ImageDisk[]
  tags: TagSet
}

const describeImages: Action = (state, call) => {
  const { params, now } = call
  const ids = params.list('ImageId')
  const owners = params.list('Owner')
  const self = state.store.account?.accountId ?? ''
  const all = described(state, call)
  const asked =
    ids.length > 0
      ? ids.map((id) => byId(all, id))
      : all.filter((image) => params.flag('IncludeDeprecated') === true || !isDeprecated(image, now))
  const owned = asked.filter(
    ({ ownerId, ownerAlias }) =>
      owners.length === 0 ||
      owners.includes(ownerId) ||
      (ownerAlias !== null && owners.includes(ownerAlias)) ||
      (ownerId === self && owners.includes('self')),
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
        return [image.state]
      case 'owner-id':
        return [image.ownerId]
      case 'owner-alias':
        return image.ownerAlias === null ? [] : [image.ownerAlias]
      case 'root-device-type':
        return ['ebs']
      case 'root-device-name':
        return [rootDevice]
      case 'virtualization-type':
        return ['hvm']
      case 'image-type':
        return ['machine']
      case 'is-public':
        return [String(image.ownerAlias !== null)]
      case 'platform-details':
        return [platformDetails(image)]
      case 'platform':
        return image.platform === 'windows' ? ['windows'] : []
      case 'description':
        return [image.description]
      case 'creation-date':
        return [image.createdAt]
      default:
        return tagValues(image.tags, name)
    }
  })
  const { items, nextToken } = pageOf(found, state, call, { orderOf: fixedOrder, min: 1 })
  return { imagesSet: items.map(imageXml), nextToken }
}

function described(state: CloudState, call: Call): DescribedImage[] {
  const shipped = images.filter((image) => image.region === call.region).map(ofCatalog)
  const ownerId = state.store.account?.accountId ?? ''
  const own = ownImages(state, call).map((image) => ({
    ...image,
    platform: platformOf(state, image.id),
    createdAt: new Date(image.createdAt).toISOString(),
    deprecatedAt: null,
    ownerId,
    ownerAlias: null,
    disks: disksOf(image),
  }))
  return [...shipped, ...own]
}

function ofCatalog(image: ImageFacts): DescribedImage {
  return {
    ...image,
    ownerId: imageOwner.id,
    ownerAlias: imageOwner.alias,
    state: 'available',
    stateReason: null,
    disks: disksOf(undefined),
    tags: {},
  }
}

function byId(all: readonly DescribedImage[], id: string): DescribedImage {
  checkId(id)
  const found = all.find((image) => image.id === id)
  if (!found) throw imageNotFound(id)
  return found
}

function isDeprecated(image: DescribedImage, now: number): boolean {
  return image.deprecatedAt !== null && Date.parse(image.deprecatedAt) <= now
}

function imageXml(image: DescribedImage): XmlValue {
  return {
    imageId: image.id,
    imageLocation: `${image.ownerAlias ?? image.ownerId}/${image.name}`,
    imageState: image.state,
    stateReason: image.state === 'failed' && image.stateReason ? image.stateReason : undefined,
    imageOwnerId: image.ownerId,
    creationDate: image.createdAt,
    isPublic: image.ownerAlias !== null,
    architecture: image.architecture,
    imageType: 'machine',
    imageOwnerAlias: image.ownerAlias,
    name: image.name,
    description: image.description,
    rootDeviceType: 'ebs',
    rootDeviceName: rootDevice,
    blockDeviceMapping: imageDisksXml(image.disks),
    virtualizationType: 'hvm',
    tagSet: tagSetXml(image.tags),
    hypervisor: 'xen',
    enaSupport: true,
    sriovNetSupport: 'simple',
    bootMode: 'uefi-preferred',
    platform: image.platform === 'windows' ? 'windows' : undefined,
    platformDetails: platformDetails(image),
    usageOperation: image.platform === 'windows' ? 'RunInstances:0002' : 'RunInstances',
    deprecationTime: image.deprecatedAt,
  }
}

/** What the bill calls the operating system. */
function platformDetails(image: Pick<ImageFacts, 'platform'>): string {
  return image.platform === 'windows' ? 'Windows' : 'Linux/UNIX'
}

export const imageActions = { DescribeImages: describeImages } satisfies Record<string, Action>
