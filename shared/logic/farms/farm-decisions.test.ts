import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { aFarm, aFarmState, aServer } from '../../../tests/support/designs.ts'
import { ServerStatus } from '../../model/servers.ts'
import { decide, freeIndexes, launchProgress } from './farm-decisions.ts'

const running = aFarmState()

function brief(decisions: ReturnType<typeof decide>): string[] {
  return decisions.map((decision) =>
    decision.kind === 'create'
      ? `create ${decision.farmRole.alias} ${decision.indexes.join(',')} (${decision.reason})`
      : `${decision.kind} ${decision.server.id}${'reason' in decision ? ` (${decision.reason})` : ''}`,
  )
}

describe('decide', () => {
  test('a launched farm gets its minimum at once', () => {
    const farm = aFarm({}, [{ scaling: { min: 3, max: 5 } }])
    expect(brief(decide(farm, running, []))).toEqual(['create web 1,2,3 (farm-launched)'])
  })

  test('nothing to do when the minimum is there, pending ones included', () => {
    const farm = aFarm({}, [{ scaling: { min: 2, max: 2 } }])
    const servers = [aServer(), aServer({ id: 'server-2', index: 2, status: 'pending-launch' })]
    expect(decide(farm, running, servers)).toEqual([])
  })

  test('a lost server is replaced and its replacement takes the lowest free index', () => {
    const farm = aFarm({}, [{ scaling: { min: 2, max: 2 } }])
    const servers = [
      aServer({ status: 'terminated', terminateReason: 'crashed' }),
      aServer({ id: 'server-2', index: 2 }),
    ]
    expect(brief(decide(farm, running, servers))).toEqual(['create web 1 (replacement)'])
  })

  test('a suspended server satisfies the minimum', () => {
    expect(decide(aFarm(), running, [aServer({ status: 'suspended' })])).toEqual([])
  })

  test('scenario 25: considered terminated, a suspended server is replaced and keeps its index', () => {
    const farm = aFarm({}, [{ scaling: { min: 1, max: 1, considerSuspended: 'terminated' } }])
    for (const status of ['pending-suspend', 'suspended'] as const) {
      expect(brief(decide(farm, running, [aServer({ status })]))).toEqual(['create web 2 (scaling-up)'])
    }
    const both = [aServer({ status: 'suspended' }), aServer({ id: 'server-2', index: 2 })]
    expect(decide(farm, running, both)).toEqual([])
  })

  test('scenario 26: resumed, it counts again, and the newest beyond the maximum goes', () => {
    const farm = aFarm({}, [{ scaling: { min: 1, max: 1, considerSuspended: 'terminated' } }])
    const servers = [aServer(), aServer({ id: 'server-2', index: 2, createdAt: '2026-01-02T00:00:00.000Z' })]
    expect(brief(decide(farm, running, servers))).toEqual(['terminate server-2 (scaling-down)'])
  })

  test('a spot server of a farm that is suspended ends: the cloud cannot stop it', () => {
    const servers = [aServer({ spot: true }), aServer({ id: 'server-2', index: 2 })]
    expect(brief(decide(aFarm(), aFarmState({ status: 'suspended' }), servers))).toEqual([
      'terminate server-1 (farm-suspended)',
      'suspend server-2',
    ])
  })

  test('a missing server does not, and keeps its index', () => {
    expect(brief(decide(aFarm(), running, [aServer({ status: 'missing' })]))).toEqual([
      'create web 2 (replacement)',
    ])
  })

  test('above the maximum the newest goes first, those not yet launched before all', () => {
    const farm = aFarm({}, [{ scaling: { min: 1, max: 1 } }])
    const servers = [
      aServer({ id: 'old', createdAt: '2026-01-01T00:00:00.000Z' }),
      aServer({ id: 'new', index: 2, createdAt: '2026-01-02T00:00:00.000Z' }),
      aServer({ id: 'waiting', index: 3, status: 'pending-launch', createdAt: '2025-01-01T00:00:00.000Z' }),
    ]
    expect(brief(decide(farm, running, servers))).toEqual([
      'terminate waiting (scaling-down)',
      'terminate new (scaling-down)',
    ])
  })

  test('a locked server is never chosen', () => {
    const farm = aFarm({}, [{ scaling: { min: 0, max: 0 } }])
    const lock = { comment: 'keep', at: '2026-01-01T00:00:00.000Z' }
    expect(decide(farm, running, [aServer({ lock })])).toEqual([])
    expect(decide(aFarm(), aFarmState({ status: 'terminating' }), [aServer({ lock })])).toEqual([])
  })

  test('servers of a removed farm role go', () => {
    expect(brief(decide(aFarm({ roles: [] }), running, [aServer()]))).toEqual([
      'terminate server-1 (farm-role-removed)',
    ])
  })

  test('manual scaling: neither launched nor ended', () => {
    const farm = aFarm({}, [{ scaling: { enabled: false, min: 2, max: 2 } }])
    expect(decide(farm, running, [])).toEqual([])
  })

  test('a paused farm role launches nothing', () => {
    const error = { code: 'cloud.capacity' as const, message: '', retryable: true, details: {} }
    const pause = { farmRoleId: aFarm().roles[0]?.id ?? ('' as never), since: '', until: '', error }
    expect(decide(aFarm(), aFarmState({ paused: [pause] }), [])).toEqual([])
  })

  test.each(['terminating', 'terminated'] as const)('a %s farm ends every live server', (status) => {
    const servers = [aServer(), aServer({ id: 'gone', status: 'terminated' })]
    expect(brief(decide(aFarm(), aFarmState({ status }), servers))).toEqual([
      'terminate server-1 (farm-terminated)',
    ])
  })

  test('a suspended farm suspends its running servers and launches none', () => {
    expect(brief(decide(aFarm(), aFarmState({ status: 'suspended' }), [aServer()]))).toEqual([
      'suspend server-1',
    ])
  })

  describe('sequential launch', () => {
    const farm = aFarm({ launchOrder: 'sequential' }, [
      { alias: 'app', launchIndex: 1 },
      { alias: 'db', launchIndex: 0 },
    ])

    test('the second step waits until the first runs', () => {
      expect(brief(decide(farm, running, []))).toEqual(['create db 1 (farm-launched)'])
      const booting = aServer({ farmRoleId: 'db', status: 'initializing' })
      expect(decide(farm, running, [booting])).toEqual([])
      const up = aServer({ farmRoleId: 'db' })
      expect(brief(decide(farm, running, [up]))).toEqual(['create app 1 (farm-launched)'])
    })
  })
})

test('for any servers: carrying the decisions out leaves nothing to decide', () => {
  const someServers = fc.array(
    fc.record({ status: fc.constantFrom(...ServerStatus.options), index: fc.integer({ min: 1, max: 6 }) }),
    { maxLength: 12 },
  )
  fc.assert(
    fc.property(
      someServers,
      fc.integer({ min: 0, max: 6 }),
      fc.integer({ min: 0, max: 6 }),
      (given, a, b) => {
        const farm = aFarm({}, [{ scaling: { min: Math.min(a, b), max: Math.max(a, b) } }])
        const servers = given.map((change, n) => aServer({ id: `server-${n}`, ...change }))
        const decisions = decide(farm, running, servers)
        const ended = new Set(decisions.flatMap((d) => (d.kind === 'terminate' ? [d.server.id] : [])))
        const after = servers.map((server) =>
          ended.has(server.id) ? { ...server, status: 'pending-terminate' as const } : server,
        )
        for (const decision of decisions) {
          if (decision.kind !== 'create') continue
          for (const index of decision.indexes) {
            expect(after.every((server) => server.index !== index || /terminate/.test(server.status))).toBe(
              true,
            )
            after.push(aServer({ id: `new-${index}`, index, status: 'pending-launch' }))
          }
        }
        expect(decide(farm, running, after)).toEqual([])
      },
    ),
  )
})

test('scenario 22: with 1, 2, 3 taken and 2 terminated, a new server gets index 2', () => {
  const servers = [
    aServer({ id: 'a', index: 1 }),
    aServer({ id: 'b', index: 2, status: 'terminated', terminateReason: 'crashed' }),
    aServer({ id: 'c', index: 3 }),
  ]
  expect(freeIndexes(servers, 1)).toEqual([2])
  const farm = aFarm({}, [{ scaling: { min: 3, max: 3 } }])
  expect(brief(decide(farm, running, servers))).toEqual(['create web 2 (replacement)'])
})

test('free indexes are the lowest ones; those on their way out are free', () => {
  const servers = [
    aServer({ index: 1 }),
    aServer({ index: 2, status: 'pending-terminate' }),
    aServer({ index: 3 }),
  ]
  expect(freeIndexes(servers, 3)).toEqual([2, 4, 5])
})

test('progress counts no more running servers than a farm role asks for', () => {
  const farm = aFarm({}, [{ scaling: { min: 2, max: 4 } }, { alias: 'db', scaling: { min: 1, max: 1 } }])
  const servers = [1, 2, 3].map((index) => aServer({ id: `server-${index}`, index }))
  expect(launchProgress(farm, servers)).toEqual({ done: 2, total: 3 })
})

describe('limits of scaling', () => {
  const many = (count: number, change: Parameters<typeof aServer>[0] = {}) =>
    Array.from({ length: count }, (_, n) =>
      aServer({ id: `s${n + 1}`, index: n + 1, createdAt: `2026-01-0${n + 1}T00:00:00.000Z`, ...change }),
    )

  test('scenario 54: by hand, a server that was terminated is not launched again, and none too many is ended', () => {
    const farm = aFarm({}, [{ scaling: { enabled: false, min: 3, max: 3 } }])
    const ended = aServer({ status: 'terminated', terminateReason: 'manual' })
    expect(decide(farm, running, [ended, aServer({ id: 'two', index: 2 })])).toEqual([])
    expect(decide(farm, running, many(5))).toEqual([])
  })

  test('scenario 45: with running and pending at the maximum none is launched', () => {
    const farm = aFarm({}, [{ scaling: { min: 3, max: 3 } }])
    const servers = [...many(2), aServer({ id: 'p', index: 3, status: 'pending-launch' })]
    expect(decide(farm, running, servers)).toEqual([])
  })

  test('scenario 46: with running at the minimum none is terminated', () => {
    const farm = aFarm({}, [{ scaling: { min: 2, max: 4 } }])
    expect(decide(farm, running, many(2))).toEqual([])
    expect(decide(farm, running, many(4))).toEqual([])
  })

  test('reference 3.7: a new maximum below the running count scales down to it', () => {
    const farm = aFarm({}, [{ scaling: { min: 1, max: 2 } }])
    expect(brief(decide(farm, running, many(4)))).toEqual([
      'terminate s4 (scaling-down)',
      'terminate s3 (scaling-down)',
    ])
  })

  test.each([
    ['newest', ['terminate s3 (scaling-down)', 'terminate s2 (scaling-down)']],
    ['oldest', ['terminate s1 (scaling-down)', 'terminate s2 (scaling-down)']],
  ] as const)('reference 5.6: of too many the %s goes first', (endFirst, victims) => {
    const farm = aFarm({}, [{ scaling: { min: 1, max: 1, endFirst } }])
    expect(brief(decide(farm, running, many(3)))).toEqual(victims)
  })

  describe('reference 3.3: suspend and resume', () => {
    const farm = aFarm({}, [{ scaling: { min: 1, max: 2, behavior: 'suspend-resume' } }])
    const reserve = (id: string, index: number) =>
      aServer({ id, index, status: 'suspended', instanceState: 'stopped', reserve: true })

    test('what is too many is suspended; what cannot be is terminated', () => {
      expect(brief(decide(farm, running, many(3)))).toEqual(['suspend s3'])
      expect(brief(decide(farm, running, many(3, { spot: true })))).toEqual(['terminate s3 (scaling-down)'])
      const waiting = [...many(2), aServer({ id: 'w', index: 3, status: 'pending-launch' })]
      expect(brief(decide(farm, running, waiting))).toEqual(['terminate w (scaling-down)'])
    })

    test('a reserve does not count: neither to the minimum nor to the maximum', () => {
      expect(decide(farm, running, [...many(2), reserve('r', 3), reserve('q', 4)])).toEqual([])
    })

    test('the lowest index of the reserve is resumed before anything is launched', () => {
      const three = aFarm({}, [{ scaling: { min: 3, max: 3, behavior: 'suspend-resume' } }])
      expect(brief(decide(three, running, [reserve('r', 3), reserve('q', 2)]))).toEqual([
        'resume q',
        'resume r',
        'create web 1 (scaling-up)',
      ])
    })

    test('what a person suspended stays suspended and counts', () => {
      const byHand = aServer({ status: 'suspended', instanceState: 'stopped' })
      expect(decide(farm, running, [byHand])).toEqual([])
    })
  })
})
