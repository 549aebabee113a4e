import type { Cloud } from '../../model/clouds.ts'
import type { ImageInput } from '../../model/images.ts'
import type { RoleInput } from '../../model/roles.ts'
import type { StarterRoleCatalog } from '../../model/starter-roles.ts'

/** One starter role with its images, one a location of the cloud. */
export interface StarterRole {
  role: Omit<RoleInput, 'imageIds'>
  images: ImageInput[]
}

/** The most characters of a name. */
const NAME_MAX = 100

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
        name: imageName(image.name, cloud.name, location),
        cloudId: cloud.id,
        location,
      })),
    }))
}

/** A cloud with a long name gives up its end, so that the location can be read. */
function imageName(image: string, cloud: string, location: string): string {
  const room = NAME_MAX - `${image} ·  · ${location}`.length
  return `${image} · ${cloud.slice(0, room).trim()} · ${location}`
}
