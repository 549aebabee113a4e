import { AppError, toAppError } from '../../../shared/model/errors.ts'
import type { FarmRole } from '../../../shared/model/farm-roles.ts'
import type { FarmDesign } from '../../../shared/model/farms.ts'
import type { Image } from '../../../shared/model/images.ts'
import type { Server } from '../../../shared/model/servers.ts'
import type { SshKey } from '../../../shared/model/ssh-keys.ts'
import { launchBatches, serverTag, TAGS } from '../../../shared/logic/launch-batches.ts'
import { launched, launchFailed } from '../../../shared/logic/server-life.ts'
import type { CloudProvider, LaunchRequest } from '../clouds/index.ts'
import type { Clock, Log } from '../ports.ts'
import type { ImageFinder } from './image-finder.ts'
import { instanceView } from './instance-view.ts'
import type { LaunchIntents } from './launch-intents.ts'
import type { SecurityGroupMaker } from './security-group-maker.ts'
import type { ServerStore } from './server-store.ts'

interface ServerLauncherOptions {
  store: ServerStore
  intents: LaunchIntents
  groups: SecurityGroupMaker
  images: ImageFinder
  clock: Clock
  log: Log
  random: () => number
  newToken: () => string
  workspaceId: string
  imageOf: (roleId: string, cloudId: string, location: string) => Image | undefined
  ensureKey: (farm: FarmDesign, role: FarmRole, provider: CloudProvider) => Promise<SshKey>
  onFailure: (role: FarmRole, server: Server) => Promise<void>
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

/** Launches the servers of one farm role: key, groups and image first, then as few calls as possible. */
export class ServerLauncher {
  readonly #options: ServerLauncherOptions

  constructor(options: ServerLauncherOptions) {
    this.#options = options
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
    let common: Omit<LaunchRequest, 'clientToken' | 'count' | 'tags'>
    try {
      common = await this.#prepare(farm, role, provider)
    } catch (thrown) {
      await this.#fail(role, servers, toAppError(thrown), 'no')
      return
    }
    await Promise.all(
      launchBatches(servers).map(async (batch) => {
        const [first] = batch
        if (!first) return
        const request: LaunchRequest = {
          ...common,
          clientToken: this.#options.newToken(),
          count: batch.length,
          tags: {
            Name:
              batch.length === 1
                ? `${farm.name} ${role.alias} #${first.index}`
                : `${farm.name} ${role.alias}`,
            ...role.tags,
            [TAGS.workspace]: this.#options.workspaceId,
            [TAGS.farm]: farm.id,
            [TAGS.farmRole]: role.id,
            [TAGS.server]: serverTag(batch),
          },
        }
        await this.#options.intents.asked(role.cloudId, role.location, request)
        const marked = batch.map((server, position) => ({
          ...server,
          launch: { token: request.clientToken, position, size: batch.length },
        }))
        await this.#options.store.put(marked)
        await this.#call(role, marked, request, provider)
      }),
    )
  }

  async #prepare(
    farm: FarmDesign,
    role: FarmRole,
    provider: CloudProvider,
  ): Promise<Omit<LaunchRequest, 'clientToken' | 'count' | 'tags'>> {
    const image = this.#options.imageOf(role.roleId, role.cloudId, role.location)
    if (!image) {
      throw new AppError('farm.invalid', {
        message: `The role of ${role.alias} has no image in ${role.location}. Add one to the role, or choose another location.`,
      })
    }
    const [imageId, key, securityGroupIds] = await Promise.all([
      this.#options.images.cloudImageId(image, provider),
      this.#options.ensureKey(farm, role, provider),
      this.#options.groups.groupIds(farm, role, image.ssh.port, provider),
    ])
    return {
      imageId,
      instanceType: role.instanceType,
      zone: role.zone,
      keyName: key.name,
      securityGroupIds,
      userData: role.userData,
    }
  }

  async #call(
    role: FarmRole,
    batch: readonly Server[],
    request: LaunchRequest,
    provider: CloudProvider,
  ): Promise<void> {
    const { store, intents, clock, log } = this.#options
    try {
      const instances = await provider.launch(role.location, request)
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
      if (missed.length > 0) {
        const message = `${role.location} had room for ${instances.length} of ${request.count} ${request.instanceType}.`
        await this.#fail(role, missed, new AppError('cloud.capacity', { message, retryable: true }), 'no')
      }
    } catch (thrown) {
      const error = toAppError(thrown)
      if (error.code === 'internal') log.error({ err: thrown, role: role.id }, 'a launch failed unexpectedly')
      const made = REFUSED.has(error.code) ? 'no' : 'unknown'
      if (made === 'no') await intents.refused(request.clientToken, error.message)
      await this.#fail(role, batch, error, made)
    }
  }

  async #fail(
    role: FarmRole,
    servers: readonly Server[],
    error: AppError,
    made: 'no' | 'unknown',
  ): Promise<void> {
    const { store, clock, random, onFailure } = this.#options
    const after = await Promise.all(
      servers.map((server) =>
        store.apply(server.id, (now) => launchFailed(now, error, made, clock.now(), random())),
      ),
    )
    const worst = after.reduce<Server | undefined>(
      (most, server) => (most && most.attempts >= server.attempts ? most : server),
      undefined,
    )
    if (worst) await onFailure(role, worst)
  }
}
