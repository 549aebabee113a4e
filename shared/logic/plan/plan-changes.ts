import type { FarmRole } from '../../model/farm-roles.ts'
import type { FarmDesign, FarmState } from '../../model/farms.ts'
import type { PlanEffect, PlanItem } from '../../model/plan.ts'
import { compareDrafts, type DraftDifference, type DraftNames } from '../drafts/draft-differences.ts'
import { draftOf } from '../drafts/farm-draft.ts'

/** What changing a field of a farm does; the first that fits holds. Names and notes are of the design alone. */
const FARM_EFFECTS: readonly (readonly [RegExp, PlanEffect])[] = [
  [/^(?:launchOrder|allowedHours|lease\.hours$)/, 'next-run'],
  [/^tags/, 'new-servers'],
  [/^/, 'now'],
]

/** Of a farm role only what the engine looks at in each pass holds at once (reference 3.7, 7.4, 8.1). */
const ROLE_EFFECTS: readonly (readonly [RegExp, PlanEffect])[] = [
  [/^(?:scaling|timeouts|health|securityGroups)/, 'now'],
  [/^launchIndex/, 'next-run'],
  [/^/, 'new-servers'],
]

function effectOf(path: string, effects: typeof FARM_EFFECTS): PlanEffect {
  return effects.find(([pattern]) => pattern.test(path))?.[1] ?? 'new-servers'
}

/** Addresses and host names are given to running servers; what is switched off is taken from none. */
function effectOfRole(path: string, { network }: FarmRole): PlanEffect {
  if (path.startsWith('network.elasticIps')) return network.elasticIps.enabled ? 'now' : 'new-servers'
  if (path === 'network.hostname') return network.hostname === '' ? 'new-servers' : 'now'
  return effectOf(path, ROLE_EFFECTS)
}

/** The changes of a design that runs: those of the farm itself, and those of each farm role that stays, by its id. */
export interface DesignChanges {
  farm: PlanItem | null
  byRole: ReadonlyMap<string, PlanItem>
}

/** Field by field, what a new design of a running farm changes, and when each change holds. */
export function designChanges(
  running: FarmDesign,
  next: FarmDesign,
  state: FarmState,
  names: DraftNames,
): DesignChanges {
  const before = draftOf(running)
  const farm: DraftDifference[] = []
  const byPosition = new Map<number, DraftDifference[]>()
  for (const difference of compareDrafts(before, draftOf(next), names)) {
    const position = /^roles\[(\d+)\]\.(.*)$/.exec(difference.path)
    if (position === null) {
      if (!difference.path.startsWith('roles')) farm.push(difference)
      continue
    }
    const path = position[2] ?? ''
    const at = Number(position[1])
    byPosition.set(at, [...(byPosition.get(at) ?? []), { ...difference, path }])
  }
  const leaseStarts = running.lease === null && next.lease !== null
  const farmEffect = (path: string): PlanEffect => {
    // A lease that comes into a running farm begins with its next launch; one that is taken out ends nothing any more.
    if (path.startsWith('lease') && (leaseStarts || state.leaseEndsAt === null)) return 'next-run'
    return effectOf(path, FARM_EFFECTS)
  }
  const byRole = new Map<string, PlanItem>()
  for (const [position, differences] of byPosition) {
    const id = before.roles[position]?.id
    const role = next.roles.find((one) => one.id === id)
    if (id === null || id === undefined || !role) continue
    byRole.set(
      id,
      changeItem('farm-role', role.alias, differences, (path) => effectOfRole(path, role)),
    )
  }
  return {
    farm: farm.length === 0 ? null : changeItem('farm', next.name, farm, farmEffect),
    byRole,
  }
}

function changeItem(
  kind: PlanItem['kind'],
  name: string,
  differences: readonly DraftDifference[],
  effect: (path: string) => PlanEffect,
): PlanItem {
  const fields = differences.map(({ path, field, mine, theirs }) => ({
    name: field,
    from: mine,
    to: theirs,
    effect: effect(path),
  }))
  const later = fields.some((field) => field.effect === 'new-servers')
  return {
    action: 'change',
    kind,
    name,
    reason: later
      ? 'Its design changes; what is for new servers only leaves those that run as they are'
      : 'Its design changes',
    fields,
    serverId: null,
  }
}
