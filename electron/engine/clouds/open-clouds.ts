import type { CloudDesign } from '../../../shared/model/clouds.ts'
import type { CloudKinds, CloudVault, OpenCloud } from './cloud-kinds.ts'

/** The clouds that are open for calls; each is opened once, when it is first needed. */
export class OpenClouds {
  readonly #kinds: CloudKinds
  readonly #vault: CloudVault
  readonly #open = new Map<string, Promise<OpenCloud>>()

  constructor({ kinds, vault }: { kinds: CloudKinds; vault: CloudVault }) {
    this.#kinds = kinds
    this.#vault = vault
  }

  /** `accountId` is the account as it was last told, or null. Throws what opening throws; then the next call tries again. */
  open(design: CloudDesign, accountId: string | null): Promise<OpenCloud> {
    const known = this.#open.get(design.id)
    if (known) return known
    const opening = this.#kinds[design.kind].open(design, this.#vault, accountId)
    this.#open.set(design.id, opening)
    opening.catch(() => this.#open.delete(design.id))
    return opening
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
