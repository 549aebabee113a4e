import type { Deprecation } from '../model/deprecation.ts'

/** Whether something may no longer be chosen anew at that time. */
export function isDeprecated(thing: { deprecated: Deprecation | null }, nowMs: number): boolean {
  return thing.deprecated !== null && Date.parse(thing.deprecated.from) <= nowMs
}
