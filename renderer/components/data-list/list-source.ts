import type { AppError } from '../../../shared/model/errors.ts'
import type { PageAction } from '../list-page/page-actions.ts'

/** One of the locations that are asked for a list's rows. */
export interface SourcePlace {
  key: string
  cloud: string
  location: string
  state: 'loading' | 'ready' | 'failed'
  error: AppError | null
}

/** How a list's rows fare: a live store, or what is asked of a cloud. */
export interface ListSource {
  readonly status: 'idle' | 'loading' | 'ready' | 'failed'
  readonly error: AppError | null
  retry: () => unknown
  /** Where the rows come from several locations: each, and how one is asked again. */
  readonly places?: readonly SourcePlace[]
  retryPlace?: (key: string) => unknown
}

/** What stands in a list that has no rows: what belongs there, why, and the ways to it, the best one first. */
export interface Emptiness {
  icon: string
  title: string
  text: string
  actions?: readonly PageAction[]
}
