import type { Clock } from '../../../engine/ports.ts'
import type { ShellPlace } from './shell-environment.ts'

/** What a session runs with. */
export interface SessionOptions {
  place: ShellPlace
  user: string
  clock: Clock
  onProcess: () => void
  /** Aborted when the connection or the instance is gone. */
  signal: AbortSignal
}

/** A command or shell that runs. */
export interface Running {
  signal(name: NodeJS.Signals): void
  resize(size: { cols: number; rows: number }): void
}
