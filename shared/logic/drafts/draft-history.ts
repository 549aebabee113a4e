import type { FarmDraft } from '../../model/farm-drafts.ts'

/** What was done to a draft, for undo and redo. */
export interface DraftHistory {
  past: readonly FarmDraft[]
  present: FarmDraft
  future: readonly FarmDraft[]
  /** The field of the last change and when it was: typing on in it is one step. */
  last: { field: string; atMs: number } | null
}

const MAX_STEPS = 200
const SAME_STEP_MS = 1000

export function historyOf(present: FarmDraft): DraftHistory {
  return { past: [], present, future: [], last: null }
}

/** A change of `field` at `atMs`; changes of one field within a second of each other are undone together. */
export function record(history: DraftHistory, next: FarmDraft, field: string, atMs: number): DraftHistory {
  if (next === history.present) return history
  const { last } = history
  const goesOn = last !== null && last.field === field && atMs - last.atMs < SAME_STEP_MS
  const past = goesOn ? history.past : [...history.past, history.present].slice(-MAX_STEPS)
  return { past, present: next, future: [], last: { field, atMs } }
}

export function undo(history: DraftHistory): DraftHistory {
  const before = history.past.at(-1)
  if (!before) return history
  return {
    past: history.past.slice(0, -1),
    present: before,
    future: [history.present, ...history.future],
    last: null,
  }
}

export function redo(history: DraftHistory): DraftHistory {
  const [next, ...future] = history.future
  if (!next) return history
  return { past: [...history.past, history.present], present: next, future, last: null }
}
