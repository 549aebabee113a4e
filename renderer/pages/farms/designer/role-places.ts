import type { Cloud } from '../../../../shared/model/clouds.ts'
import type { Image } from '../../../../shared/model/images.ts'
import type { Role } from '../../../../shared/model/roles.ts'

/** A location of a cloud in which a role can start, with the image that it starts from there. */
export interface RolePlace {
  cloud: Cloud
  location: string
  image: Image
}

/** Every place in which a role has an image; the first image of a place is the one that a launch takes. */
export function placesOf(
  role: Role,
  images: ReadonlyMap<string, Image>,
  clouds: readonly Cloud[],
): RolePlace[] {
  const places = new Map<string, RolePlace>()
  for (const imageId of role.imageIds) {
    const image = images.get(imageId)
    const cloud = clouds.find(({ id }) => id === image?.cloudId)
    if (!image || !cloud?.locations.includes(image.location)) continue
    const key = `${cloud.id}/${image.location}`
    if (!places.has(key)) places.set(key, { cloud, location: image.location, image })
  }
  return [...places.values()]
}
