import { describe, expect, test } from 'vitest'
import { aFarm, aServer } from '../../../tests/support/designs.ts'
import type { FarmRole } from '../../model/farm-roles.ts'
import { groupsChanged, groupsOfLaunch, groupsOnServer, hasItsGroups } from './server-security-groups.ts'

type RoleChange = NonNullable<Parameters<typeof aFarm>[1]>[number]

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
