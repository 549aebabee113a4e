import { call } from '@orpc/server'
import { expect, it } from 'vitest'
import { contract } from '../../shared/contract/index.ts'
import { silentLog } from '../../tests/support/logs.ts'
import { stubEngine } from '../../tests/support/stub-engine.ts'
import { memorySettings, testFacts } from '../../tests/support/transports.ts'
import { createRouter } from './router.ts'

const place = { cloudId: 'cloud-1', location: 'eu-central-1' }

it('has a handler for every entry of the contract', () => {
  const router = createRouter({
    engine: stubEngine({}),
    log: silentLog,
    host: testFacts,
    settings: memorySettings(),
  })
  for (const [noun, entries] of Object.entries(contract)) {
    expect(Object.keys(Reflect.get(router, noun))).toEqual(Object.keys(entries))
  }
})

it('a client that leaves ends what only looks, and nothing that was begun', async () => {
  const signals: Record<string, AbortSignal | undefined> = {}
  const engine = stubEngine({
    securityGroups: {
      list: async (_place, options) => {
        signals['list'] = options?.signal
        return []
      },
      remove: async (_group, options) => {
        signals['remove'] = options?.signal
      },
    },
  })
  const { securityGroups } = createRouter({
    engine,
    log: silentLog,
    host: testFacts,
    settings: memorySettings(),
  })
  const { signal } = new AbortController()
  await call(securityGroups.list, place, { signal })
  await call(securityGroups.remove, { ...place, groupId: 'sg-1' }, { signal })
  expect(signals).toEqual({ list: signal, remove: undefined })
})

it('these entries only look', () => {
  const looks = Object.entries(contract).flatMap(([noun, entries]) =>
    Object.entries(entries).flatMap(([verb, entry]) =>
      entry['~orpc'].meta.endsWithClient ? [`${noun}.${verb}`] : [],
    ),
  )
  expect(looks.sort()).toEqual([
    'clouds.catalog',
    'clouds.findImages',
    'discovery.list',
    'farms.plan',
    'securityGroups.get',
    'securityGroups.list',
    'securityGroups.planRules',
    'servers.console',
    'system.doctor',
  ])
})
