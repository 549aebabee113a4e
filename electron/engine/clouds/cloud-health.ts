import type { CloudDesign, CloudLocationHealth } from '../../../shared/model/clouds.ts'
import type { ErrorInfo } from '../../../shared/model/errors.ts'
import type { Clock } from '../ports.ts'

/** How the locations of clouds answer: what the last call said of each, and when all its instances were last read. */
export class CloudHealth {
  readonly #clock: Clock
  readonly #health = new Map<string, CloudLocationHealth>()
  readonly #observedAt = new Map<string, string>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  of({ id, locations }: CloudDesign): CloudLocationHealth[] {
    return locations.map(
      (location) =>
        this.#health.get(`${id}/${location}`) ?? { location, state: 'unknown', checkedAt: null, error: null },
    )
  }

  /** Keeps how the last call went, `error` null for well. Answers whether that is news. */
  note(cloudId: string, location: string, error: ErrorInfo | null): boolean {
    const key = `${cloudId}/${location}`
    const before = this.#health.get(key)
    const state = error === null ? 'reachable' : 'failing'
    this.#health.set(key, { location, state, checkedAt: this.#now(), error })
    return before?.state !== state || before.error?.message !== error?.message
  }

  observedAt(cloudId: string, location: string): string | null {
    return this.#observedAt.get(`${cloudId}/${location}`) ?? null
  }

  noteObserved(cloudId: string, location: string): void {
    this.#observedAt.set(`${cloudId}/${location}`, this.#now())
  }

  #now(): string {
    return new Date(this.#clock.now()).toISOString()
  }
}
