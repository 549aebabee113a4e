import type { Catalog, InstanceType } from '../../model/clouds.ts'
import type { Fault } from '../../model/errors.ts'
import { FarmRoleDocument, FarmRoleInput } from '../../model/farm-roles.ts'
import { FarmDocument, FarmInput } from '../../model/farms.ts'
import {
  type CheckedRole,
  isRecord,
  isText,
  type KnownCloud,
  type KnownImage,
  type KnownRole,
  listed,
  type Path,
  readRoleValues,
} from './checked-role.ts'
import { checkLease } from './lease.ts'
import { ROLE_CHECKS } from './role-checks.ts'
import { roleUseFaults } from './role-use.ts'
import { checkTags } from './texts.ts'
import { faultsOfIssues, formatPath } from '../documents/zod-faults.ts'

interface Named {
  id: string
  name: string
}

/** What a design is checked against: everything that is known without asking a cloud. */
export interface FarmKnowledge {
  farms: readonly (Named & { roles?: readonly { id: string; roleId: string }[] })[]
  roles: readonly KnownRole[]
  images: readonly KnownImage[]
  clouds: readonly KnownCloud[]
  /** The last known catalogues; a place without one is checked as far as names allow. */
  catalogs: readonly Catalog[]
  /** What time it is, for deprecations; absent: those of the future count too. */
  nowMs?: number
}

/** How a farm role names its role and its cloud: by id in a design, by name in a document. */
interface Dialect {
  farm: typeof FarmInput | typeof FarmDocument
  farmRole: typeof FarmRoleInput | typeof FarmRoleDocument
  roleKey: string
  cloudKey: string
  find: <T extends Named>(named: readonly T[], wanted: string) => T | undefined
}

const byId: Dialect = {
  farm: FarmInput,
  farmRole: FarmRoleInput,
  roleKey: 'roleId',
  cloudKey: 'cloudId',
  find: (named, wanted) => named.find(({ id }) => id === wanted),
}

const byName: Dialect = {
  farm: FarmDocument,
  farmRole: FarmRoleDocument,
  roleKey: 'role',
  cloudKey: 'cloud',
  find: (named, wanted) =>
    named.find(({ id }) => id === wanted) ??
    named.find(({ name }) => name === wanted) ??
    named.find(({ name }) => name.toLowerCase() === wanted.toLowerCase()),
}

/** Faults of farm roles that did not change since, so that a keystroke costs the check of one farm role. */
export type FarmCheckMemory = WeakMap<object, RoleFaults & { known: FarmKnowledge }>

/** Faults of a farm role by their path within it: what its schema refuses, and what the schema cannot know. */
interface RoleFaults {
  schema: readonly Fault[]
  checks: readonly Fault[]
}

/**
 * Every fault of a design by path, as launching would find it, in the order of the design; an empty list means launchable.
 * Offline: nothing is asked of a cloud. `farmId` is the farm that the design belongs to, so that it may keep its name.
 * `memory` is one that only ever saw designs, whose farm roles are never changed in place.
 */
export function validateFarm(
  input: unknown,
  known: FarmKnowledge,
  farmId?: string,
  memory?: FarmCheckMemory,
): Fault[] {
  return validate(input, byId, known, farmId, memory)
}

/** The same for a `farmhand.farm/v1` document, which names roles and clouds: `roles[0].role`, `roles[0].cloud`. */
export function validateFarmDocument(document: unknown, known: FarmKnowledge, farmId?: string): Fault[] {
  return validate(document, byName, known, farmId)
}

function validate(
  input: unknown,
  dialect: Dialect,
  known: FarmKnowledge,
  farmId: string | undefined,
  memory?: FarmCheckMemory,
): Fault[] {
  const roles: readonly unknown[] = isRecord(input) && Array.isArray(input.roles) ? input.roles : []
  // Farm roles are parsed one by one, so that one that did not change need not be.
  const parsed = dialect.farm.safeParse(
    isRecord(input) && Array.isArray(input.roles) ? { ...input, roles: [] } : input,
  )
  const faults = parsed.success ? [] : faultsOfIssues(parsed.error.issues)
  if (isRecord(input)) faults.push(...farmFaults(input, known, farmId, faults))
  const check = new RoleCheck(dialect, known)
  const aliases = new Map<string, number>()
  for (const [position, role] of roles.entries()) {
    const { schema, checks } = remembered(role, known, memory) ?? check.role(role)
    if (memory && isRecord(role)) memory.set(role, { known, schema, checks })
    const prefix = `roles[${position}]`
    const place = ({ path, message }: Fault): Fault => ({
      path: path === '' || path.startsWith('[') ? `${prefix}${path}` : `${prefix}.${path}`,
      message,
    })
    faults.push(...schema.map(place))
    const twice = aliasFault(role, position, aliases)
    if (twice !== null && !schema.some(({ path }) => path === 'alias')) {
      faults.push({ path: `${prefix}.alias`, message: twice })
    }
    faults.push(...checks.map(place))
    faults.push(...check.use(role, farmId).map(place))
  }
  return faults
}

function remembered(role: unknown, known: FarmKnowledge, memory?: FarmCheckMemory): RoleFaults | undefined {
  const found = memory && isRecord(role) ? memory.get(role) : undefined
  if (!found) return undefined
  const parts = ['roles', 'images', 'clouds', 'catalogs'] as const
  return parts.every((part) => found.known[part] === known[part]) ? found : undefined
}

/** What the schema cannot know of the farm itself. */
function farmFaults(
  input: Record<string, unknown>,
  known: FarmKnowledge,
  farmId: string | undefined,
  refused: readonly Fault[],
): Fault[] {
  const found: Fault[] = []
  const tell = (path: Path, message: string): void => {
    const where = formatPath(path)
    if (!refused.some((fault) => fault.path === where)) found.push({ path: where, message })
  }
  const name = typeof input.name === 'string' ? input.name.trim() : ''
  const taken = known.farms.some(
    (farm) => farm.id !== farmId && farm.name.toLowerCase() === name.toLowerCase(),
  )
  if (name !== '' && taken) tell(['name'], `There is a farm named “${name}” already; choose another name.`)
  if (isRecord(input.tags)) checkTags(Object.keys(input.tags), tell)
  checkLease(input.lease, tell)
  return found
}

function aliasFault(role: unknown, position: number, seen: Map<string, number>): string | null {
  if (!isRecord(role) || !isText(role.alias)) return null
  const first = seen.get(role.alias.toLowerCase())
  if (first !== undefined) {
    return `Farm role ${first + 1} is called “${role.alias}” too; give each farm role its own alias.`
  }
  seen.set(role.alias.toLowerCase(), position)
  return null
}

/** The sentence for a role that is named or referred to and does not exist. */
export function noSuchRole(wanted: string): string {
  return `There is no role “${wanted}”; choose one that exists, or import it first.`
}

/** The sentence for a cloud that is named or referred to and does not exist. */
export function noSuchCloud(wanted: string): string {
  return `There is no cloud “${wanted}”; choose one that exists, or connect it first.`
}

/** Checks farm roles against what is known. */
class RoleCheck {
  readonly #dialect: Dialect
  readonly #known: FarmKnowledge
  readonly #types = new Map<Catalog, ReadonlyMap<string, InstanceType>>()

  constructor(dialect: Dialect, known: FarmKnowledge) {
    this.#dialect = dialect
    this.#known = known
  }

  role(raw: unknown): RoleFaults {
    const parsed = this.#dialect.farmRole.safeParse(raw)
    const schema = parsed.success ? [] : faultsOfIssues(parsed.error.issues)
    if (!isRecord(raw)) return { schema, checks: [] }
    const checks: Fault[] = []
    const tell = (path: Path, message: string): void => {
      const where = formatPath(path)
      if (!schema.some((fault) => fault.path === where)) checks.push({ path: where, message })
    }
    const place = this.#place(raw, tell)
    const values = parsed.success ? parsed.data : readRoleValues(raw)
    for (const check of ROLE_CHECKS) check({ values, ...place }, tell)
    return { schema, checks }
  }

  /** What depends on the farm as it is saved, and so is not remembered with the farm role. */
  use(raw: unknown, farmId: string | undefined): Fault[] {
    const { roleKey, find } = this.#dialect
    const wanted = isRecord(raw) ? raw[roleKey] : undefined
    const role = isText(wanted) ? find(this.#known.roles, wanted) : undefined
    return roleUseFaults(raw, role, roleKey, this.#known, farmId)
  }

  /** Role, cloud and location by what the farm role calls them; tells what does not exist. */
  #place(
    raw: Record<string, unknown>,
    tell: (path: Path, message: string) => void,
  ): Omit<CheckedRole, 'values'> {
    const { roleKey, cloudKey, find } = this.#dialect
    const [wantedRole, wantedCloud, wanted] = [raw[roleKey], raw[cloudKey], raw.location]
    const role = isText(wantedRole) ? find(this.#known.roles, wantedRole) : undefined
    if (isText(wantedRole) && !role) {
      tell([roleKey], noSuchRole(wantedRole))
    }
    const cloud = isText(wantedCloud) ? find(this.#known.clouds, wantedCloud) : undefined
    if (isText(wantedCloud) && !cloud) {
      tell([cloudKey], noSuchCloud(wantedCloud))
    }
    const location = isText(wanted) ? wanted : undefined
    const nowhere = { location, cloud, catalog: undefined, types: new Map<string, InstanceType>() }
    if (location === undefined || !cloud) return { ...nowhere, image: undefined }
    const catalog = this.#known.catalogs.find((one) => one.cloudId === cloud.id && one.location === location)
    if (!cloud.locations.some((known) => known === location)) {
      const places = listed(cloud.locations)
      tell(['location'], `${cloud.name} has no location “${location}” here; it has ${places}.`)
      return { ...nowhere, image: undefined }
    }
    const image = role && this.#image(role, cloud.id, location)
    if (role && !image) {
      tell(
        [roleKey],
        `Role “${role.name}” has no image in ${location} of ${cloud.name}; add one to the role, or choose another location.`,
      )
    }
    return { location, cloud, catalog, types: this.#typesOf(catalog), image }
  }

  /** The image that a launch would take: the first of the role in that place. */
  #image(role: KnownRole, cloudId: string, location: string): KnownImage | undefined {
    for (const imageId of role.imageIds) {
      const image = this.#known.images.find(({ id }) => id === imageId)
      if (image?.cloudId === cloudId && image.location === location) return image
    }
    return undefined
  }

  #typesOf(catalog: Catalog | undefined): ReadonlyMap<string, InstanceType> {
    if (!catalog) return new Map()
    const known = this.#types.get(catalog)
    if (known) return known
    const types = new Map(catalog.instanceTypes.map((type) => [type.name, type]))
    this.#types.set(catalog, types)
    return types
  }
}
