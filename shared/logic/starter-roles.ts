import type { Cloud } from '../model/clouds.ts'
import type { ImageInput } from '../model/images.ts'
import type { RoleInput } from '../model/roles.ts'
import type { StarterRoleCatalog } from '../model/starter-roles.ts'

/** One starter role with its images, one a location of the cloud. */
export interface StarterRole {
  role: Omit<RoleInput, 'imageIds'>
  images: ImageInput[]
}

/** What the catalogue offers for a cloud. A second cloud of the same kind shares the roles and adds its own images. */
export function startersFor(
  catalog: StarterRoleCatalog,
  cloud: Pick<Cloud, 'id' | 'name' | 'kind' | 'locations'>,
): StarterRole[] {
  return catalog.roles
    .filter(({ cloudKind }) => cloudKind === cloud.kind)
    .map(({ cloudKind: _kind, image, ...role }) => ({
      role,
      images: cloud.locations.map((location) => ({
        ...image,
        name: `${image.name} · ${cloud.name} · ${location}`,
        cloudId: cloud.id,
        location,
      })),
    }))
}
