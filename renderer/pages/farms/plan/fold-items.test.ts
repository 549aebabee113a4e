import { expect, it } from 'vitest'
import type { PlanItem } from '../../../../shared/model/plan.ts'
import { foldItems } from './fold-items.ts'

const item = (name: string, change: Partial<PlanItem> = {}): PlanItem => ({
  action: 'create',
  kind: 'server',
  name,
  reason: 'The farm role keeps at least 4',
  fields: [],
  serverId: null,
  ...change,
})

it('folds neighbours that say the same', () => {
  const rows = foldItems([
    item('key', { kind: 'ssh-key' }),
    ...['web #1', 'web #2', 'web #3', 'web #4'].map((name) => item(name)),
    item('web #5', { action: 'keep', reason: 'Running' }),
  ])
  expect(rows.map(({ name, items }) => [name, items.length])).toEqual([
    ['key', 1],
    ['web #1 … #4', 4],
    ['web #5', 1],
  ])
})

it('leaves few rows as they are, and those that differ in a field', () => {
  const field = (to: string) => ({ fields: [{ name: 'zone', from: null, to }] })
  expect(foldItems([item('a'), item('b'), item('c')])).toHaveLength(3)
  expect(foldItems(['a', 'b', 'c', 'd'].map((name) => item(name, field(name))))).toHaveLength(4)
  expect(foldItems([])).toEqual([])
})
