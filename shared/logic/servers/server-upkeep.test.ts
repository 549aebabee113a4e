import { describe, expect, test } from 'vitest'
import { aFarm, aServer } from '../../../tests/support/designs.ts'
import { AppError } from '../../model/errors.ts'
import type { FarmRole } from '../../model/farm-roles.ts'
import type { Server } from '../../model/servers.ts'
import { withFacts } from './server-facts.ts'
import {
  groupsChanged,
  groupsOfLaunch,
  groupsOnServer,
  hasItsAddress,
  hasItsGroups,
  hasItsHostname,
  hostnameSet,
  isFollowed,
  kept,
  notKept,
} from './server-upkeep.ts'

type RoleChange = NonNullable<Parameters<typeof aFarm>[1]>[number]
type ServerChange = Parameters<typeof aServer>[0]

function aRole(change: RoleChange = {}): FarmRole {
  const [role] = aFarm({}, [change]).roles
  if (!role) throw new Error('a farm role')
  return role
}

const named = (...groups: string[]) => aRole({ securityGroups: { mode: 'named', groups } })

describe('reference 7.4: security groups of running servers', () => {
  interface Case {
    title: string
    atLaunch: string[]
    given: string[]
    has: string[]
    wanted: string[]
    ids: string[]
    thenGiven: string[]
  }
  const cases: Case[] = [
    {
      title: 'a new one is added',
      ...{ atLaunch: ['a'], given: [], has: ['a'], wanted: ['a', 'b'], ids: ['a', 'b'], thenGiven: ['b'] },
    },
    {
      title: 'one of the launch stays when the design drops it',
      ...{ atLaunch: ['a', 'b'], given: [], has: ['a', 'b'], wanted: ['b'], ids: ['a', 'b'], thenGiven: [] },
    },
    {
      title: 'one that came after the launch goes when the design drops it',
      ...{ atLaunch: ['a'], given: ['b'], has: ['a', 'b'], wanted: ['a'], ids: ['a'], thenGiven: [] },
    },
    {
      title: 'one that a person added in the cloud stays',
      ...{
        atLaunch: ['a'],
        given: ['b'],
        has: ['a', 'b', 'x'],
        wanted: ['a'],
        ids: ['a', 'x'],
        thenGiven: [],
      },
    },
    {
      title: 'one that was taken away in the cloud comes back, and still counts as the launch’s',
      ...{ atLaunch: ['a', 'b'], given: [], has: ['b'], wanted: ['a', 'b'], ids: ['b', 'a'], thenGiven: [] },
    },
    {
      title: 'one is swapped for another',
      ...{ atLaunch: ['a'], given: ['b'], has: ['a', 'b'], wanted: ['c'], ids: ['a', 'c'], thenGiven: ['c'] },
    },
  ]
  test.each(cases)('$title', ({ atLaunch, given, has, wanted, ids, thenGiven }) => {
    const server = aServer({
      securityGroupIds: has,
      groups: { atLaunch, given, design: 'before', wanted: [] },
    })
    const role = named(...wanted)
    expect(hasItsGroups(server, role)).toBe(false)
    const next = groupsOnServer(server, role, wanted)
    expect(next.ids).toEqual(ids)
    expect(next.groups).toMatchObject({ atLaunch, given: thenGiven, wanted })
    const after = groupsChanged(server, next, (id) => id).server
    expect(hasItsGroups(after, role)).toBe(true)
    expect(groupsOnServer(after, role, wanted).ids).toEqual(ids)
  })

  test('a launch has what it was launched with, until the design or the cloud differs', () => {
    const server = aServer({ groups: groupsOfLaunch(named('a'), ['sg-1']) })
    expect(hasItsGroups(server, named('a'))).toBe(true)
    expect(hasItsGroups(server, named('a', 'b'))).toBe(false)
    expect(hasItsGroups({ ...server, securityGroupIds: ['sg-9'] }, named('a'))).toBe(false)
    expect(hasItsGroups(server, aRole())).toBe(false)
  })
})

describe('reference 3.6: the Elastic IP of an index', () => {
  const on = aRole({ network: { elasticIps: { enabled: true } } })
  const given = aRole({ network: { elasticIps: { enabled: true, addresses: { '1': '203.0.113.7' } } } })
  const cases: [string, FarmRole, ServerChange, boolean][] = [
    ['none is asked for', aRole(), {}, true],
    ['it has none yet', on, {}, false],
    ['it leads to the server', on, { elasticIp: '127.0.0.2' }, true],
    ['it was taken away', on, { elasticIp: '203.0.113.7' }, false],
    ['the design names another', given, { elasticIp: '127.0.0.2' }, false],
    ['what was imported keeps its own', on, { launchReason: 'imported' }, true],
    ['an imported server of no farm role has no index', on, { index: 0 }, true],
  ]
  test.each(cases)('%s', (_title, role, change, isKept) => {
    expect(hasItsAddress(aServer(change), role)).toBe(isKept)
  })
})

describe('reference 3.4: the host name', () => {
  const role = aRole({ network: { hostname: '{alias}-{index}' } })
  const cases: [string, FarmRole, ServerChange, boolean][] = [
    ['none is asked for', aRole(), {}, true],
    ['it is called otherwise', role, { hostname: 'ip-10-0-0-1' }, false],
    ['it is called so', role, { hostname: 'web-1' }, true],
    ['Windows is not renamed', role, { platform: 'windows' }, true],
    ['nobody can log in', role, { access: 'none' }, true],
    ['imported', role, { launchReason: 'imported' }, true],
    ['a template that cannot be filled', aRole({ network: { hostname: '{nothing}' } }), {}, true],
  ]
  test.each(cases)('%s', (_title, wanted, change, isKept) => {
    expect(hasItsHostname(aServer(change), wanted)).toBe(isKept)
  })
})

test('only what runs and is not rebooting is held to its design', () => {
  const follows = (change: Partial<Server>) => isFollowed({ ...aServer(), ...change })
  expect(follows({})).toBe(true)
  expect(follows({ status: 'initializing' })).toBe(false)
  expect(follows({ instanceState: 'stopping' })).toBe(false)
  expect(follows({ rebooting: true })).toBe(false)
})

test('a failure is told once, stands on the server, and goes when it is mended', () => {
  const error = new AppError('cloud.refused', { message: 'It is taken.', retryable: true })
  const first = notKept(aServer(), 'elastic-ip', 'its Elastic IP', error)
  expect(first.events).toMatchObject([
    { kind: 'UpkeepFailed', message: 'web #1 of shop did not get its Elastic IP: It is taken.' },
  ])
  expect(notKept(first.server, 'elastic-ip', 'its Elastic IP', error)).toEqual({
    server: first.server,
    events: [],
  })
  expect(kept(first.server, 'hostname').server).toBe(first.server)
  expect(kept(first.server, 'elastic-ip').server.unkept).toEqual([])
})

describe('a host name that a server was given', () => {
  test.each(['initializing', 'running'] as const)(
    'stays, whatever the cloud calls it, while %s',
    (status) => {
      const { server } = hostnameSet(
        aServer({ status, hostname: 'ip-10-0-0-1.internal', prepared: [] }),
        'web-1',
      )
      const seenAgain = withFacts(server, {
        ...{ id: 'i-1', state: 'running', zone: null, imageId: 'ami-1', instanceType: 't3.micro' },
        ...{ platform: 'linux', rootDevice: null, publicIp: null, privateIp: null, keyName: null },
        ...{ hostname: 'ip-10-0-0-1.internal', securityGroupIds: [], sshPort: null, stateReason: null },
      })
      expect(seenAgain.hostname).toBe('web-1')
    },
  )
})
