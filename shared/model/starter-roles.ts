import { z } from 'zod'
import { Architecture } from './clouds.ts'
import { Image, ImageSource, Os, OsFamily } from './images.ts'
import { RoleCategory, Tag } from './roles.ts'

/** An image of a starter role, for every location of a cloud: found by owner and name pattern, not by a fixed id. */
const StarterImage = z.strictObject({
  /** The registered image's name starts so; the location is added. */
  name: z.string().min(1),
  source: ImageSource.options[1],
  os: Os,
  architecture: Architecture,
  ssh: Image.shape.ssh,
})

/** `resources/catalog/starter-roles.json`: the roles that a newly connected cloud can start with. */
export const StarterRoleCatalog = z.strictObject({
  schema: z.literal('farmhand.starter-roles/v1'),
  roles: z.array(
    z.strictObject({
      cloudKind: z.enum(['aws', 'sandbox']),
      name: z.string().min(1),
      description: z.string(),
      category: RoleCategory,
      osFamily: OsFamily,
      tags: z.array(Tag),
      image: StarterImage,
    }),
  ),
})
export type StarterRoleCatalog = z.infer<typeof StarterRoleCatalog>
