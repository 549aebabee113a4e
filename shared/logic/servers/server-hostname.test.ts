import { describe, expect, test } from 'vitest'
import { aFarm, aServer } from '../../../tests/support/designs.ts'
import type { FarmRole } from '../../model/farm-roles.ts'
import { withFacts } from './server-facts.ts'
import { hasItsHostname, hostnameSet } from './server-hostname.ts'

type RoleChange = NonNullable<Parameters<typeof aFarm>[1]>[number]
type ServerChange = Parameters<typeof aServer>[0]

function aRole(change: RoleChange = {}): FarmRole {
  const [role] = aFarm({}, [change]).roles
  if (!role) throw new Error('a farm role')
  return role
}

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
