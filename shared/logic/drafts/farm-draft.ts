import type { Fault } from '../../model/errors.ts'
import type { DraftRole, FarmDraft } from '../../model/farm-drafts.ts'
import type { FarmDesign, FarmInput } from '../../model/farms.ts'
import { sameValue } from './field-paths.ts'

export function emptyDraft(timezone: string): FarmDraft {
  return {
    name: '',
    description: '',
    ownerNote: '',
    timezone,
    launchOrder: 'simultaneous',
    tags: {},
    lease: null,
    allowedHours: null,
    roles: [],
  }
}

/** The draft that shows a saved design, its farm roles in launch order; of a farm, its design alone without its state. */
export function draftOf(design: FarmDesign): FarmDraft {
  const { name, description, ownerNote, timezone, launchOrder, tags, lease, allowedHours } = design
  const roles = design.roles.map(({ id, ...role }) => ({ key: id, id, ...role }))
  return {
    name,
    description,
    ownerNote,
    timezone,
    launchOrder,
    tags,
    lease,
    allowedHours,
    roles: launchOrder === 'sequential' ? roles.toSorted((a, b) => a.launchIndex - b.launchIndex) : roles,
  }
}

/** Farm roles as they are sent, kept so that one that did not change stays the same object from edit to edit. */
const sentRoles = new WeakMap<DraftRole, object>()

/** What is sent to the engine and checked by `validateFarm`; positions equal the draft's, so that paths fit both. */
export function toFarmInput(draft: FarmDraft): FarmInput {
  const roles = draft.roles.map((drafted) => {
    const known = sentRoles.get(drafted)
    if (known) return known
    const { key: _key, id, ...role } = drafted
    const sent = { ...(id === null ? {} : { id }), ...role }
    sentRoles.set(drafted, sent)
    return sent
  })
  // A draft may hold what the schema refuses, such as an empty number; the schema is the one to say so.
  return { ...draft, roles } as FarmInput
}

/** The same farm as far as saving is concerned. */
export function sameDraft(a: FarmDraft, b: FarmDraft): boolean {
  return sameValue(toFarmInput(a), toFarmInput(b))
}

/** Appends a farm role as the last step, with an alias of its own made of `alias`. */
export function addRole(
  draft: FarmDraft,
  role: Omit<DraftRole, 'alias' | 'launchIndex'>,
  alias: string,
): FarmDraft {
  const launchIndex = Math.max(-1, ...draft.roles.map((other) => other.launchIndex)) + 1
  return { ...draft, roles: [...draft.roles, { ...role, alias: freeAlias(draft, alias), launchIndex }] }
}

export function changeRole(draft: FarmDraft, key: string, change: Partial<DraftRole>): FarmDraft {
  return { ...draft, roles: draft.roles.map((role) => (role.key === key ? { ...role, ...change } : role)) }
}

export function removeRole(draft: FarmDraft, key: string): FarmDraft {
  return inSteps(draft, withoutRole(draft, key))
}

/** A copy beside the original, with an alias of its own. */
export function copyRole(draft: FarmDraft, key: string, newKey: string): FarmDraft {
  const at = draft.roles.findIndex((role) => role.key === key)
  const role = draft.roles[at]
  if (!role) return draft
  const copy = { ...role, key: newKey, id: null, alias: freeAlias(draft, role.alias) }
  return { ...draft, roles: draft.roles.toSpliced(at + 1, 0, copy) }
}

/** A copy of another farm's role as the last step; ids and launch step are this farm's own. */
export function takeRole(draft: FarmDraft, role: DraftRole, newKey: string, alias: string): FarmDraft {
  const { alias: _alias, launchIndex: _step, ...rest } = role
  return addRole(draft, { ...rest, key: newKey, id: null }, alias)
}

/** Puts a farm role at another place of the list; in a sequential launch it becomes a step of its own there. */
export function moveRole(draft: FarmDraft, key: string, to: number): FarmDraft {
  const from = draft.roles.findIndex((role) => role.key === key)
  const role = draft.roles[from]
  if (!role || to < 0 || to >= draft.roles.length || to === from) return draft
  const rest = withoutRole(draft, key)
  const after = rest.slice(to).map((each, position) => (position === 0 ? { ...each, starts: true } : each))
  return inSteps(draft, [...rest.slice(0, to), { role, starts: true }, ...after])
}

/** Lets a farm role start together with the one before it, or after it. */
export function joinStep(draft: FarmDraft, key: string, together: boolean): FarmDraft {
  return inSteps(
    draft,
    withStarts(draft).map((each) => (each.role.key === key ? { ...each, starts: !together } : each)),
  )
}

/** Switches the launch order. Farm roles that never had steps get one each, in the order of the list. */
export function setLaunchOrder(draft: FarmDraft, launchOrder: FarmDraft['launchOrder']): FarmDraft {
  if (launchOrder === 'simultaneous') return { ...draft, launchOrder }
  const neverHad = new Set(draft.roles.map((role) => role.launchIndex)).size <= 1
  const roles = neverHad
    ? draft.roles.map((role, position) => ({ ...role, launchIndex: position }))
    : draft.roles.toSorted((a, b) => a.launchIndex - b.launchIndex)
  return { ...draft, launchOrder, roles }
}

/** A farm role of the list, and whether a launch step starts with it. */
interface Place {
  role: DraftRole
  starts: boolean
}

function withStarts({ roles }: FarmDraft): Place[] {
  return roles.map((role, position) => ({
    role,
    starts: position > 0 && role.launchIndex !== roles[position - 1]?.launchIndex,
  }))
}

/** The list without one farm role; when it began a step, the next one of that step does. */
function withoutRole(draft: FarmDraft, key: string): Place[] {
  const places = withStarts(draft)
  const at = places.findIndex(({ role }) => role.key === key)
  const began = places[at]?.starts === true
  return places
    .map((place, position) => (began && position === at + 1 ? { ...place, starts: true } : place))
    .filter((_, position) => position !== at)
}

/** The list in this order; in a sequential launch its steps are numbered anew. */
function inSteps(draft: FarmDraft, places: readonly Place[]): FarmDraft {
  if (draft.launchOrder === 'simultaneous') return { ...draft, roles: places.map(({ role }) => role) }
  let step = 0
  const roles = places.map(({ role, starts }, position) => {
    if (starts && position > 0) step += 1
    return role.launchIndex === step ? role : { ...role, launchIndex: step }
  })
  return { ...draft, roles }
}

/** The 1-based launch step of each farm role, in the list's order. */
export function stepsOf(draft: FarmDraft): number[] {
  if (draft.launchOrder === 'simultaneous') return draft.roles.map(() => 1)
  const indexes = [...new Set(draft.roles.map((role) => role.launchIndex))].sort((a, b) => a - b)
  return draft.roles.map((role) => indexes.indexOf(role.launchIndex) + 1)
}

/** `web`, then `web-2`, `web-3`; letters, digits and dashes only. */
export function freeAlias(draft: FarmDraft, wished: string): string {
  const clean = wished
    .normalize('NFKD')
    .replace(/[^A-Za-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 58)
    .replace(/-+$/, '')
  const base = clean.replace(/-\d+$/, '') === '' ? 'role' : clean
  const taken = new Set(draft.roles.map((role) => role.alias.toLowerCase()))
  if (!taken.has(base.toLowerCase())) return base
  const stem = base.replace(/-\d+$/, '')
  for (let count = 2; ; count += 1) {
    const alias = `${stem}-${count}`
    if (!taken.has(alias.toLowerCase())) return alias
  }
}

/** How many faults each farm role has, by its position. */
export function faultCounts(faults: readonly Fault[]): ReadonlyMap<number, number> {
  const counts = new Map<number, number>()
  for (const { path } of faults) {
    const role = /^roles\[(\d+)\]/.exec(path)
    if (role) counts.set(Number(role[1]), (counts.get(Number(role[1])) ?? 0) + 1)
  }
  return counts
}

/** Faults of one farm role by their path within it (`scaling.min`), or of the farm itself when `position` is null. */
export function faultsAt(faults: readonly Fault[], position: number | null): ReadonlyMap<string, string> {
  const own = new Map<string, string>()
  for (const { path, message } of faults) {
    const role = /^roles\[(\d+)\]\.?(.*)$/.exec(path)
    if (position === null ? role !== null : Number(role?.[1] ?? -1) !== position) continue
    const within = role ? (role[2] ?? '') : path
    if (!own.has(within)) own.set(within, message)
  }
  return own
}
