import type { FarmRole } from '../../model/farm-roles.ts'
import type { FarmDesign } from '../../model/farms.ts'
import type { Server } from '../../model/servers.ts'
import { TAG_VALUE_MAX } from '../../model/tags.ts'
import { fillTemplate, templateValues } from '../variables/templates.ts'

type TaggedFarm = Pick<FarmDesign, 'name' | 'tags'>
type TaggedRole = Pick<FarmRole, 'alias' | 'tags' | 'cloudFeatures'>

/** What a server is called in the cloud when its farm role has no template for it. */
export function cloudNameOf(farm: TaggedFarm, role: TaggedRole, index: number): string {
  return `${farm.name} ${role.alias} #${index}`
}

/** The tags that a server's design asks for, filled in; `Name` only when there is a template for it. */
export function designTags(
  farm: TaggedFarm,
  { tags, cloudFeatures: { nameTemplate } }: TaggedRole,
  values: ReturnType<typeof templateValues>,
): Record<string, string> {
  const wanted = { ...farm.tags, ...tags, ...(nameTemplate === '' ? {} : { Name: nameTemplate }) }
  return Object.fromEntries(
    Object.entries(wanted).map(([key, value]): [string, string] => [
      key,
      fillTemplate(value, key === 'Name' ? 'name' : 'tag', values).slice(0, TAG_VALUE_MAX),
    ]),
  )
}

/** Whether a server's tags speak of the index that it has. */
export function hasItsTags({ tagsIndex, index }: Server): boolean {
  return tagsIndex === undefined || tagsIndex === index
}

/** The tags that say something else since a server has another index than `before`. */
export function tagsOfNewIndex(
  farm: TaggedFarm,
  role: TaggedRole,
  server: Server,
  before: number,
): Record<string, string> {
  const tagsAt = (index: number): Record<string, string> => ({
    Name: cloudNameOf(farm, role, index),
    ...designTags(farm, role, { ...templateValues(server), index: String(index) }),
  })
  const old = tagsAt(before)
  return Object.fromEntries(Object.entries(tagsAt(server.index)).filter(([key, value]) => old[key] !== value))
}
