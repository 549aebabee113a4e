import type { PlanItem } from '../../../../shared/model/plan.ts'

/** One row of a plan: an item, or several neighbours that say the same but for their name. */
export interface PlanRowItems {
  key: string
  /** `web #1`, or `web #1 … #40`. */
  name: string
  items: readonly PlanItem[]
  first: PlanItem
}

/** Puts neighbouring items that differ in nothing but their name into one row, from `atLeast` items on. */
export function foldItems(items: readonly PlanItem[], atLeast = 4): PlanRowItems[] {
  const rows: PlanRowItems[] = []
  let run: PlanItem[] = []
  const flush = (): void => {
    const [first] = run
    const last = run.at(-1)
    if (!first || !last) return
    if (run.length >= atLeast) {
      rows.push({
        key: `${first.action}/${first.name}`,
        name: `${first.name} … ${tail(first.name, last.name)}`,
        items: run,
        first,
      })
    } else {
      for (const item of run)
        rows.push({ key: `${item.action}/${item.name}`, name: item.name, items: [item], first: item })
    }
    run = []
  }
  for (const item of items) {
    const [head] = run
    if (head && likeness(head) !== likeness(item)) flush()
    run.push(item)
  }
  flush()
  return rows
}

/** The last name without the words that it begins with like the first: `#40` after `web #1`. */
function tail(first: string, last: string): string {
  const [a, b] = [first.split(' '), last.split(' ')]
  const at = b.findIndex((word, position) => word !== a[position])
  return at < 0 ? last : b.slice(at).join(' ')
}

function likeness({ action, kind, reason, fields }: PlanItem): string {
  return JSON.stringify([action, kind, reason, fields])
}
