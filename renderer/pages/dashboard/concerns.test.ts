import { expect, test } from 'vitest'
import type { ErrorInfo } from '../../../shared/model/errors.ts'
import { aServer } from '../../../tests/support/designs.ts'
import { concernsOf } from './concerns.ts'
import { countByFarm } from './farm-counts.ts'

const error: ErrorInfo = { code: 'cloud.capacity', message: 'No capacity.', retryable: true, details: {} }
const nothing = { servers: [], farms: [], clouds: [], notices: [], prompts: [] }

test('nothing needs a person when all is well', () => {
  expect(concernsOf({ ...nothing, servers: [aServer()] })).toEqual([])
})

test('failed servers of one farm role are one concern that leads to their list', () => {
  const servers = [1, 2, 3, 4, 5].map((index) =>
    aServer({ id: `s${index}`, index, status: 'pending-launch', error }),
  )
  const [concern, ...others] = concernsOf({ ...nothing, servers })
  expect(others).toEqual([])
  expect(concern).toMatchObject({
    title: 'web #1, #2, #3 and 2 more of shop have failed',
    message: 'No capacity.',
  })
  expect(decodeURIComponent(concern?.to ?? '')).toBe('/servers?q=farm:"shop" alias:web status:failed,missing')
})

test('one failed server leads to its page, and a terminated one is the past', () => {
  const servers = [aServer({ id: 'a', status: 'missing' }), aServer({ id: 'b', status: 'terminated', error })]
  expect(concernsOf({ ...nothing, servers })).toMatchObject([
    { title: 'web #1 of shop has failed', to: '/servers/a' },
  ])
})

test('what is graver comes first', () => {
  const notice = {
    id: 'n',
    severity: 'info' as const,
    title: 'News',
    message: '',
    at: '2026-01-01T00:00:00.000Z',
  }
  const concerns = concernsOf({ ...nothing, notices: [notice], servers: [aServer({ status: 'missing' })] })
  expect(concerns.map(({ severity }) => severity)).toEqual(['error', 'info'])
})

test('servers are counted by farm and condition', () => {
  const servers = [
    aServer({ id: 'a' }),
    aServer({ id: 'b', status: 'initializing' }),
    aServer({ id: 'c', status: 'pending-launch', error }),
    aServer({ id: 'd', status: 'suspended' }),
    aServer({ id: 'e', status: 'terminated' }),
    aServer({ id: 'f', farmId: 'farm-2' }),
  ]
  expect(Object.fromEntries(countByFarm(servers))).toEqual({
    'farm-1': { running: 1, moving: 1, failed: 1, suspended: 1, total: 4 },
    'farm-2': { running: 1, moving: 0, failed: 0, suspended: 0, total: 1 },
  })
})
