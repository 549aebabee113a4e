import type { AwsProfile, CloudDesign } from '../../../shared/model/clouds.ts'
import { type AppError, toAppError } from '../../../shared/model/errors.ts'
import type { Secret } from '../../../shared/model/secret.ts'
import type { Log } from '../ports.ts'
import type { CloudProvider } from './cloud-provider.ts'

/** Where a cloud's secrets are kept. */
export interface CloudVault {
  put(id: string, value: Secret): Promise<void>
  get(id: string): Promise<Secret | undefined>
  remove(id: string): Promise<void>
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

interface OpenedCloudsOptions {
  openers: CloudOpeners
  vault: CloudVault
  log: Log
}

/** The clouds that are open for calls: each is opened when it is first needed. */
export class OpenedClouds {
  readonly #options: OpenedCloudsOptions
  readonly #open = new Map<string, Promise<OpenCloud>>()

  constructor(options: OpenedCloudsOptions) {
    this.#options = options
  }

  profiles(): Promise<AwsProfile[]> {
    return this.#options.openers.profiles()
  }

  /** Opens the cloud unless it is open. Throws what opening throws. */
  of(design: CloudDesign, accountId: string | null): Promise<OpenCloud> {
    const known = this.#open.get(design.id)
    if (known) return known
    const { openers, vault } = this.#options
    const opening = openers.open[design.kind](design, vault, accountId)
    this.#open.set(design.id, opening)
    opening.catch(() => this.#open.delete(design.id))
    return opening
  }

  /** Opens the cloud if that can be done; answers what is in the way, or null. */
  async tryOpen(design: CloudDesign, accountId: string | null): Promise<AppError | null> {
    try {
      await this.of(design, accountId)
      return null
    } catch (thrown) {
      const error = toAppError(thrown)
      this.#options.log.warn({ err: error, cloud: design.id }, 'a cloud could not be opened')
      return error
    }
  }

  /** The cloud if it is open. */
  async find(id: string): Promise<OpenCloud | undefined> {
    return this.#open.get(id)?.catch(() => undefined)
  }

  async close(id: string): Promise<void> {
    const opened = this.find(id)
    this.#open.delete(id)
    await (await opened)?.close()
  }

  async closeAll(): Promise<void> {
    const open = [...this.#open.values()]
    this.#open.clear()
    for (const cloud of await Promise.allSettled(open)) {
      if (cloud.status === 'fulfilled') await cloud.value.close()
    }
  }
}
