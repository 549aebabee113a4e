import type { Catalog, CloudDesign, InstanceType } from '../../model/clouds.ts'
import { CloudFeatures, type FarmRole, FarmRoleDocument, Network, Scaling } from '../../model/farm-roles.ts'
import { FarmRoleStorage, FarmRoleVolume } from '../../model/farm-role-storage.ts'
import type { Image } from '../../model/images.ts'
import type { Role } from '../../model/roles.ts'

export type KnownRole = Pick<Role, 'id' | 'name' | 'imageIds'> &
  Partial<Pick<Role, 'isSystem' | 'deprecated'>>
export type KnownImage = Pick<Image, 'id' | 'name' | 'cloudId' | 'location' | 'architecture'>
export type KnownCloud = Pick<CloudDesign, 'id' | 'name' | 'locations'>

export type Path = readonly (string | number)[]
/** Notes a fault; the path is that within the farm role. */
export type Tell = (path: Path, message: string) => void

/** The groups that are checked; what the schema refuses in them stands as its default here. */
export type RoleValues = Pick<
  FarmRole,
  'zone' | 'zones' | 'scaling' | 'network' | 'securityGroups' | 'storage' | 'cloudFeatures' | 'tags'
> & { instanceType: string; userData: string }

/** A farm role with what is known of its place; what is undefined is not known or does not exist. */
export interface CheckedRole {
  values: RoleValues
  location: string | undefined
  cloud: KnownCloud | undefined
  /** The last known catalogue of the place. */
  catalog: Catalog | undefined
  types: ReadonlyMap<string, InstanceType>
  /** The image that a launch would take. */
  image: KnownImage | undefined
}

/** Reads the groups of a farm role that the schema may have refused, so that one slip hides no other fault. */
export function readRoleValues(raw: Readonly<Record<string, unknown>>): RoleValues {
  const { zone, zones, securityGroups, tags } = FarmRoleDocument.shape
  const storage = isRecord(raw.storage) ? raw.storage : {}
  const volumes = Array.isArray(storage.volumes) ? storage.volumes : []
  return {
    zone: zone.safeParse(raw.zone).data ?? null,
    zones: zones.safeParse(raw.zones).data ?? [],
    instanceType: textOf(raw.instanceType),
    scaling: readable(Scaling, raw.scaling),
    network: readable(Network, raw.network),
    securityGroups: securityGroups.safeParse(raw.securityGroups).data ?? { mode: 'default', additional: [] },
    storage: {
      root: readable(FarmRoleStorage.shape.root.unwrap(), storage.root),
      volumes: volumes.map((volume) => {
        const name = isRecord(volume) ? textOf(volume.name) : ''
        return { ...readable(FarmRoleVolume, { ...(isRecord(volume) ? volume : {}), name: 'unnamed' }), name }
      }),
    },
    cloudFeatures: readable(CloudFeatures, raw.cloudFeatures),
    tags: tags.safeParse(raw.tags).data ?? (isRecord(raw.tags) ? textsOf(raw.tags) : {}),
    userData: textOf(raw.userData),
  }
}

/** What is needed of a schema here. */
interface Schema<T> {
  safeParse(value: unknown): { success: boolean; data?: T | undefined }
}

/** Every field that fits its schema, and the default of every one that does not. */
function readable<T>(schema: Schema<T> & { shape: Record<string, Schema<unknown>> }, raw: unknown): T {
  const whole = schema.safeParse(raw ?? {})
  if (whole.data !== undefined) return whole.data
  const given = isRecord(raw) ? raw : {}
  const fields = Object.entries(schema.shape).map(([key, field]) => {
    const fits = field.safeParse(given[key])
    return [key, fits.success ? fits.data : field.safeParse(undefined).data]
  })
  return Object.fromEntries(fields) as T
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

export function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== ''
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : ''
}

function textsOf(record: Record<string, unknown>): Record<string, string> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, textOf(value)]))
}

/** Names in a row, the first six of many. */
export function listed(names: readonly string[]): string {
  const shown = names.slice(0, 6).join(', ')
  return names.length > 6 ? `${shown} and ${names.length - 6} more` : shown
}

/** Tells every value that stands a second time, with the path of each. */
export function tellRepeated(
  values: readonly (readonly [path: Path, value: string])[],
  tell: Tell,
  message: (value: string) => string,
): void {
  const seen = new Set<string>()
  for (const [path, value] of values) {
    if (seen.has(value)) tell(path, message(value))
    seen.add(value)
  }
}
