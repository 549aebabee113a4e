import { toAppError } from '../../../../shared/model/errors.ts'
import type { VolumeRecord } from '../../../../shared/model/volume-records.ts'
import type { CloudProvider, Clouds } from '../../clouds/index.ts'
import type { Log } from '../../ports.ts'
import type { ServerStore } from '../../records/servers/index.ts'
import type { VolumeMaker } from './volume-maker.ts'
import type { VolumeStore } from './volume-store.ts'

interface VolumeKeeperOptions {
  store: VolumeStore
  maker: VolumeMaker
  servers: Pick<ServerStore, 'lookUp'>
  clouds: Pick<Clouds, 'has' | 'watch'>
  log: Log
}

/**
 * Keeps volume records as their servers are: one that went down lets go of its volumes, those that go with their server are
 * deleted, and what a move left is cleaned up.
 */
export class VolumeKeeper {
  readonly #options: VolumeKeeperOptions

  constructor(options: VolumeKeeperOptions) {
    this.#options = options
  }

  /** One look at all records; true when something is still under way. */
  async look(): Promise<boolean> {
    let isBusy = false
    for (const { id } of this.#options.store.list()) {
      try {
        isBusy = (await this.#look(id)) || isBusy
      } catch (thrown) {
        isBusy = true
        const error = toAppError(thrown)
        if (error.code === 'internal')
          this.#options.log.error({ err: thrown, volume: id }, 'a volume could not be kept')
      }
    }
    return isBusy
  }

  async #look(id: string): Promise<boolean> {
    const { store, servers, clouds } = this.#options
    const record = store.find(id)
    if (!record || !clouds.has(record.cloudId)) return false
    if (record.serverId !== null) {
      const server = await servers.lookUp(record.serverId)
      if (server && server.status !== 'terminated') return false
      await this.#letGo(record)
    }
    const now = store.get(id)
    const hasLeftovers = now.leftovers.length > 0 && now.intent === null && now.volumeId !== null
    if (now.intent?.kind !== 'delete' && !hasLeftovers) return false
    await store.alone(id, () =>
      clouds.watch(now.cloudId, now.location, (provider) => this.#act(store.get(id), provider)),
    )
    return store.find(id) !== undefined
  }

  /** The server is gone: the volume waits for the next one of its index, or goes with it. */
  async #letGo(record: VolumeRecord): Promise<void> {
    const goes = !record.reuse && !record.manual
    await this.#options.store.change(record.id, {
      serverId: null,
      device: null,
      mount: 'not-mounted',
      ...(goes ? { intent: { kind: 'delete' } } : {}),
    })
  }

  async #act(record: VolumeRecord, provider: CloudProvider): Promise<void> {
    const { store, maker } = this.#options
    if (record.intent?.kind === 'delete') {
      await maker.delete(record, provider)
      await store.remove(record.id)
      return
    }
    const [volume] = await provider.volumes.listById(record.location, [record.volumeId ?? ''])
    const isThere = volume?.state === 'available' || volume?.state === 'in-use'
    if (isThere) await maker.cleanUp(record, provider)
  }
}
