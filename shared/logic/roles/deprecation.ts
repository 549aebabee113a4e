import type { Deprecation } from '../../model/deprecation.ts'

/** Whether something may no longer be chosen anew at that time. */
export function isDeprecated(thing: { deprecated: Deprecation | null }, nowMs: number): boolean {
  return thing.deprecated !== null && Date.parse(thing.deprecated.from) <= nowMs
}

/** When the youngest deprecation that holds at that time began; 0 when none does. At that moment the same ones hold. */
export function lastDeprecationMs(
  things: readonly { deprecated: Deprecation | null }[],
  nowMs: number,
): number {
  const begun = things
    .filter((thing) => isDeprecated(thing, nowMs))
    .map(({ deprecated }) => Date.parse(deprecated?.from ?? ''))
  return Math.max(0, ...begun)
}

/** Whether a role may be chosen anew for servers that Farmhand launches. */
export function isOffered(
  role: { deprecated: Deprecation | null; isSystem: boolean },
  nowMs: number,
): boolean {
  return !role.isSystem && !isDeprecated(role, nowMs)
}
