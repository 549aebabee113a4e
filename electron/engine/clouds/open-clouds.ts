import type { AwsProfile, CloudDesign } from '../../../shared/model/clouds.ts'
import { type AppError, toAppError } from '../../../shared/model/errors.ts'
import type { Log } from '../ports.ts'
import type { CloudKind, CloudOpeners, CloudVault, OpenCloud } from './cloud-kinds.ts'

interface OpenCloudsOptions {
  openers: CloudOpeners
  vault: CloudVault
  log: Log
}

/** The clouds that are open for calls; each is opened once, when it is first needed. */
export class OpenClouds {
  readonly #options: OpenCloudsOptions
  readonly #open = new Map<string, Promise<OpenCloud>>()

  constructor(options: OpenCloudsOptions) {
    this.#options = options
  }

  /** What a kind of cloud is like. */
  kind(kind: CloudDesign['kind']): CloudKind {
    return this.#options.openers.kinds[kind]
  }

  /** The profiles of this machine that a cloud can be signed in to with. */
  profiles(): Promise<AwsProfile[]> {
    return this.#options.openers.profiles()
  }

  /** `accountId` is the account as it was last told, or null. Throws what opening throws; then the next call tries again. */
  open(design: CloudDesign, accountId: string | null): Promise<OpenCloud> {
    const known = this.#open.get(design.id)
    if (known) return known
    const opening = this.kind(design.kind).open(design, this.#options.vault, accountId)
    this.#open.set(design.id, opening)
    opening.catch(() => this.#open.delete(design.id))
    return opening
  }

  /** Opens a cloud, and answers what is in the way. */
  async tryOpen(design: CloudDesign, accountId: string | null): Promise<AppError | null> {
    try {
      await this.open(design, accountId)
      return null
    } catch (thrown) {
      const error = toAppError(thrown)
      this.#options.log.warn({ err: error, cloud: design.id }, 'a cloud could not be opened')
      return error
    }
  }

  /** The cloud if it is open; opens nothing. */
  async find(cloudId: string): Promise<OpenCloud | undefined> {
    return this.#open.get(cloudId)?.catch(() => undefined)
  }

  async close(cloudId: string): Promise<void> {
    const open = this.find(cloudId)
    this.#open.delete(cloudId)
    await (await open)?.close()
  }

  async closeAll(): Promise<void> {
    const open = [...this.#open.values()]
    this.#open.clear()
    for (const cloud of await Promise.allSettled(open)) {
      if (cloud.status === 'fulfilled') await cloud.value.close()
    }
  }
}
