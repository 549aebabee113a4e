import type { NewEvent } from '../../../../shared/model/events.ts'
import { AppError } from '../../../../shared/model/errors.ts'
import type { ElasticIp } from '../../../../shared/model/elastic-ips.ts'
import type { HeldResource } from '../../../../shared/model/farm-resources.ts'
import type { FarmRole } from '../../../../shared/model/farm-roles.ts'
import type { FarmDesign } from '../../../../shared/model/farms.ts'
import { TAGS } from '../../../../shared/model/tags.ts'
import type { CloudAddress, CloudProvider } from '../../clouds/index.ts'
import type { Clock } from '../../ports.ts'
import type { ServerStore } from '../../records/servers/index.ts'

/** Where it is kept which address belongs to which index. */
interface ElasticIpRepository {
  ofFarm(farmId: string): Promise<ElasticIp[]>
  put(record: ElasticIp): Promise<void>
  remove(id: string, events?: readonly NewEvent[]): Promise<void>
}

interface ElasticIpKeeperOptions {
  repository: ElasticIpRepository
  clock: Clock
  newId: () => string
  workspaceId: string
  servers: Pick<ServerStore, 'holdsIndex'>
}

/** Carries our record's id on the address. */
const RECORD_TAG = 'farmhand:address'

/** The Elastic IPs of farms: one a farm role and server index, kept when servers go. */
export class ElasticIpKeeper {
  readonly kind = 'elastic-ip'
  readonly #options: ElasticIpKeeperOptions
  /** One at a time for each farm role, so that no two servers take the same address. */
  readonly #turns = new Map<string, Promise<unknown>>()

  constructor(options: ElasticIpKeeperOptions) {
    this.#options = options
  }

  /**
   * The address of an index: the one that the design names, the one that it had, or a new one. Throws `cloud.not_found` when
   * the account does not have the named one.
   */
  async addressFor(
    farm: FarmDesign,
    role: FarmRole,
    index: number,
    provider: CloudProvider,
  ): Promise<CloudAddress> {
    const before = this.#turns.get(role.id) ?? Promise.resolve()
    const turn = before.catch(() => undefined).then(() => this.#addressFor(farm, role, index, provider))
    this.#turns.set(role.id, turn)
    return turn.finally(() => {
      if (this.#turns.get(role.id) === turn) this.#turns.delete(role.id)
    })
  }

  async ofFarm(farmId: string): Promise<HeldResource[]> {
    return (await this.#options.repository.ofFarm(farmId)).flatMap((record) =>
      record.allocationId === null || record.address === null
        ? []
        : [
            {
              kind: this.kind,
              id: record.allocationId,
              farmId: record.farmId,
              farmRoleId: record.farmRoleId,
              index: record.index,
              slot: '',
              cloudId: record.cloudId,
              location: record.location,
              manual: record.manual,
              detail: record.address,
            },
          ],
    )
  }

  /** Gives an address back to the cloud and forgets it. */
  async release(held: HeldResource, provider: CloudProvider, released: NewEvent): Promise<void> {
    const { addresses } = provider
    const record = (await this.#options.repository.ofFarm(held.farmId)).find(
      ({ allocationId }) => allocationId === held.id,
    )
    const found = (await addresses.list(held.location)).find(({ id }) => id === held.id)
    if (found?.associationId) await addresses.disassociate(held.location, found.associationId)
    if (found) await addresses.delete(held.location, held.id)
    if (record) await this.#options.repository.remove(record.id, [released])
  }

  async forget(farmId: string): Promise<void> {
    for (const { id } of await this.#options.repository.ofFarm(farmId)) {
      await this.#options.repository.remove(id)
    }
  }

  async #addressFor(
    farm: FarmDesign,
    role: FarmRole,
    index: number,
    provider: CloudProvider,
  ): Promise<CloudAddress> {
    const all = await provider.addresses.list(role.location)
    const named = role.network.elasticIps.addresses[String(index)]
    const records = (await this.#options.repository.ofFarm(farm.id)).filter(
      ({ farmRoleId }) => farmRoleId === role.id,
    )
    const own = records.find((record) => record.index === index)
    if (named !== undefined) return this.#named(farm, role, index, named, all, own)
    const kept = own?.manual === false ? all.find(({ id }) => id === own.allocationId) : undefined
    if (kept) return kept
    // Asked for already: the answer may have been lost.
    const lost = own && all.find(({ tags }) => tags[RECORD_TAG] === own.id)
    if (own && lost) return this.#given(own, lost)
    const spare = await this.#spare(role, records, all, index)
    if (spare) {
      if (own) await this.#options.repository.remove(own.id)
      return this.#given({ ...spare.record, index }, spare.address)
    }
    const record = own?.manual === false ? own : this.#record(farm, role, index)
    if (own && own.id !== record.id) await this.#options.repository.remove(own.id)
    await this.#options.repository.put({ ...record, allocationId: null, address: null })
    const made = await provider.addresses.create(role.location, {
      Name: `${farm.name} ${role.alias} #${index}`,
      ...farm.tags,
      [TAGS.workspace]: this.#options.workspaceId,
      [TAGS.farm]: farm.id,
      [TAGS.farmRole]: role.id,
      [RECORD_TAG]: record.id,
    })
    return this.#given(record, made)
  }

  async #named(
    farm: FarmDesign,
    role: FarmRole,
    index: number,
    named: string,
    all: readonly CloudAddress[],
    own: ElasticIp | undefined,
  ): Promise<CloudAddress> {
    const found = all.find(({ address }) => address === named)
    if (!found) {
      throw new AppError('cloud.not_found', {
        message: `The account has no Elastic IP ${named} in ${role.location}, which ${role.alias} #${index} asks for. Choose another, or leave it empty for a new one.`,
      })
    }
    if (own?.allocationId === found.id) return found
    // An address that was made for the index before stays the farm's, as long as no index needs it.
    if (own) await this.#options.repository.remove(own.id)
    return this.#given({ ...this.#record(farm, role, index), manual: true }, found)
  }

  /** An address of an index that nobody has any more, once there are as many as the farm role may have servers. */
  async #spare(
    role: FarmRole,
    records: readonly ElasticIp[],
    all: readonly CloudAddress[],
    index: number,
  ): Promise<{ record: ElasticIp; address: CloudAddress } | undefined> {
    const others = records.filter((record) => record.index !== index)
    const held: { record: ElasticIp; address: CloudAddress }[] = []
    for (const record of others) {
      const address = all.find(({ id }) => id === record.allocationId)
      if (address) held.push({ record, address })
      else if (!this.#options.servers.holdsIndex(role.id, record.index)) {
        await this.#options.repository.remove(record.id)
      }
    }
    if (held.length < role.scaling.max) return undefined
    const spare = held.find(
      ({ record }) => !record.manual && !this.#options.servers.holdsIndex(role.id, record.index),
    )
    if (spare) return spare
    throw new AppError('cloud.quota', {
      message: `${role.alias} has ${held.length} Elastic IPs already, as many as it may have servers. End the servers beyond its maximum first.`,
      retryable: true,
    })
  }

  async #given(record: ElasticIp, address: CloudAddress): Promise<CloudAddress> {
    await this.#options.repository.put({ ...record, allocationId: address.id, address: address.address })
    return address
  }

  #record(farm: FarmDesign, role: FarmRole, index: number): ElasticIp {
    return {
      id: this.#options.newId(),
      farmId: farm.id,
      farmRoleId: role.id,
      index,
      cloudId: role.cloudId,
      location: role.location,
      allocationId: null,
      address: null,
      manual: false,
      createdAt: new Date(this.#options.clock.now()).toISOString(),
    }
  }
}
