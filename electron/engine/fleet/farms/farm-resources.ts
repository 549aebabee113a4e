import type { NewEvent } from '../../../../shared/model/events.ts'
import { AppError, toAppError } from '../../../../shared/model/errors.ts'
import type { HeldResource } from '../../../../shared/model/farm-resources.ts'
import type { Farm } from '../../../../shared/model/farms.ts'
import { goneWord, resourceWords } from '../../../../shared/logic/plan/resource-words.ts'
import type { CloudCalls, CloudProvider } from '../../clouds/index.ts'
import type { Events } from '../../records/events/index.ts'

/** One kind of thing that farms hold in their clouds besides servers. Storage and networks put theirs in. */
export interface FarmResourceKind {
  kind: HeldResource['kind']
  /** What the farm holds, as the ledger knows it; those that a person attached are `manual`. */
  ofFarm(farmId: string): Promise<HeldResource[]>
  /** Takes it out of the cloud and out of the ledger. What is gone already is no failure; called again until it succeeds. */
  /** `released` tells of it, in the transaction that forgets the record. */
  release(held: HeldResource, provider: CloudProvider, released: NewEvent): Promise<void>
  /** The farm is deleted: what it kept stays in the cloud, and belongs to no farm from now on. */
  forget(farmId: string): Promise<void>
}

interface FarmResourcesOptions {
  clouds: CloudCalls
  events: Events
}

/** What farms hold besides servers: volumes, addresses. */
export class FarmResources {
  readonly #options: FarmResourcesOptions
  readonly #kinds: FarmResourceKind[] = []

  constructor(options: FarmResourcesOptions) {
    this.#options = options
  }

  /** Adds a kind; when the engine is put together. */
  register(kind: FarmResourceKind): void {
    this.#kinds.push(kind)
  }

  async ofFarm(farmId: string): Promise<HeldResource[]> {
    const held = await Promise.all(this.#kinds.map((kind) => kind.ofFarm(farmId)))
    return held.flat()
  }

  /**
   * Takes everything of the farm out of its clouds, but for what a person attached. Tries each, and then throws the first
   * failure: what is left is found again by the next call. Before each, `report` is told; when it throws, the rest stays.
   */
  async releaseOf(
    farm: Farm,
    report: (done: number, total: number, step: string) => void = () => undefined,
  ): Promise<void> {
    const { clouds, events } = this.#options
    const failures: AppError[] = []
    const total = (await this.ofFarm(farm.id)).filter(({ manual }) => !manual).length
    let done = 0
    for (const kind of this.#kinds) {
      for (const held of await kind.ofFarm(farm.id)) {
        if (held.manual) continue
        report(done, total, `Deleting ${resourceWords(held)} in ${held.location}`)
        done += 1
        try {
          const message = `${resourceWords(held)} of ${farm.name} was ${goneWord(held.kind)}`
          const released = events.told('ResourceReleased', message, {
            farmId: farm.id,
            farmRoleId: held.farmRoleId,
            data: { farm: farm.name, kind: held.kind, id: held.id },
          })
          await clouds.watch(held.cloudId, held.location, (provider) =>
            kind.release(held, provider, released),
          )
        } catch (thrown) {
          failures.push(notReleased(held, thrown))
        }
      }
    }
    const [first] = failures
    if (first) throw first
  }

  async forget(farmId: string): Promise<void> {
    for (const kind of this.#kinds) await kind.forget(farmId)
  }
}

function notReleased(held: HeldResource, thrown: unknown): AppError {
  const error = toAppError(thrown)
  return new AppError(error.code, {
    message: `${resourceWords(held)} in ${held.location} was not ${goneWord(held.kind)}: ${error.message}`,
    details: error.details,
    retryable: true,
    cause: thrown,
  })
}
