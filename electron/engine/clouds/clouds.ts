import type { z } from 'zod'
import { AppError, toAppError } from '../../../shared/model/errors.ts'
import type {
  AddAwsCloud,
  AwsProfile,
  Catalog,
  Cloud,
  CloudDesign,
  CloudImage,
  CloudLocationHealth,
  SecurityGroupRef,
} from '../../../shared/model/clouds.ts'
import type { CloudActivity } from '../../../shared/model/cloud-activity.ts'
import { CloudId } from '../../../shared/model/ids.ts'
import { Secret } from '../../../shared/model/secret.ts'
import type { Clock, Log } from '../ports.ts'
import type { CloudProvider } from './cloud-provider.ts'
import { freshPrices } from './fresh-prices.ts'

/** Where cloud designs are kept. */
export interface CloudRepository {
  list(): Promise<CloudDesign[]>
  put(cloud: CloudDesign): Promise<void>
  remove(id: string): Promise<void>
}

/** Where a cloud's secrets are kept. */
export interface CloudVault {
  put(id: string, value: Secret): Promise<void>
  get(id: string): Promise<Secret | undefined>
  remove(id: string): Promise<void>
}

/** What was last fetched from a cloud, for work without a network. */
export interface CatalogRepository {
  get(cloudId: string, location: string): Promise<Catalog | undefined>
  put(catalog: Catalog): Promise<void>
  removeOfCloud(cloudId: string): Promise<void>
}

/** A cloud that is open for calls. */
export interface OpenCloud {
  provider: CloudProvider
  close(): Promise<void>
}

/** Opens a cloud of one kind. */
export type CloudOpener = (
  cloud: CloudDesign,
  secrets: CloudVault,
  /** The account as it was last told, or null. */
  accountId: string | null,
) => Promise<OpenCloud>

/** The clouds that a host can open, and the profiles on this machine that one can be signed in to with. */
export interface CloudOpeners {
  readonly open: Readonly<Record<CloudDesign['kind'], CloudOpener>>
  profiles(): Promise<AwsProfile[]>
}

interface CloudsOptions {
  repository: CloudRepository
  vault: CloudVault
  catalogs: CatalogRepository
  clock: Clock
  log: Log
  newId: () => string
  openers: CloudOpeners['open']
  onChange: (put: readonly Cloud[], dropped: readonly string[]) => void
}

/** A catalogue older than this is fetched again when it is asked for and the cloud answers. */
const CATALOG_MAX_AGE_MS = 24 * 3_600_000

/** The vault's record for a cloud's keys. */
export function cloudSecretId(cloudId: string): string {
  return `cloud.${cloudId}`
}

/** The connected clouds: their providers, their health, and what they offer (also offline). */
export class Clouds {
  readonly #options: CloudsOptions
  readonly #designs = new Map<string, CloudDesign>()
  readonly #open = new Map<string, Promise<OpenCloud>>()
  readonly #health = new Map<string, CloudLocationHealth>()
  readonly #observedAt = new Map<string, string>()
  readonly #facts = new Map<string, { accountId: string | null; catalogFetchedAt: string | null }>()

  constructor(options: CloudsOptions) {
    this.#options = options
  }

  /** Reads the clouds and opens them; one that cannot be opened is shown failing and does not hold up the rest. */
  async start(): Promise<void> {
    for (const design of await this.#options.repository.list()) {
      this.#designs.set(design.id, design)
      for (const location of design.locations) {
        const known = await this.#options.catalogs.get(design.id, location)
        if (known?.fetchedAt) this.#fact(design.id, { catalogFetchedAt: known.fetchedAt })
        if (known?.accountId) this.#fact(design.id, { accountId: known.accountId })
      }
    }
    await Promise.all([...this.#designs.values()].map((design) => this.#tryOpen(design)))
    this.#options.onChange(this.list(), [])
  }

  async stop(): Promise<void> {
    const open = [...this.#open.values()]
    this.#open.clear()
    for (const cloud of await Promise.allSettled(open)) {
      if (cloud.status === 'fulfilled') await cloud.value.close()
    }
  }

  list(): Cloud[] {
    return [...this.#designs.values()].map((design) => this.#describe(design))
  }

  /** Throws `input.not_found`. */
  get(id: string): Cloud {
    const design = this.#designs.get(id)
    if (!design) throw new AppError('input.not_found', { message: `There is no cloud ${id}.` })
    return this.#describe(design)
  }

  find(id: string): Cloud | undefined {
    const design = this.#designs.get(id)
    return design ? this.#describe(design) : undefined
  }

  /** The provider of a cloud; opened on first use. Throws what opening throws. */
  async provider(id: string): Promise<CloudProvider> {
    const design = this.#designs.get(id)
    if (!design) throw new AppError('input.not_found', { message: `There is no cloud ${id}.` })
    return (await this.#opened(design)).provider
  }

  /** Connects AWS by a profile or by keys; the secret goes to the vault before anything else is kept. */
  async addAws(input: z.output<typeof AddAwsCloud>): Promise<Cloud> {
    this.#checkName(input.name)
    const id = CloudId.parse(this.#options.newId())
    const base = { id, name: input.name, createdAt: this.#now() }
    const { profile, accessKeyId, secretAccessKey, sessionToken } = input
    if (profile !== undefined && accessKeyId === undefined) {
      return this.#add({
        ...base,
        kind: 'aws',
        credentials: { kind: 'profile', profile },
        locations: input.locations,
        endpoint: input.endpoint,
      })
    }
    if (profile !== undefined || accessKeyId === undefined || secretAccessKey === undefined) {
      throw new AppError('input.invalid', {
        message: 'Give either a profile of ~/.aws, or an access key id with its secret access key.',
        details: {
          faults: [{ path: 'profile', message: 'Give a profile, or accessKeyId and secretAccessKey.' }],
        },
      })
    }
    const secret = new Secret(JSON.stringify({ secretAccessKey, sessionToken }))
    await this.#options.vault.put(cloudSecretId(id), secret)
    return this.#add({
      ...base,
      kind: 'aws',
      credentials: { kind: 'keys', accessKeyId },
      locations: input.locations,
      endpoint: input.endpoint,
    })
  }

  /** Adds a Sandbox. */
  async addSandbox(input: { name: string }): Promise<Cloud> {
    this.#checkName(input.name)
    return this.#add({
      id: CloudId.parse(this.#options.newId()),
      name: input.name,
      createdAt: this.#now(),
      kind: 'sandbox',
      locations: ['sandbox-east-1', 'sandbox-west-1'],
    })
  }

  async rename(input: { cloudId: string; name: string }): Promise<Cloud> {
    const design = this.#designs.get(input.cloudId)
    if (!design) throw new AppError('input.not_found', { message: `There is no cloud ${input.cloudId}.` })
    if (design.name.toLowerCase() !== input.name.toLowerCase()) this.#checkName(input.name)
    const renamed = { ...design, name: input.name }
    await this.#options.repository.put(renamed)
    this.#designs.set(design.id, renamed)
    return this.#publish(renamed)
  }

  /** Forgets a cloud and its secrets. Whether something still uses it is the caller's to check. */
  async remove(cloudId: string): Promise<void> {
    const design = this.#designs.get(cloudId)
    if (!design) throw new AppError('input.not_found', { message: `There is no cloud ${cloudId}.` })
    await this.#options.repository.remove(cloudId)
    await this.#options.vault.remove(cloudSecretId(cloudId))
    await this.#options.catalogs.removeOfCloud(cloudId)
    const open = this.#open.get(cloudId)
    this.#designs.delete(cloudId)
    this.#open.delete(cloudId)
    this.#options.onChange([], [cloudId])
    const opened = await open?.catch(() => undefined)
    await opened?.close()
  }

  /** The last catalogue of a location; fetched when there is none or it is old and the cloud answers. */
  async catalog(input: { cloudId: string; location: string }): Promise<Catalog> {
    this.#checkLocation(input)
    const known = await this.#options.catalogs.get(input.cloudId, input.location)
    const ageMs = known?.fetchedAt ? this.#options.clock.now() - Date.parse(known.fetchedAt) : Infinity
    if (known && ageMs < CATALOG_MAX_AGE_MS) return known
    try {
      return await this.fetchCatalog(input)
    } catch (thrown) {
      if (known) return known
      throw thrown
    }
  }

  /** The last catalogue that was fetched, or undefined; never calls the cloud. */
  async knownCatalog(cloudId: string, location: string): Promise<Catalog | undefined> {
    return this.#options.catalogs.get(cloudId, location)
  }

  /** All instances of a location were read. */
  noteObserved(cloudId: string, location: string): void {
    this.#observedAt.set(`${cloudId}/${location}`, this.#now())
  }

  /** How fresh each location is, and what of the account's calls it took to keep it so. */
  async activity(): Promise<CloudActivity[]> {
    const all = [...this.#designs.values()].map(async (design) => {
      const opened = await this.#open.get(design.id)?.catch(() => undefined)
      return design.locations.map((location): CloudActivity => ({
        cloudId: design.id,
        location,
        observedAt: this.#observedAt.get(`${design.id}/${location}`) ?? null,
        use: opened?.provider.apiUse(location) ?? { callsLastMinute: 0, tightest: null, throttledAt: null },
      }))
    })
    return (await Promise.all(all)).flat()
  }

  /** Keeps in a known catalogue which security groups the cloud showed. */
  async keepSecurityGroups(
    { cloudId, location }: { cloudId: string; location: string },
    groups: readonly SecurityGroupRef[],
  ): Promise<void> {
    const known = await this.#options.catalogs.get(cloudId, location)
    if (!known) return
    const securityGroups = groups.map(({ id, name, description, vpcId }) => ({
      id,
      name,
      description,
      vpcId,
    }))
    await this.#options.catalogs.put({ ...known, securityGroups })
  }

  /** Asks the cloud what it offers in a location and keeps the answer; prices only when they are older than said. */
  async fetchCatalog(
    input: { cloudId: string; location: string },
    options: { signal?: AbortSignal; pricesMaxAgeMs?: number } = {},
  ): Promise<Catalog> {
    this.#checkLocation(input)
    return this.watch(input.cloudId, input.location, async (provider) => {
      const known = await this.#options.catalogs.get(input.cloudId, input.location)
      const [identity, zones, instanceTypes, securityGroups, vpcs, subnets, prices] = await Promise.all([
        provider.identity(input.location, options),
        provider.zones.list(input.location, options),
        provider.instanceTypes.list(input.location, options),
        provider.securityGroups.list(input.location, options),
        provider.networks.list(input.location, options),
        provider.networks.listSubnets(input.location, options),
        freshPrices(provider, input.location, known, { ...options, clock: this.#options.clock }),
      ])
      const fetchedAt = this.#now()
      const catalog: Catalog = {
        cloudId: CloudId.parse(input.cloudId),
        location: input.location,
        fetchedAt,
        accountId: identity.accountId,
        zones,
        instanceTypes,
        securityGroups,
        vpcs,
        subnets,
        ...prices,
      }
      await this.#options.catalogs.put(catalog)
      this.#fact(input.cloudId, { accountId: identity.accountId, catalogFetchedAt: fetchedAt })
      const design = this.#designs.get(input.cloudId)
      if (design) this.#publish(design)
      return catalog
    })
  }

  async findImages(input: {
    cloudId: string
    location: string
    owner?: string | undefined
    namePattern?: string | undefined
    cloudImageId?: string | undefined
  }): Promise<CloudImage[]> {
    this.#checkLocation(input)
    const images = await this.watch(input.cloudId, input.location, (provider) =>
      provider.images.search(input.location, {
        ...(input.owner === undefined ? {} : { owner: input.owner }),
        ...(input.namePattern === undefined ? {} : { namePattern: input.namePattern }),
        ...(input.cloudImageId === undefined ? {} : { cloudImageIds: [input.cloudImageId] }),
      }),
    )
    return images.sort((a, b) => (b.createdAt ?? '').localeCompare(a.createdAt ?? '')).slice(0, 200)
  }

  /** Calls a cloud and keeps what the call says about the location's health. Throws what the call throws. */
  async watch<T>(
    cloudId: string,
    location: string,
    call: (provider: CloudProvider) => Promise<T>,
  ): Promise<T> {
    try {
      const answer = await call(await this.provider(cloudId))
      this.#setHealth(cloudId, { location, state: 'reachable', checkedAt: this.#now(), error: null })
      return answer
    } catch (thrown) {
      const error = toAppError(thrown)
      if (
        error.code !== 'cloud.not_found' &&
        error.code !== 'cloud.refused' &&
        error.code !== 'cloud.capacity'
      ) {
        this.#setHealth(cloudId, {
          location,
          state: 'failing',
          checkedAt: this.#now(),
          error: error.toInfo(),
        })
      }
      throw error
    }
  }

  async #add(design: CloudDesign): Promise<Cloud> {
    await this.#options.repository.put(design)
    this.#designs.set(design.id, design)
    await this.#tryOpen(design)
    return this.#publish(design)
  }

  async #tryOpen(design: CloudDesign): Promise<void> {
    try {
      await this.#opened(design)
    } catch (thrown) {
      const error = toAppError(thrown)
      this.#options.log.warn({ err: error, cloud: design.id }, 'a cloud could not be opened')
      for (const location of design.locations) {
        this.#setHealth(design.id, {
          location,
          state: 'failing',
          checkedAt: this.#now(),
          error: error.toInfo(),
        })
      }
    }
  }

  #opened(design: CloudDesign): Promise<OpenCloud> {
    const known = this.#open.get(design.id)
    if (known) return known
    const opening = this.#options.openers[design.kind](
      design,
      this.#options.vault,
      this.#facts.get(design.id)?.accountId ?? null,
    )
    this.#open.set(design.id, opening)
    opening.catch(() => this.#open.delete(design.id))
    return opening
  }

  #checkName(name: string): void {
    const taken = [...this.#designs.values()].some((cloud) => cloud.name.toLowerCase() === name.toLowerCase())
    if (!taken) return
    const message = `There is a cloud named “${name}” already; choose another name.`
    throw new AppError('input.conflict', { message, details: { faults: [{ path: 'name', message }] } })
  }

  #checkLocation(input: { cloudId: string; location: string }): void {
    const cloud = this.get(input.cloudId)
    if (cloud.locations.includes(input.location)) return
    const message = `“${cloud.name}” does not use ${input.location}; it uses ${cloud.locations.join(', ')}.`
    throw new AppError('input.invalid', { message, details: { faults: [{ path: 'location', message }] } })
  }

  #setHealth(cloudId: string, health: CloudLocationHealth): void {
    const key = `${cloudId}/${health.location}`
    const before = this.#health.get(key)
    this.#health.set(key, health)
    const same = before?.state === health.state && before.error?.message === health.error?.message
    const design = this.#designs.get(cloudId)
    if (!same && design) this.#publish(design)
  }

  #fact(cloudId: string, change: { accountId?: string; catalogFetchedAt?: string }): void {
    const before = this.#facts.get(cloudId) ?? { accountId: null, catalogFetchedAt: null }
    this.#facts.set(cloudId, { ...before, ...change })
  }

  #publish(design: CloudDesign): Cloud {
    const cloud = this.#describe(design)
    this.#options.onChange([cloud], [])
    return cloud
  }

  #describe(design: CloudDesign): Cloud {
    const facts = this.#facts.get(design.id)
    return {
      ...design,
      accountId: facts?.accountId ?? null,
      catalogFetchedAt: facts?.catalogFetchedAt ?? null,
      health: design.locations.map(
        (location) =>
          this.#health.get(`${design.id}/${location}`) ?? {
            location,
            state: 'unknown',
            checkedAt: null,
            error: null,
          },
      ),
    }
  }

  #now(): string {
    return new Date(this.#options.clock.now()).toISOString()
  }
}
