import type { Plan, PlanAction, PlanEffect, PlanItem } from '../../shared/model/plan.ts'
import { costText } from '../../shared/logic/plan/farm-cost.ts'
import { plain, type Colour, type Paint } from './paint.ts'

const signs: Readonly<Record<PlanAction, readonly [string, Colour]>> = {
  create: ['+', 'green'],
  change: ['~', 'yellow'],
  replace: ['±', 'yellow'],
  remove: ['-', 'red'],
  keep: [' ', 'dim'],
}

const effects: Readonly<Record<PlanEffect, string>> = {
  now: 'at once',
  'new-servers': 'new servers only',
  'next-run': 'from the next launch or resume',
}

/** A plan as a diff: a sign, what it is and why, and below it each field from its old to its new value. */
export function planText(plan: Plan, paint: Paint): string {
  const purpose = {
    launch: 'Launch',
    apply: 'Apply the design of',
    suspend: 'Suspend',
    terminate: 'Terminate',
  }[plan.purpose]
  const lines = [paint('bold', `${purpose} farm ${plain(plan.farm)}`)]
  for (const fault of plan.faults) {
    lines.push(`${paint('red', '!')} ${plain(fault.path, 'farm')}: ${plain(fault.message)}`)
  }
  for (const warning of plan.warnings) lines.push(`${paint('yellow', '?')} ${plain(warning)}`)
  const steps = new Set(plan.groups.map(({ step }) => step))
  for (const group of [...plan.groups].sort((a, b) => a.step - b.step)) {
    const place =
      group.farmRoleId === null
        ? 'the farm itself'
        : `${plain(group.role)} on ${plain(group.cloud)}, ${plain(group.location)}`
    const step = steps.size > 1 ? paint('dim', ` (step ${String(group.step + 1)})`) : ''
    lines.push('', `${paint('bold', plain(group.alias, 'farm'))} · ${place}${step}`)
    for (const item of group.items) lines.push(...itemLines(item, paint))
  }
  lines.push('', totals(plan), ...costLines(plan))
  return `${lines.join('\n')}\n`
}

function costLines({ cost: { before, after } }: Plan): string[] {
  if (before.amounts.length + after.amounts.length === 0) return []
  const asOf = (after.asOf ?? before.asOf ?? '').slice(0, 10)
  return [`Cost: ${costText(before)} now, ${costText(after)} after (estimate, prices of ${asOf}).`]
}

function itemLines(item: PlanItem, paint: Paint): string[] {
  const [sign, colour] = signs[item.action]
  const head =
    `${paint(colour, `${sign} ${plain(item.name)}`)}  ${paint('dim', plain(item.reason, ''))}`.trimEnd()
  if (item.action === 'keep') return [`  ${head}`]
  const width = Math.max(0, ...item.fields.map(({ name }) => name.length))
  const fields = item.fields.map(({ name, from, to, effect }) => {
    const change = from === null ? plain(to) : `${plain(from)} → ${plain(to)}`
    const when = effect === undefined ? '' : paint('dim', `  (${effects[effect]})`)
    return `      ${name.padEnd(width)}  ${change}${when}`
  })
  return [`  ${head}`, ...fields]
}

function totals({ counts, faults }: Plan): string {
  const parts = (['create', 'change', 'replace', 'remove', 'keep'] as const)
    .filter((action) => counts[action] > 0)
    .map((action) => `${String(counts[action])} to ${action}`)
  const what = parts.length === 0 ? 'Nothing to do' : parts.join(', ')
  return faults.length === 0 ? `${what}.` : `${what}, but ${String(faults.length)} faults stand in the way.`
}
