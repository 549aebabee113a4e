import { CloudError } from '../http/cloud-error.ts'
import type { XmlValue } from '../http/xml.ts'
import { settled } from '../life.ts'
import type { PlacementGroupRecord } from '../state/records.ts'
import type { Action, CloudState } from './action.ts'
import { filtered, tagValues } from './filters.ts'
import { specifiedTags, tagSetXml } from './tag-sets.ts'

/** A placement group by its name. Throws `InvalidPlacementGroup.Unknown`. */
export function placementGroupNamed(state: CloudState, region: string, name: string): PlacementGroupRecord {
  const group = state.store.placementGroups.get(`${region}/${name}`)
  if (group) return group
  throw new CloudError('InvalidPlacementGroup.Unknown', `The Placement Group '${name}' is unknown.`)
}

const createPlacementGroup: Action = async (state, { params, region }) => {
  const name = params.required('GroupName')
  const wanted = params.text('Strategy') ?? 'cluster'
  const strategy = (['cluster', 'spread', 'partition'] as const).find((known) => known === wanted)
  if (strategy === undefined) {
    throw new CloudError('InvalidParameterValue', `Value (${wanted}) for parameter strategy is invalid.`)
  }
  if (state.store.placementGroups.has(`${region}/${name}`)) {
    throw new CloudError('InvalidPlacementGroup.Duplicate', `The Placement Group '${name}' already exists.`)
  }
  const put: PlacementGroupRecord = {
    id: `${region}/${name}`,
    region,
    name,
    strategy,
    tags: specifiedTags(params, 'placement-group'),
  }
  await state.store.save([{ kind: 'placementGroup', put }])
  return { return: true, placementGroup: groupXml(put) }
}

const describePlacementGroups: Action = (state, { params, region }) => {
  const names = params.list('GroupName')
  const asked =
    names.length > 0
      ? names.map((name) => placementGroupNamed(state, region, name))
      : [...state.store.placementGroups.values()].filter((group) => group.region === region)
  const found = filtered(asked, params, (group, name) => {
    switch (name) {
      case 'group-name':
        return [group.name]
      case 'strategy':
        return [group.strategy]
      case 'state':
        return ['available']
      default:
        return tagValues(group.tags, name)
    }
  })
  return { placementGroupSet: found.map(groupXml) }
}

const deletePlacementGroup: Action = async (state, { params, region, now }) => {
  const group = placementGroupNamed(state, region, params.required('GroupName'))
  const isUsed = [...state.store.instances.values()].some(
    (instance) =>
      instance.region === region &&
      instance.placementGroup === group.name &&
      settled(instance, now).state !== 'terminated',
  )
  if (isUsed) {
    throw new CloudError('InvalidPlacementGroup.InUse', `The placement group '${group.name}' is in use.`)
  }
  await state.store.save([{ kind: 'placementGroup', drop: group.id }])
  return { return: true }
}

function groupXml(group: PlacementGroupRecord): XmlValue {
  return {
    groupName: group.name,
    strategy: group.strategy,
    state: 'available',
    tagSet: tagSetXml(group.tags),
  }
}

export const placementGroupActions = {
  CreatePlacementGroup: createPlacementGroup,
  DescribePlacementGroups: describePlacementGroups,
  DeletePlacementGroup: deletePlacementGroup,
} satisfies Record<string, Action>
