import type { Timestamp } from '../../../../shared/model/ids.ts'

/**
 * Something that was wrong with a state file when it was opened; the engine tells it to people. `wrong`, `kept` and `lost`
 * are whole sentences.
 */
export interface StateFinding {
  /** The file's name in the data directory: `workspace/farms.json`. */
  file: string
  wrong: string
  kept: string
  lost: string
  /** The name under which the damaged file was set aside, in the same manner; null when it stays where it is. */
  setAside: string | null
  at: Timestamp
}
