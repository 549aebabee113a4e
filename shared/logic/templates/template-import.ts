import type {
  FarmTemplate,
  RoleConflicts,
  TemplateMapping,
  TemplatePreview,
} from '../../model/farm-templates.ts'
import type { FarmInput } from '../../model/farms.ts'
import { CloudId, type ImageId, RoleId } from '../../model/ids.ts'
import type { Image, ImageDocument, ImageInput } from '../../model/images.ts'
import type { Role, RoleDocument, RoleInput } from '../../model/roles.ts'
import type { Fault } from '../../model/errors.ts'

/** What is in this workspace. */
export interface TemplateKnowledge {
  clouds: readonly { id: string; name: string; locations: readonly string[] }[]
  images: readonly Image[]
  roles: readonly Role[]
  farmNames: readonly string[]
}

interface Wishes {
  mapping: TemplateMapping
  roleConflicts: RoleConflicts
  name?: string | undefined
}

/** One cloud's location as the template names it, and what it is here. */
interface Place {
  cloudId: CloudId
  cloud: string
  location: string
  isElsewhere: boolean
}

/** What to make, in this order: images, roles out of them, the farm out of those. */
export interface TemplateImport {
  preview: TemplatePreview
  images: { from: string; input: ImageInput }[]
  /** `images` are ids of images here, or names of the template's that are made. */
  roles: {
    from: string
    input: Omit<RoleInput, 'imageIds'>
    images: ({ id: ImageId } | { made: string })[]
  }[]
  /** The farm once its roles have ids; `roleIdOf` answers for a role of the template that was made. */
  farm: (roleIdOf: (from: string) => RoleId | undefined) => FarmInput
}

/** What importing a template with a mapping makes and uses, and what still has to be said. Pure. */
export function planTemplateImport(
  template: FarmTemplate,
  wishes: Wishes,
  known: TemplateKnowledge,
): TemplateImport {
  return new TemplateImporter(template, wishes, known).plan()
}

class TemplateImporter {
  readonly #template: FarmTemplate
  readonly #wishes: Wishes
  readonly #known: TemplateKnowledge
  readonly #faults: Fault[] = []
  readonly #usedImages = new Map<string, ImageId>()
  readonly #madeImages = new Map<string, ImageInput>()
  readonly #imagePlaces = new Map<string, string>()

  constructor(template: FarmTemplate, wishes: Wishes, known: TemplateKnowledge) {
    this.#template = template
    this.#wishes = wishes
    this.#known = known
  }

  plan(): TemplateImport {
    const { farm, leftOut } = this.#template
    const { name: wished } = this.#wishes
    const name = freeName(wished ?? farm.name, this.#known.farmNames)
    const clouds = this.#clouds()
    const locations = this.#locations()
    const images = this.#template.images.map((image) => this.#image(image))
    const roles: TemplateImport['roles'] = []
    const usedRoles = new Map<string, RoleId>()
    const rolePreviews = [...new Set(farm.roles.map(({ role }) => role))].flatMap((wanted) =>
      this.#role(wanted, roles, usedRoles),
    )
    return {
      images: [...this.#madeImages].map(([from, input]) => ({ from, input })),
      roles,
      farm: (roleIdOf) => this.#farm(name, (from) => usedRoles.get(from) ?? roleIdOf(from)),
      preview: {
        farm: name,
        farmRoles: farm.roles.map(({ alias, role, cloud, location }) => {
          const place = this.#place(cloud, location)
          return {
            alias,
            role: rolePreviews.find(({ from }) => from === role)?.to ?? role,
            cloud: place?.cloud ?? '?',
            location: place?.location ?? '?',
          }
        }),
        clouds,
        locations,
        images,
        roles: rolePreviews,
        open: [],
        leftOut: [...leftOut],
        faults: this.#faults,
      },
    }
  }

  #cloud(from: string): TemplateKnowledge['clouds'][number] | undefined {
    return find(this.#known.clouds, this.#wishes.mapping.clouds[from] ?? from)
  }

  #place(cloudName: string, from: string): Place | undefined {
    const cloud = this.#cloud(cloudName)
    const { locations } = this.#wishes.mapping
    const location = locations[`${cloudName}/${from}`] ?? locations[from] ?? from
    if (!cloud?.locations.includes(location)) return undefined
    return {
      cloudId: CloudId.parse(cloud.id),
      cloud: cloud.name,
      location,
      isElsewhere: location !== from,
    }
  }

  #clouds(): TemplatePreview['clouds'] {
    const names = [...new Set(this.#template.farm.roles.map(({ cloud }) => cloud))]
    return names.map((from) => {
      const to = this.#cloud(from)?.name ?? null
      if (to === null) {
        const wished = this.#wishes.mapping.clouds[from]
        this.#tell(
          `mapping.clouds.${from}`,
          wished === undefined
            ? `There is no cloud “${from}” here. Say which cloud it is.`
            : `There is no cloud “${wished}” here, which “${from}” should be.`,
        )
      }
      return { from, to }
    })
  }

  #locations(): TemplatePreview['locations'] {
    const places = new Map(
      this.#template.farm.roles.map(({ cloud, location }) => [`${cloud}/${location}`, { cloud, location }]),
    )
    return [...places].map(([key, { cloud, location }]) => {
      const to = this.#place(cloud, location)?.location ?? null
      const here = this.#cloud(cloud)
      if (to === null && here) {
        const { locations } = this.#wishes.mapping
        const wished = locations[key] ?? locations[location] ?? location
        this.#tell(
          `mapping.locations.${key}`,
          `“${here.name}” does not use ${wished}; it uses ${here.locations.join(', ')}. Say which of them ${location} is.`,
        )
      }
      return { cloud, from: location, to }
    })
  }

  #image(image: ImageDocument): TemplatePreview['images'][number] {
    const { name: from } = image
    const place = this.#place(image.cloud, image.location)
    if (!place) return { from, action: 'unused', to: from, reason: 'Its cloud or location is not mapped yet' }
    const use = (one: Image, reason: string): TemplatePreview['images'][number] => {
      this.#usedImages.set(from, one.id)
      this.#imagePlaces.set(from, `${place.cloudId}/${place.location}`)
      return { from, action: 'use', to: one.name, reason }
    }
    const isThere = (one: Image): boolean => one.cloudId === place.cloudId && one.location === place.location
    const wished = this.#wishes.mapping.images[from]
    if (wished !== undefined) {
      const chosen = find(this.#known.images, wished)
      if (chosen && isThere(chosen) && chosen.os.family === image.os.family)
        return use(chosen, 'It was chosen')
      this.#tell(`mapping.images.${from}`, wrongImage(wished, chosen, image, place))
      return { from, action: 'unused', to: from, reason: 'The chosen image does not fit' }
    }
    const here = this.#known.images.filter(isThere)
    const named = here.find(({ name, os }) => same(name, from) && os.family === image.os.family)
    if (named) return use(named, 'It is there already')
    const equal = here.find(({ source }) => JSON.stringify(source) === JSON.stringify(image.source))
    if (equal && equal.os.family === image.os.family) return use(equal, 'The same image is registered here')
    if (image.source.kind === 'id' && place.isElsewhere) {
      const { cloudImageId } = image.source
      this.#tell(
        `mapping.images.${from}`,
        `“${from}” is ${cloudImageId} in ${image.location}, and an id holds in one location only. Say which image of ${place.location} to use for it.`,
      )
      return { from, action: 'unused', to: from, reason: `It must be chosen in ${place.location}` }
    }
    const { schema: _, cloud: _cloud, deprecated: _old, ...fields } = image
    const taken = [...this.#known.images, ...this.#madeImages.values()].map(({ name }) => name)
    const to = freeName(from, taken)
    this.#madeImages.set(from, { ...fields, name: to, cloudId: place.cloudId, location: place.location })
    this.#imagePlaces.set(from, `${place.cloudId}/${place.location}`)
    return { from, action: 'add', to, reason: `It is registered for ${place.cloud} in ${place.location}` }
  }

  #role(from: string, made: TemplateImport['roles'], used: Map<string, RoleId>): TemplatePreview['roles'] {
    const document = this.#template.roles.find(({ name }) => same(name, from))
    const there = find(this.#known.roles, from)
    if (there && (!document || this.#wishes.roleConflicts === 'use-existing')) {
      used.set(from, there.id)
      this.#checkRole(there, from)
      return [{ from, action: 'use', to: there.name, reason: 'It is there already' }]
    }
    if (!document) {
      this.#tell('roles', `The template has no role “${from}”, and there is none here. Import it first.`)
      return []
    }
    const to = freeName(
      document.name,
      [...this.#known.roles, ...made.map(({ input }) => input)].map(({ name }) => name),
    )
    const { schema: _, images, isSystem: _own, deprecated: _old, ...fields } = document
    made.push({ from, input: { ...fields, name: to }, images: this.#imagesOf(document, images) })
    const reason = there ? `Another role is named “${there.name}” here` : 'It comes with the template'
    return [{ from, action: 'add', to, reason }]
  }

  /** The role's images here, one a place: two clouds of the template may be one cloud here. */
  #imagesOf(role: RoleDocument, names: readonly string[]): TemplateImport['roles'][number]['images'] {
    const places = new Set<string>()
    return names.flatMap((name) => {
      const place = this.#imagePlaces.get(name)
      if (place === undefined || places.has(place)) return []
      const id = this.#usedImages.get(name)
      if (id === undefined && this.#madeImages.get(name)?.os.family !== role.osFamily) return []
      places.add(place)
      return [id === undefined ? { made: name } : { id }]
    })
  }

  /** A role that is used as it is needs an image wherever the farm wants it. */
  #checkRole(role: Role, from: string): void {
    for (const [position, farmRole] of this.#template.farm.roles.entries()) {
      if (farmRole.role !== from) continue
      const place = this.#place(farmRole.cloud, farmRole.location)
      if (!place) continue
      const has = role.imageIds.some((id) => {
        const image = this.#known.images.find((one) => one.id === id)
        return image?.cloudId === place.cloudId && image.location === place.location
      })
      if (!has) {
        this.#tell(
          `farm.roles[${position}].role`,
          `The role “${role.name}” here has no image for ${place.cloud} in ${place.location}. Give it one, or add the template’s role under another name.`,
        )
      }
    }
  }

  #farm(name: string, roleIdOf: (from: string) => RoleId | undefined): FarmInput {
    const { schema: _, roles, ...fields } = this.#template.farm
    return {
      ...fields,
      name,
      roles: roles.map(({ role, cloud, location, zone, zones, ...group }) => {
        const place = this.#place(cloud, location)
        // Zones are named after their location; in another one the same letter is taken.
        const zoneThere = (one: string): string =>
          place && one.startsWith(location) ? `${place.location}${one.slice(location.length)}` : one
        return {
          ...group,
          roleId: roleIdOf(role) ?? RoleId.parse('none'),
          cloudId: place?.cloudId ?? CloudId.parse('none'),
          location: place?.location ?? location,
          zone: zone === null ? null : zoneThere(zone),
          zones: zones.map(zoneThere),
        }
      }),
    }
  }

  #tell(path: string, message: string): void {
    this.#faults.push({ path, message })
  }
}

function wrongImage(wished: string, chosen: Image | undefined, image: ImageDocument, place: Place): string {
  if (!chosen) return `There is no image “${wished}” here, which “${image.name}” should be.`
  if (chosen.os.family !== image.os.family)
    return `“${chosen.name}” is ${chosen.os.family}, but “${image.name}” is ${image.os.family}.`
  return `“${chosen.name}” is not an image of ${place.cloud} in ${place.location}, where “${image.name}” is needed.`
}

function same(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase()
}

function find<Item extends { id: string; name: string }>(
  items: readonly Item[],
  wanted: string,
): Item | undefined {
  return items.find(({ id }) => id === wanted) ?? items.find(({ name }) => same(name, wanted))
}

/** `shop`, then `shop (2)`, `shop (3)`. */
function freeName(wished: string, taken: readonly string[]): string {
  const names = new Set(taken.map((name) => name.toLowerCase()))
  if (!names.has(wished.toLowerCase())) return wished
  for (let count = 2; ; count += 1) {
    const name = `${wished.slice(0, 92)} (${String(count)})`
    if (!names.has(name.toLowerCase())) return name
  }
}
