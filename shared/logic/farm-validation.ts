import type { Catalog, CloudDesign, InstanceType } from '../model/clouds.ts'
import type { Fault } from '../model/errors.ts'
import { Scaling } from '../model/farm-roles.ts'
import { FarmDocument, FarmInput } from '../model/farms.ts'
import type { Image } from '../model/images.ts'
import type { Role } from '../model/roles.ts'
import { faultsOfIssues, formatPath } from './zod-faults.ts'

interface Named {
  id: string
  name: string
}

/** What a design is checked against: everything that is known without asking a cloud. */
export interface FarmKnowledge {
  farms: readonly Named[]
  roles: readonly Pick<Role, 'id' | 'name' | 'imageIds'>[]
  images: readonly Pick<Image, 'id' | 'name' | 'cloudId' | 'location' | 'architecture'>[]
  clouds: readonly Pick<CloudDesign, 'id' | 'name' | 'locations'>[]
  /** The last known catalogues; a place without one is checked as far as names allow. */
  catalogs: readonly Catalog[]
}

/** EC2 takes 50 tags; some are Farmhand's own. */
const MAX_TAGS = 40
const MAX_USER_DATA_BYTES = 16_384

/** How a farm role names its role and its cloud: by id in a design, by name in a document. */
interface Dialect {
  roleKey: string
  cloudKey: string
  find: <T extends Named>(named: readonly T[], wanted: string) => T | undefined
}

const byId: Dialect = {
  roleKey: 'roleId',
  cloudKey: 'cloudId',
  find: (named, wanted) => named.find(({ id }) => id === wanted),
}

const byName: Dialect = {
  roleKey: 'role',
  cloudKey: 'cloud',
  find: (named, wanted) =>
    named.find(({ id }) => id === wanted) ??
    named.find(({ name }) => name === wanted) ??
    named.find(({ name }) => name.toLowerCase() === wanted.toLowerCase()),
}

/**
 * Every fault of a design by path, as launching would find it, in the order of the design; an empty list means launchable.
 * Offline: nothing is asked of a cloud. `farmId` is the farm that the design belongs to, so that it may keep its name.
 */
export function validateFarm(input: unknown, known: FarmKnowledge, farmId?: string): Fault[] {
  return validate(FarmInput.safeParse(input), input, byId, known, farmId)
}

/** The same for a `farmhand.farm/v1` document, which names roles and clouds: `roles[0].role`, `roles[0].cloud`. */
export function validateFarmDocument(document: unknown, known: FarmKnowledge, farmId?: string): Fault[] {
  return validate(FarmDocument.safeParse(document), document, byName, known, farmId)
}

type Parsed = ReturnType<typeof FarmInput.safeParse> | ReturnType<typeof FarmDocument.safeParse>

function validate(
  parsed: Parsed,
  input: unknown,
  dialect: Dialect,
  known: FarmKnowledge,
  farmId: string | undefined,
): Fault[] {
  const faults = parsed.success ? [] : faultsOfIssues(parsed.error.issues)
  if (!isRecord(input)) return faults
  const faulty = new Set(faults.map(({ path }) => path))
  const check = new FarmCheck(dialect, known, (path, message) => {
    const where = formatPath(path)
    if (!faulty.has(where)) faults.push({ path: where, message })
  })
  check.farm(input, farmId)
  return faults.length > 1 ? inOrder(faults) : faults
}

type Path = readonly (string | number)[]

/** The sentence for a role that is named or referred to and does not exist. */
export function noSuchRole(wanted: string): string {
  return `There is no role “${wanted}”; choose one that exists, or import it first.`
}

/** The sentence for a cloud that is named or referred to and does not exist. */
export function noSuchCloud(wanted: string): string {
  return `There is no cloud “${wanted}”; choose one that exists, or connect it first.`
}

/** What a schema cannot know: names that exist, places that fit together, numbers that agree. */
class FarmCheck {
  readonly #dialect: Dialect
  readonly #known: FarmKnowledge
  readonly #tell: (path: Path, message: string) => void
  readonly #types = new Map<Catalog, Map<string, InstanceType>>()

  constructor(dialect: Dialect, known: FarmKnowledge, tell: (path: Path, message: string) => void) {
    this.#dialect = dialect
    this.#known = known
    this.#tell = tell
  }

  farm(input: Record<string, unknown>, farmId: string | undefined): void {
    const name = typeof input.name === 'string' ? input.name.trim() : ''
    const taken = this.#known.farms.some((farm) => farm.id !== farmId && same(farm.name, name))
    if (name !== '' && taken) {
      this.#tell(['name'], `There is a farm named “${name}” already; choose another name.`)
    }
    if (!Array.isArray(input.roles)) return
    const aliases = new Map<string, number>()
    for (const [position, role] of input.roles.entries()) {
      if (!isRecord(role)) continue
      this.#alias(role, position, aliases)
      this.#place(role, position)
      this.#scaling(role.scaling, position)
      this.#tags(role.tags, position)
      this.#userData(role.userData, position)
    }
  }

  #alias({ alias }: Record<string, unknown>, position: number, seen: Map<string, number>): void {
    if (typeof alias !== 'string' || alias === '') return
    const first = seen.get(alias.toLowerCase())
    if (first === undefined) {
      seen.set(alias.toLowerCase(), position)
      return
    }
    this.#tell(
      ['roles', position, 'alias'],
      `Farm role ${first + 1} is called “${alias}” too; give each farm role its own alias.`,
    )
  }

  #place(farmRole: Record<string, unknown>, position: number): void {
    const { roleKey, cloudKey, find } = this.#dialect
    const at = (...path: Path): Path => ['roles', position, ...path]
    const [wantedRole, wantedCloud, location] = [farmRole[roleKey], farmRole[cloudKey], farmRole.location]
    const role = isText(wantedRole) ? find(this.#known.roles, wantedRole) : undefined
    if (isText(wantedRole) && !role) {
      this.#tell(at(roleKey), noSuchRole(wantedRole))
    }
    const cloud = isText(wantedCloud) ? find(this.#known.clouds, wantedCloud) : undefined
    if (isText(wantedCloud) && !cloud) {
      this.#tell(at(cloudKey), noSuchCloud(wantedCloud))
    }
    if (!isText(location)) return
    const catalog = cloud && this.#catalog(cloud.id, location)
    this.#zone(farmRole.zone, location, catalog, at('zone'))
    if (!cloud) return
    if (!cloud.locations.some((known) => known === location)) {
      const places = listed(cloud.locations)
      this.#tell(at('location'), `${cloud.name} has no location “${location}” here; it has ${places}.`)
      return
    }
    const image = role && this.#image(role, cloud.id, location)
    if (role && !image) {
      this.#tell(
        at(roleKey),
        `Role “${role.name}” has no image in ${location} of ${cloud.name}; add one to the role, or choose another location.`,
      )
    }
    this.#instanceType(farmRole.instanceType, catalog, image, at('instanceType'))
  }

  #zone(zone: unknown, location: string, catalog: Catalog | undefined, path: Path): void {
    if (!isText(zone)) return
    if (catalog && catalog.zones.length > 0) {
      if (catalog.zones.some(({ name }) => name === zone)) return
      const zones = listed(catalog.zones.map(({ name }) => name))
      this.#tell(path, `${location} has no zone “${zone}”; it has ${zones}.`)
    } else if (!zone.startsWith(location)) {
      this.#tell(path, `Zone “${zone}” is not in ${location}; choose a zone of that location, or none.`)
    }
  }

  #instanceType(
    wanted: unknown,
    catalog: Catalog | undefined,
    image: FarmKnowledge['images'][number] | undefined,
    path: Path,
  ): void {
    if (!isText(wanted) || !catalog || catalog.instanceTypes.length === 0) return
    const type = this.#typesOf(catalog).get(wanted)
    if (!type) {
      this.#tell(
        path,
        `${catalog.location} offers no instance type “${wanted}”; choose one of its catalogue, or refresh the cloud.`,
      )
    } else if (image && !type.architectures.includes(image.architecture)) {
      this.#tell(
        path,
        `${wanted} is ${type.architectures.join(' or ')}, but image “${image.name}” is ${image.architecture}; choose a type of that architecture, or another role.`,
      )
    }
  }

  #scaling(given: unknown, position: number): void {
    const scaling = Scaling.safeParse(given ?? {})
    if (!scaling.success) return
    const { min, max } = scaling.data
    if (max === 0) {
      this.#tell(['roles', position, 'scaling', 'max'], 'At most 0 servers is no server; use 1 or more.')
    } else if (min > max) {
      this.#tell(
        ['roles', position, 'scaling', 'min'],
        `The minimum (${min}) is above the maximum (${max}); lower it, or raise the maximum.`,
      )
    }
  }

  #tags(tags: unknown, position: number): void {
    if (!isRecord(tags)) return
    for (const key of Object.keys(tags)) {
      const reserved = /^(aws|farmhand):/i.exec(key)
      if (reserved) {
        const owner = reserved[1]?.toLowerCase() === 'aws' ? 'AWS' : 'Farmhand'
        const message = `Tags that begin with “${reserved[0]}” belong to ${owner}; use another name.`
        this.#tell(['roles', position, 'tags', key], message)
      }
    }
    const count = Object.keys(tags).length
    if (count > MAX_TAGS) {
      this.#tell(['roles', position, 'tags'], `${count} tags are too many; use at most ${MAX_TAGS}.`)
    }
  }

  #userData(userData: unknown, position: number): void {
    if (typeof userData !== 'string') return
    const sizeBytes = utf8Bytes(userData)
    if (sizeBytes > MAX_USER_DATA_BYTES) {
      this.#tell(
        ['roles', position, 'userData'],
        `User data has ${sizeBytes} bytes; a cloud takes at most ${MAX_USER_DATA_BYTES}. Shorten it, or fetch the rest from the server.`,
      )
    }
  }

  #catalog(cloudId: string, location: string): Catalog | undefined {
    return this.#known.catalogs.find(
      (catalog) => catalog.cloudId === cloudId && catalog.location === location,
    )
  }

  /** The image that a launch would take: the first of the role in that place. */
  #image(role: FarmKnowledge['roles'][number], cloudId: string, location: string) {
    for (const imageId of role.imageIds) {
      const image = this.#known.images.find(({ id }) => id === imageId)
      if (image?.cloudId === cloudId && image.location === location) return image
    }
    return undefined
  }

  #typesOf(catalog: Catalog): Map<string, InstanceType> {
    const known = this.#types.get(catalog)
    if (known) return known
    const types = new Map(catalog.instanceTypes.map((type) => [type.name, type]))
    this.#types.set(catalog, types)
    return types
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== ''
}

function same(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase()
}

function listed(names: readonly string[]): string {
  const shown = names.slice(0, 6).join(', ')
  return names.length > 6 ? `${shown} and ${names.length - 6} more` : shown
}

function utf8Bytes(text: string): number {
  let size = 0
  for (const character of text) {
    const point = character.codePointAt(0) ?? 0
    size += point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4
  }
  return size
}

/** The farm's own faults first, then those of each farm role in turn; within one, as they were found. */
function inOrder(faults: Fault[]): Fault[] {
  const position = ({ path }: Fault): number => Number(/^roles\[(\d+)\]/.exec(path)?.[1] ?? -1)
  return faults.toSorted((a, b) => position(a) - position(b))
}
