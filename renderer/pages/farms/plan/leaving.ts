import type { Plan, PlanItem } from '../../../../shared/model/plan.ts'

/** Things of one kind with one fate: `Volumes`, `are deleted`, their names. */
export interface Leaving {
  title: string
  fate: string
  goes: boolean
  /** A volume or an address, whose fate is a choice. */
  isHeld: boolean
  names: string[]
}

const KINDS = [
  { kind: 'server', title: 'Servers', goes: 'terminated:', stays: 'stay, as they are locked:' },
  { kind: 'volume', title: 'Volumes', goes: 'deleted:', stays: 'kept:' },
  { kind: 'elastic-ip', title: 'Addresses', goes: 'released:', stays: 'kept:' },
] as const satisfies { kind: PlanItem['kind']; title: string; goes: string; stays: string }[]

/** What a plan takes down and what it leaves, by kind and fate, with the names. */
export function leavingOf(plan: Plan): Leaving[] {
  const items = plan.groups.flatMap((group) => group.items)
  return KINDS.flatMap(({ kind, title, goes, stays }) =>
    [true, false].flatMap((isGoing) => {
      const names = items
        .filter((item) => item.kind === kind && (item.action === 'remove') === isGoing)
        // The title says the kind already.
        .map(({ name }) => name.replace(/^(?:Volume|Address) /, ''))
      if (names.length === 0) return []
      return [{ title, fate: isGoing ? goes : stays, goes: isGoing, isHeld: kind !== 'server', names }]
    }),
  )
}
