import { expect, it } from 'vitest'
import { aFarm, aFarmState, aServer } from '../../../tests/support/designs.ts'
import { conditionOf, countBy, placeSummary } from './farm-facts.ts'

const error = { code: 'cloud.capacity', message: 'm', retryable: true, details: {} } as const

it.each([
  [aServer(), 'running'],
  [aServer({ error }), 'running'],
  [aServer({ status: 'pending' }), 'moving'],
  [aServer({ status: 'pending-launch', error }), 'failed'],
  [aServer({ status: 'suspended' }), 'suspended'],
  [aServer({ status: 'missing' }), 'failed'],
])('a server is counted by its condition (%#)', (server, condition) => {
  expect(conditionOf(server)).toBe(condition)
})

it('counts what is left, group by group', () => {
  const counts = countBy(
    [
      aServer(),
      aServer({ id: 'b', status: 'pending' }),
      aServer({ id: 'c', status: 'terminated' }),
      aServer({ id: 'd', farmId: 'farm-2', status: 'missing' }),
    ],
    (server) => server.farmId,
  )
  expect(counts.get('farm-1')).toEqual({ total: 2, running: 1, moving: 1, suspended: 0, failed: 0 })
  expect(counts.get('farm-2')).toEqual({ total: 1, running: 0, moving: 0, suspended: 0, failed: 1 })
})

it('names each cloud once, with its locations', () => {
  const design = aFarm({}, [
    {},
    { alias: 'b' },
    { alias: 'c', location: 'sandbox-west-1' },
    { alias: 'd', cloudId: 'c2' },
  ])
  expect(placeSummary({ ...design, state: aFarmState() }, (id) => id.toUpperCase())).toBe(
    'CLOUD-1 · sandbox-east-1, sandbox-west-1; C2 · sandbox-east-1',
  )
})
