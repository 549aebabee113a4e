import type { z } from 'zod'
import { CloudDesign } from '../../../../shared/model/clouds.ts'
import { FarmDesign } from '../../../../shared/model/farms.ts'
import { Image } from '../../../../shared/model/images.ts'
import { Role } from '../../../../shared/model/roles.ts'

/** Makes an item of the next schema version from one of this version. Throws when it cannot. */
export type ItemMigration = (item: Readonly<Record<string, unknown>>) => unknown

/**
 * How designs of one noun are kept in `workspace/<noun>.json`. `migrations.get(1)` leads from version 1 to 2; there is one
 * for each version below `version`.
 */
export interface Noun<T extends { id: string }> {
  name: string
  version: number
  schema: z.ZodType<T>
  migrations: ReadonlyMap<number, ItemMigration>
}

export const clouds: Noun<CloudDesign> = {
  name: 'clouds',
  version: 1,
  schema: CloudDesign,
  migrations: new Map(),
}
export const images: Noun<Image> = { name: 'images', version: 1, schema: Image, migrations: new Map() }
export const roles: Noun<Role> = { name: 'roles', version: 1, schema: Role, migrations: new Map() }
export const farms: Noun<FarmDesign> = {
  name: 'farms',
  version: 1,
  schema: FarmDesign,
  migrations: new Map(),
}
