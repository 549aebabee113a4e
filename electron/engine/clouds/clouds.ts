import type { z } from 'zod'
import { AppError, type ErrorCode, toAppError } from '../../../shared/model/errors.ts'
import type { AddAwsCloud, AwsProfile, Cloud, CloudDesign } from '../../../shared/model/clouds.ts'
import type { CloudActivity } from '../../../shared/model/cloud-activity.ts'
import { CloudId } from '../../../shared/model/ids.ts'
import type { Secret } from '../../../shared/model/secret.ts'
import type { Clock } from '../ports.ts'
import { awsSignIn } from './aws-sign-in.ts'
import type { CatalogRepository } from './catalog-repository.ts'
import type { CloudCalls } from './cloud-calls.ts'
import { CloudHealth } from './cloud-health.ts'
import { cloudSecretId, type CloudVault } from './cloud-kinds.ts'
import type { CloudProvider } from './cloud-provider.ts'
import type { OpenClouds } from './open-clouds.ts'

/** Where cloud designs are kept. */
interface CloudRepository {
  list(): Promise<CloudDesign[]>
  put(cloud: CloudDesign): Promise<void>
  remove(id: string): Promise<void>
}

interface CloudsOptions {
  repository: CloudRepository
  vault: CloudVault
  catalogs: CatalogRepository
  opened: OpenClouds
  clock: Clock
  newId: () => string
  onChange: (put: readonly Cloud[], dropped: readonly string[]) => void
}

/** What the last catalogue told of a cloud. */
type Told = Pick<Cloud, 'accountId' | 'catalogFetchedAt'>

/** What a call says of itself, not of the location that it was made to. */
const OF_THE_CALL: ReadonlySet<ErrorCode> = new Set(['cloud.not_found', 'cloud.refused', 'cloud.capacity'])

/** The connected clouds: which there are, their providers, and how each location answers. */
export class Clouds implements CloudCalls {
  readonly #options: CloudsOptions
  readonly #health: CloudHealth
  readonly #designs = new Map<string, CloudDesign>()
  readonly #told = new Map<string, Told>()

  constructor(options: CloudsOptions) {
    this.#options = options
    this.#health = new CloudHealth(options.clock)
  }

  /** Reads the clouds and opens them; one that cannot be opened is shown failing and does not hold up the rest. */
  async start(): Promise<void> {
    for (const design of await this.#options.repository.list()) {
      this.#designs.set(design.id, design)
      for (const location of design.locations) {
        const known = await this.#options.catalogs.get(design.id, location)
        if (known?.fetchedAt) this.#tell(design.id, { catalogFetchedAt: known.fetchedAt })
        if (known?.accountId) this.#tell(design.id, { accountId: known.accountId })
      }
    }
    await Promise.all([...this.#designs.values()].map((design) => this.#tryOpen(design)))
    this.#options.onChange(this.list(), [])
  }

  stop(): Promise<void> {
    return this.#options.opened.closeAll()
  }

  list(): Cloud[] {
    return [...this.#designs.values()].map((design) => this.#describe(design))
  }

  /** Throws `input.not_found`. */
  get(id: string): Cloud {
    return this.#describe(this.#design(id))
  }

  find(id: string): Cloud | undefined {
    const design = this.#designs.get(id)
    return design ? this.#describe(design) : undefined
  }

  /** Whether the cloud is (still) connected. */
  has(id: string): boolean {
    return this.#designs.has(id)
  }

  /** The name of a cloud, also of one that is gone. */
  nameOf(id: string): string {
    return this.#designs.get(id)?.name ?? id
  }

  /** The profiles of this machine that a cloud can be signed in to with. */
  profiles(): Promise<AwsProfile[]> {
    return this.#options.opened.profiles()
  }

  /** The provider of a cloud; opened on first use. Throws what opening throws. */
  async provider(id: string): Promise<CloudProvider> {
    const design = this.#design(id)
    return (await this.#options.opened.open(design, this.#toldOf(id).accountId)).provider
  }

  /** Connects AWS by a profile or by keys; the secret goes to the vault before anything else is kept. */
  async addAws(input: z.output<typeof AddAwsCloud>): Promise<Cloud> {
    this.#checkName(input.name)
    const { credentials, secret } = awsSignIn(input)
    const { locations, endpoint } = input
    return this.#add({ ...this.#named(input.name), kind: 'aws', credentials, locations, endpoint }, secret)
  }

  /** Adds a Sandbox. */
  async addSandbox(input: { name: string }): Promise<Cloud> {
    this.#checkName(input.name)
    const locations = [...this.#options.opened.kind('sandbox').locations]
    return this.#add({ ...this.#named(input.name), kind: 'sandbox', locations }, null)
  }

  async rename(input: { cloudId: string; name: string }): Promise<Cloud> {
    const design = this.#design(input.cloudId)
    if (design.name.toLowerCase() !== input.name.toLowerCase()) this.#checkName(input.name)
    const renamed = { ...design, name: input.name }
    await this.#options.repository.put(renamed)
    this.#designs.set(design.id, renamed)
    return this.#publish(renamed)
  }

  /** Forgets a cloud and its secrets. Whether something still uses it is the caller's to check. */
  async remove(cloudId: string): Promise<void> {
    const { repository, vault, catalogs, onChange } = this.#options
    this.#design(cloudId)
    await repository.remove(cloudId)
    await vault.remove(cloudSecretId(cloudId))
    await catalogs.removeOfCloud(cloudId)
    this.#designs.delete(cloudId)
    onChange([], [cloudId])
    await this.#options.opened.close(cloudId)
  }

  /** Calls a cloud and keeps what the call says about the location's health. Throws what the call throws. */
  async watch<T>(
    cloudId: string,
    location: string,
    call: (provider: CloudProvider) => Promise<T>,
  ): Promise<T> {
    try {
      const answer = await call(await this.provider(cloudId))
      this.#noteHealth(cloudId, location, null)
      return answer
    } catch (thrown) {
      const error = toAppError(thrown)
      if (!OF_THE_CALL.has(error.code)) this.#noteHealth(cloudId, location, error)
      throw error
    }
  }

  /** All instances of a location were read. */
  noteObserved(cloudId: string, location: string): void {
    this.#health.noteObserved(cloudId, location)
  }

  /** A catalogue was read. */
  noteCatalog(cloudId: string, told: Told): void {
    this.#tell(cloudId, told)
    const design = this.#designs.get(cloudId)
    if (design) this.#publish(design)
  }

  /** How fresh each location is, and what of the account's calls it took to keep it so. */
  async activity(): Promise<CloudActivity[]> {
    const all = [...this.#designs.values()].map(async (design) => {
      const open = await this.#options.opened.find(design.id)
      return design.locations.map((location): CloudActivity => ({
        cloudId: design.id,
        location,
        observedAt: this.#health.observedAt(design.id, location),
        use: open?.provider.apiUse(location) ?? { callsLastMinute: 0, tightest: null, throttledAt: null },
      }))
    })
    return (await Promise.all(all)).flat()
  }

  #design(id: string): CloudDesign {
    const design = this.#designs.get(id)
    if (design) return design
    throw new AppError('input.not_found', { message: `There is no cloud ${id}.` })
  }

  #named(name: string): Pick<CloudDesign, 'id' | 'name' | 'createdAt'> {
    const { newId, clock } = this.#options
    return { id: CloudId.parse(newId()), name, createdAt: new Date(clock.now()).toISOString() }
  }

  async #add(design: CloudDesign, secret: Secret | null): Promise<Cloud> {
    const { vault, repository } = this.#options
    if (secret) await vault.put(cloudSecretId(design.id), secret)
    await repository.put(design)
    this.#designs.set(design.id, design)
    await this.#tryOpen(design)
    return this.#publish(design)
  }

  async #tryOpen(design: CloudDesign): Promise<void> {
    const error = await this.#options.opened.tryOpen(design, this.#toldOf(design.id).accountId)
    if (error === null) return
    for (const location of design.locations) this.#noteHealth(design.id, location, error)
  }

  #checkName(name: string): void {
    const taken = [...this.#designs.values()].some((cloud) => cloud.name.toLowerCase() === name.toLowerCase())
    if (!taken) return
    const message = `There is a cloud named “${name}” already; choose another name.`
    throw new AppError('input.conflict', { message, details: { faults: [{ path: 'name', message }] } })
  }

  #noteHealth(cloudId: string, location: string, error: AppError | null): void {
    const isNews = this.#health.note(cloudId, location, error?.toInfo() ?? null)
    const design = this.#designs.get(cloudId)
    if (isNews && design) this.#publish(design)
  }

  #toldOf(cloudId: string): Told {
    return this.#told.get(cloudId) ?? { accountId: null, catalogFetchedAt: null }
  }

  #tell(cloudId: string, told: Partial<Told>): void {
    this.#told.set(cloudId, { ...this.#toldOf(cloudId), ...told })
  }

  #publish(design: CloudDesign): Cloud {
    const cloud = this.#describe(design)
    this.#options.onChange([cloud], [])
    return cloud
  }

  #describe(design: CloudDesign): Cloud {
    return {
      ...design,
      traits: this.#options.opened.kind(design.kind).traits,
      ...this.#toldOf(design.id),
      health: this.#health.of(design),
    }
  }
}
