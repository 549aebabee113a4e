import type { Catalog, CloudImage, SecurityGroupRef } from '../../../shared/model/clouds.ts'
import { CloudId } from '../../../shared/model/ids.ts'
import type { Clock } from '../ports.ts'
import type { CatalogRepository } from './catalog-repository.ts'
import { checkLocation } from './cloud-locations.ts'
import type { Clouds } from './clouds.ts'
import { freshPrices } from './fresh-prices.ts'

/** A catalogue older than this is fetched again when it is asked for and the cloud answers. */
const MAX_AGE_MS = 24 * 3_600_000
/** The most images that one search answers. */
const FOUND_MAX = 200

interface Place {
  cloudId: string
  location: string
}

interface CatalogsOptions {
  clouds: Clouds
  repository: CatalogRepository
  clock: Clock
}

/** What clouds offer, location by location; the last answer is kept for work without a network. */
export class Catalogs {
  readonly #options: CatalogsOptions

  constructor(options: CatalogsOptions) {
    this.#options = options
  }

  /** The last catalogue of a location; fetched when there is none or it is old and the cloud answers. */
  async get(place: Place): Promise<Catalog> {
    const { clouds, repository, clock } = this.#options
    checkLocation(clouds.get(place.cloudId), place.location)
    const known = await repository.get(place.cloudId, place.location)
    const ageMs = known?.fetchedAt ? clock.now() - Date.parse(known.fetchedAt) : Infinity
    if (known && ageMs < MAX_AGE_MS) return known
    try {
      return await this.fetch(place)
    } catch (thrown) {
      if (known) return known
      throw thrown
    }
  }

  /** The last catalogue that was fetched, or undefined; never calls the cloud. */
  known(cloudId: string, location: string): Promise<Catalog | undefined> {
    return this.#options.repository.get(cloudId, location)
  }

  /** Asks the cloud what it offers in a location and keeps the answer; prices only when they are older than said. */
  async fetch(
    { cloudId, location }: Place,
    options: { signal?: AbortSignal; pricesMaxAgeMs?: number } = {},
  ): Promise<Catalog> {
    const { clouds, repository, clock } = this.#options
    checkLocation(clouds.get(cloudId), location)
    return clouds.watch(cloudId, location, async (provider) => {
      const known = await repository.get(cloudId, location)
      const [identity, zones, instanceTypes, securityGroups, vpcs, subnets, prices] = await Promise.all([
        provider.identity(location, options),
        provider.zones.list(location, options),
        provider.instanceTypes.list(location, options),
        provider.securityGroups.list(location, options),
        provider.networks.list(location, options),
        provider.networks.listSubnets(location, options),
        freshPrices(provider, location, known, { ...options, clock }),
      ])
      const fetchedAt = new Date(clock.now()).toISOString()
      const catalog: Catalog = {
        cloudId: CloudId.parse(cloudId),
        location,
        fetchedAt,
        accountId: identity.accountId,
        zones,
        instanceTypes,
        securityGroups: securityGroups.map(reference),
        vpcs,
        subnets,
        ...prices,
      }
      await repository.put(catalog)
      clouds.noteCatalog(cloudId, { accountId: identity.accountId, catalogFetchedAt: fetchedAt })
      return catalog
    })
  }

  /** Keeps in a known catalogue which security groups the cloud showed. */
  async keepSecurityGroups({ cloudId, location }: Place, groups: readonly SecurityGroupRef[]): Promise<void> {
    const { repository } = this.#options
    const known = await repository.get(cloudId, location)
    if (known) await repository.put({ ...known, securityGroups: groups.map(reference) })
  }

  /** The newest images that fit; never from the last catalogue. */
  async searchImages({
    cloudId,
    location,
    owner,
    namePattern,
    cloudImageId,
  }: Place & {
    owner?: string | undefined
    namePattern?: string | undefined
    cloudImageId?: string | undefined
  }): Promise<CloudImage[]> {
    const { clouds } = this.#options
    checkLocation(clouds.get(cloudId), location)
    const images = await clouds.watch(cloudId, location, (provider) =>
      provider.images.search(location, {
        ...(owner === undefined ? {} : { owner }),
        ...(namePattern === undefined ? {} : { namePattern }),
        ...(cloudImageId === undefined ? {} : { cloudImageIds: [cloudImageId] }),
      }),
    )
    return images.sort((a, b) => (b.createdAt ?? '').localeCompare(a.createdAt ?? '')).slice(0, FOUND_MAX)
  }
}

function reference({ id, name, description, vpcId }: SecurityGroupRef): SecurityGroupRef {
  return { id, name, description, vpcId }
}
