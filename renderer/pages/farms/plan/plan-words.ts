import { costText } from '../../../../shared/logic/plan/farm-cost.ts'
import type { Plan, PlanAction, PlanEffect } from '../../../../shared/model/plan.ts'

/** How a plan's action is written: a sign and a word, in a colour of the theme. */
export const ACTION_LOOKS: Readonly<Record<PlanAction, { sign: string; word: string; color: string }>> = {
  create: { sign: '+', word: 'create', color: 'success' },
  change: { sign: '~', word: 'change', color: 'warning' },
  replace: { sign: '±', word: 'replace', color: 'warning' },
  remove: { sign: '−', word: 'remove', color: 'error' },
  keep: { sign: '=', word: 'keep', color: 'muted' },
}

/** When a changed field holds. */
export const EFFECT_WORDS: Readonly<Record<PlanEffect, string>> = {
  now: 'at once',
  'new-servers': 'new servers only',
  'next-run': 'from the next launch or resume',
}

export const PLAN_ACTIONS = ['create', 'change', 'replace', 'remove', 'keep'] as const

/** `1 server`, `4 servers`. */
export function servers(count: number): string {
  return count === 1 ? '1 server' : `${String(count)} servers`
}

/** What the button of a plan says, with the counts that it stands for. */
export function applyWords({ purpose, counts }: Pick<Plan, 'purpose' | 'counts'>): string {
  switch (purpose) {
    case 'launch':
      return counts.create === 0 ? 'Launch' : `Launch ${servers(counts.create)}`
    case 'suspend':
      return counts.change === 0 ? 'Suspend' : `Suspend ${servers(counts.change)}`
    case 'terminate':
      return counts.remove === 0 ? 'Terminate the farm' : `Terminate ${servers(counts.remove)}`
    case 'apply': {
      const parts = [
        counts.create > 0 ? `create ${String(counts.create)}` : '',
        counts.replace > 0 ? `replace ${String(counts.replace)}` : '',
        counts.change > 0 ? `change ${String(counts.change)}` : '',
        counts.remove > 0 ? `remove ${String(counts.remove)}` : '',
      ].filter(Boolean)
      return parts.length === 0 ? 'Apply' : `Apply: ${parts.join(', ')}`
    }
  }
}

/** The plan in one sentence. */
export function planSentence({
  purpose,
  counts,
  groups,
}: Pick<Plan, 'purpose' | 'counts' | 'groups'>): string {
  const { create, change, replace, remove, keep } = counts
  if (create + change + replace + remove === 0) {
    const stay = keep === 1 ? '1 server stays as it is' : `${servers(keep)} stay as they are`
    const changes = groups.some(({ items }) => items.some(({ action }) => action === 'change'))
    if (keep === 0) return 'No server is created or removed.'
    return changes ? `The design changes; ${stay}.` : `Nothing changes: ${stay}.`
  }
  switch (purpose) {
    case 'launch':
      return `Launching creates ${servers(create)}${remove > 0 ? ` and removes ${String(remove)}` : ''}.`
    case 'suspend':
      return `Suspending stops ${servers(change)}${remove > 0 ? ` and terminates ${String(remove)} that cannot be suspended` : ''}. Disks stay and cost money.`
    case 'terminate':
      return `Terminating takes down ${servers(remove)}${keep > 0 ? `; ${String(keep)} stay` : ''}. What is on their disks is lost.`
    case 'apply':
      return 'Applying saves the design, and the farm follows it at once.'
  }
}

/** What the farm costs an hour before and after, or null where nothing of it has a price. */
export function costWords({ cost: { before, after } }: Pick<Plan, 'cost'>): string | null {
  if (before.amounts.length + after.amounts.length === 0) return null
  const [from, to] = [costText(before), costText(after)]
  return from === to ? `${to}, as before` : `${from} now, ${to} after`
}
