import { describe, expect, test } from 'vitest'
import { aFarm, aServer } from '../../../tests/support/designs.ts'
import type { FarmRole } from '../../model/farm-roles.ts'
import { hasItsAddress } from './elastic-address.ts'

type RoleChange = NonNullable<Parameters<typeof aFarm>[1]>[number]
type ServerChange = Parameters<typeof aServer>[0]

function aRole(change: RoleChange = {}): FarmRole {
  const [role] = aFarm({}, [change]).roles
  if (!role) throw new Error('a farm role')
  return role
}

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
