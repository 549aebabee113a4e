import { randomInt } from 'node:crypto'
import { AppError, toAppError } from '../../../../shared/model/errors.ts'
import type { Subnet } from '../../../../shared/model/clouds.ts'
import type { FarmRole } from '../../../../shared/model/farm-roles.ts'
import type { FarmDesign } from '../../../../shared/model/farms.ts'
import type { Server } from '../../../../shared/model/servers.ts'
import { needsSubnets, placeServers, vpcOf } from '../../../../shared/logic/farms/placement.ts'
import { launched, launchFailed } from '../../../../shared/logic/servers/server-launches.ts'
import { groupsOfLaunch } from '../../../../shared/logic/servers/server-security-groups.ts'
import type { CloudProvider, LaunchRequest } from '../../clouds/index.ts'
import type { Clock, Log } from '../../ports.ts'
import type { LaunchSupplies } from './launch-supplies.ts'
import { instanceView } from './instance-view.ts'
import { KnownSubnets } from './known-subnets.ts'
import type { LaunchBreaker } from './launch-breaker.ts'
import type { LaunchIntents } from './launch-intents.ts'
import { type CommonLaunch, type LaunchBatch, launchRequests } from './launch-requests.ts'
import { RoomlessPlaces } from './roomless-places.ts'
import type { ServerStore } from '../../records/servers/index.ts'

interface ServerLauncherOptions {
  store: ServerStore
  intents: LaunchIntents
  supplies: Pick<LaunchSupplies, 'of'>
  breaker: Pick<LaunchBreaker, 'failed'>
  clock: Clock
  log: Log
  workspaceId: string
}

/**
 * The cloud considered the call and said no: nothing was made, so the next try is a new call with a new token. After any
 * other failure (throttled, signed out, no answer) an earlier attempt may have been carried out: the token is kept.
 */
const REFUSED: ReadonlySet<string> = new Set([
  'cloud.capacity',
  'cloud.quota',
  'cloud.not_found',
  'cloud.refused',
  'cloud.wrong_location',
  'image.missing',
  'farm.invalid',
])

/** How finely the pause before the next try is drawn. */
const RANDOM_STEPS = 1_000_000

/** Launches the servers of one farm role: key, groups and image first, then as few calls as possible. */
export class ServerLauncher {
  readonly #options: ServerLauncherOptions
  readonly #subnets: KnownSubnets
  readonly #roomless = new RoomlessPlaces()

  constructor(options: ServerLauncherOptions) {
    this.#options = options
    this.#subnets = new KnownSubnets(options.clock)
  }

  /**
   * Launches servers in Pending launch that are due. Each call's token and request are in the ledger before the cloud is
   * asked, so that a call whose answer was lost is asked again with the same token and makes nothing twice.
   */
  async launch(
    farm: FarmDesign,
    role: FarmRole,
    servers: readonly Server[],
    provider: CloudProvider,
  ): Promise<void> {
    const asked = new Map<string, Server[]>()
    const fresh: Server[] = []
    for (const server of servers) {
      if (server.launch === null) fresh.push(server)
      else asked.set(server.launch.token, [...(asked.get(server.launch.token) ?? []), server])
    }
    const again = [...asked].map(async ([token, batch]) => {
      const request = await this.#options.intents.find(token)
      if (request) await this.#call(role, batch, request, provider)
      else
        await this.#fail(
          role,
          batch,
          new AppError('internal', { message: 'The launch was not recorded.' }),
          'no',
        )
    })
    await Promise.all([...again, this.#launchFresh(farm, role, fresh, provider)])
  }

  async #launchFresh(
    farm: FarmDesign,
    role: FarmRole,
    servers: readonly Server[],
    provider: CloudProvider,
  ): Promise<void> {
    if (servers.length === 0) return
    let common: CommonLaunch
    let left: readonly Server[]
    try {
      const subnets = needsSubnets(role) ? await this.#subnets.of(role, provider) : []
      common = await this.#options.supplies.of(farm, role, vpcOf(role, subnets), provider)
      left = await this.#place(farm, role, servers, subnets)
    } catch (thrown) {
      await this.#fail(role, servers, toAppError(thrown), 'no')
      return
    }
    // What has no room as one type is asked for as the next one.
    const types = [role.instanceType, ...role.cloudFeatures.backupInstanceTypes]
    for (const [position, instanceType] of types.entries()) {
      if (left.length === 0) return
      const asType = left.map((server) => ({ ...server, instanceType }))
      left = await this.#launchAs(farm, role, asType, common, provider, position === types.length - 1)
    }
  }

  /** One round of calls; answers the servers for which there was no room, unless it is the last round. */
  async #launchAs(
    farm: FarmDesign,
    role: FarmRole,
    servers: readonly Server[],
    common: CommonLaunch,
    provider: CloudProvider,
    isLast: boolean,
  ): Promise<Server[]> {
    let batches: LaunchBatch[]
    try {
      batches = launchRequests(farm, role, servers, common, this.#options.workspaceId)
    } catch (thrown) {
      await this.#fail(role, servers, toAppError(thrown), 'no')
      return []
    }
    const roomless = await Promise.all(
      batches.map(async ({ servers: batch, request: wanted }) => {
        const request = await this.#options.intents.ask(role.cloudId, role.location, wanted)
        const marked = batch.map((server, position) => ({
          ...server,
          spot: request.spot !== null,
          groups: groupsOfLaunch(role, request.securityGroupIds),
          launch: { token: request.clientToken, position, size: batch.length },
        }))
        await this.#options.store.put(marked)
        const { failed, error } = await this.#ask(role, marked, request, provider)
        if (!error) return []
        if (error.code === 'cloud.capacity' && !isLast) {
          return failed.flatMap((server) => this.#stillWaiting(server))
        }
        await this.#fail(role, failed, error, REFUSED.has(error.code) ? 'no' : 'unknown')
        return []
      }),
    )
    return roomless.flat()
  }

  /** The server as it is by now, if it is still to be launched. */
  #stillWaiting({ id }: Server): Server[] {
    const server = this.#options.store.find(id)
    return server?.status === 'pending-launch' ? [{ ...server, launch: null }] : []
  }

  /** Gives each server its place; those that fit nowhere fail. */
  async #place(
    farm: FarmDesign,
    role: FarmRole,
    servers: readonly Server[],
    subnets: readonly Subnet[],
  ): Promise<Server[]> {
    const { store, clock } = this.#options
    const placing = new Set<string>(servers.map(({ id }) => id))
    const live = store
      .ofFarm(farm.id)
      .filter((server) => server.farmRoleId === role.id && !placing.has(server.id))
      .filter(({ status }) => status !== 'terminated' && status !== 'pending-terminate')
    const places = placeServers({
      rules: role,
      subnets,
      servers,
      live,
      avoid: this.#roomless.of(role.id, clock.monotonic()),
      homeZone: (index) => homeZone(role, index, store.ofFarm(farm.id)),
    })
    const placed: Server[] = []
    const failures: Promise<void>[] = []
    for (const server of servers) {
      const place = places.get(server.id)
      if (typeof place === 'object') placed.push({ ...server, ...place })
      else
        failures.push(
          this.#fail(role, [server], new AppError('farm.invalid', { message: place ?? '' }), 'no'),
        )
    }
    await Promise.all(failures)
    return placed
  }

  /** Asks a call that is in the ledger, again or for the first time. */
  async #call(
    role: FarmRole,
    batch: readonly Server[],
    request: LaunchRequest,
    provider: CloudProvider,
  ): Promise<void> {
    const { failed, error } = await this.#ask(role, batch, request, provider)
    if (error) await this.#fail(role, failed, error, REFUSED.has(error.code) ? 'no' : 'unknown')
  }

  /** Asks the cloud and moves on those that were made; answers the others with what was wrong. */
  async #ask(
    role: FarmRole,
    batch: readonly Server[],
    request: LaunchRequest,
    provider: CloudProvider,
  ): Promise<{ failed: readonly Server[]; error: AppError | null }> {
    const { store, intents, clock, log } = this.#options
    try {
      const instances = await provider.instances.launch(role.location, request)
      const byPosition = new Map(instances.map((instance) => [instance.launchPosition, instance]))
      const missed: Server[] = []
      await Promise.all(
        batch.map(async (server) => {
          const instance = byPosition.get(server.launch?.position ?? 0)
          if (instance)
            await store.apply(server.id, (now) => launched(now, instanceView(instance), clock.now()))
          else missed.push(server)
        }),
      )
      await intents.made(
        request.clientToken,
        instances.map((instance) => instance.id),
      )
      if (missed.length === 0) return { failed: [], error: null }
      this.#roomless.note(role.id, request, clock.monotonic())
      const message = `${role.location} had room for ${instances.length} of ${request.count} ${request.instanceType}.`
      return { failed: missed, error: new AppError('cloud.capacity', { message, retryable: true }) }
    } catch (thrown) {
      const error = toAppError(thrown)
      if (error.code === 'internal') log.error({ err: thrown, role: role.id }, 'a launch failed unexpectedly')
      if (REFUSED.has(error.code)) await intents.refused(request.clientToken, error.message)
      if (error.code === 'cloud.capacity') this.#roomless.note(role.id, request, clock.monotonic())
      return { failed: batch, error }
    }
  }

  async #fail(
    role: FarmRole,
    servers: readonly Server[],
    error: AppError,
    made: 'no' | 'unknown',
  ): Promise<void> {
    const { store, clock, breaker } = this.#options
    const after = await Promise.all(
      servers.map((server) =>
        store.apply(server.id, (now) =>
          launchFailed(now, error, made, clock.now(), randomInt(RANDOM_STEPS) / RANDOM_STEPS),
        ),
      ),
    )
    const worst = after.reduce<Server | undefined>(
      (most, server) => (most && most.attempts >= server.attempts ? most : server),
      undefined,
    )
    if (worst) await breaker.failed(role, worst)
  }
}

/** The volumes that an index keeps are where its last server was: a volume cannot leave its zone, only be copied. */
function homeZone(role: FarmRole, index: number, servers: readonly Server[]): string | null {
  if (!role.storage.volumes.some(({ reuse }) => reuse)) return null
  const former = servers
    .filter((server) => server.farmRoleId === role.id && server.index === index)
    .filter(({ cloudServerId, zone }) => cloudServerId !== null && zone !== null)
    .sort((a, b) => b.createdAt.localeCompare(a.createdAt))
  return former[0]?.zone ?? null
}
