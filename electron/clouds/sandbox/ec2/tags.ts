import { CloudError } from '../http/cloud-error.ts'
import type { Change } from '../state/records.ts'
import type { Action, Call, CloudState } from './action.ts'
import { addressOf, addressesIn } from './addresses.ts'
import { filtered } from './filters.ts'
import { ownImage, ownImages } from './image-lookup.ts'
import { instanceOf, listedInstances } from './instance-lookup.ts'
import { pageOf, fixedOrder } from './pages.ts'
import { groupOf } from './security-groups.ts'
import { readTags, type TagSet, withTags } from './tag-sets.ts'
import { listedVolumes, snapshotOf, volumeOf } from './volume-lookup.ts'

/** Something that can carry tags. */
interface Tagged {
  id: string
  type: string
  tags: TagSet
  retag: (tags: Record<string, string>) => Change
}

const createTags: Action = async (state, call) => {
  const pairs = readTags(call.params)
  const changes = resources(state, call).map((tagged) => tagged.retag(withTags(tagged.tags, pairs)))
  await state.store.save(changes)
  return { return: true }
}

/** Without tags in the call, all go; a tag with a value goes only where it has that value. */
const deleteTags: Action = async (state, call) => {
  const named = call.params.groups('Tag').map((tag) => ({
    key: tag.required('Key'),
    value: tag.has('Value') ? (tag.text('Value') ?? '') : undefined,
  }))
  const changes = resources(state, call).map((tagged) =>
    tagged.retag(
      Object.fromEntries(
        Object.entries(tagged.tags).filter(
          ([key, value]) =>
            named.length > 0 &&
            !named.some((tag) => tag.key === key && (tag.value === undefined || tag.value === value)),
        ),
      ),
    ),
  )
  await state.store.save(changes)
  return { return: true }
}

const describeTags: Action = (state, call) => {
  const { params, region } = call
  const groups = [...state.store.groups.values()].filter((group) => group.region === region)
  const keyPairs = [...state.store.keyPairs.values()].filter((pair) => pair.region === region)
  const snapshots = [...state.store.snapshots.values()].filter((snapshot) => snapshot.region === region)
  const rows = [
    ...listedInstances(state, call).map((instance) => ({ ...instance, type: 'instance' })),
    ...ownImages(state, call).map((image) => ({ ...image, type: 'image' })),
    ...groups.map((group) => ({ ...group, type: 'security-group' })),
    ...keyPairs.map((pair) => ({ ...pair, type: 'key-pair' })),
    ...addressesIn(state, region).map(({ id, tags }) => ({ id, tags, type: 'elastic-ip' })),
    ...listedVolumes(state, call).map((volume) => ({ ...volume, type: 'volume' })),
    ...snapshots.map((snapshot) => ({ ...snapshot, type: 'snapshot' })),
  ].flatMap(({ id, type, tags }) => Object.entries(tags).map(([key, value]) => ({ id, type, key, value })))
  const found = filtered(rows, params, (row, name) => {
    switch (name) {
      case 'resource-id':
        return [row.id]
      case 'resource-type':
        return [row.type]
      case 'key':
        return [row.key]
      case 'value':
        return [row.value]
      default:
        return undefined
    }
  })
  const { items, nextToken } = pageOf(found, state, call, { orderOf: fixedOrder })
  return {
    tagSet: items.map(({ id, type, key, value }) => ({ resourceId: id, resourceType: type, key, value })),
    nextToken,
  }
}

function resources(state: CloudState, call: Call): Tagged[] {
  const ids = call.params.list('ResourceId')
  if (ids.length === 0) call.params.required('ResourceId')
  return ids.map((id) => resource(state, call, id))
}

function resource(state: CloudState, call: Call, id: string): Tagged {
  const kind = id.split('-')[0]
  switch (kind) {
    case 'i': {
      const { tags } = instanceOf(state, call, id)
      // The record is read again: what settles by itself is written by whoever runs the machine.
      return {
        id,
        type: 'instance',
        tags,
        retag: (tags) => ({
          kind: 'instance',
          put: { ...(state.store.instances.get(id) ?? instanceOf(state, call, id)), tags },
        }),
      }
    }
    case 'ami': {
      const image = ownImage(state, call, id)
      return {
        id,
        type: 'image',
        tags: image.tags,
        retag: (tags) => ({ kind: 'image', put: { ...image, tags } }),
      }
    }
    case 'sg': {
      const group = groupOf(state, call.region, id)
      return {
        id,
        type: 'security-group',
        tags: group.tags,
        retag: (tags) => ({ kind: 'group', put: { ...group, tags } }),
      }
    }
    case 'eipalloc': {
      const address = addressOf(state, call, id)
      return {
        id,
        type: 'elastic-ip',
        tags: address.tags,
        retag: (tags) => ({ kind: 'address', put: { ...address, tags } }),
      }
    }
    case 'key': {
      const pair = state.store.keyPairs.get(id)
      if (pair?.region !== call.region) {
        throw new CloudError('InvalidKeyPair.NotFound', `The key pair ID '${id}' does not exist`)
      }
      return {
        id,
        type: 'key-pair',
        tags: pair.tags,
        retag: (tags) => ({ kind: 'keyPair', put: { ...pair, tags } }),
      }
    }
    case 'vol': {
      const volume = volumeOf(state, call, id)
      return {
        id,
        type: 'volume',
        tags: volume.tags,
        retag: (tags) => ({ kind: 'volume', put: { ...volume, tags } }),
      }
    }
    case 'snap': {
      const snapshot = snapshotOf(state, call, id)
      return {
        id,
        type: 'snapshot',
        tags: snapshot.tags,
        retag: (tags) => ({ kind: 'snapshot', put: { ...snapshot, tags } }),
      }
    }
    default:
      throw new CloudError('InvalidID', `The ID '${id}' is not valid`)
  }
}

export const tagActions = {
  CreateTags: createTags,
  DeleteTags: deleteTags,
  DescribeTags: describeTags,
} satisfies Record<string, Action>
