import { expect, test } from 'vitest'
import { aFarm, aFarmState, aServer } from '../../../tests/support/designs.ts'
import { planServersReplace } from './server-replacing.ts'

const known = {
  role: () => 'ubuntu',
  cloud: () => 'Sandbox',
  image: (id: string) => id,
  imageOf: () => 'image-1',
}
const state = aFarmState()
const farm = { ...aFarm({}, [{ instanceType: 'm6i.large' }]), state }
const brief = (...given: Parameters<typeof planServersReplace>) =>
  planServersReplace(...given).servers.map(
    ({ name, outcome, mode, differences }) =>
      `${name} ${outcome} ${mode}: ${differences.map(({ field, running }) => `${field} ${running}`).join()}`,
  )

test('reference 3.7: servers that differ are replaced on request; those that are as designed are not', () => {
  const servers = [
    aServer(),
    aServer({ id: 'two', index: 2, instanceType: 'm6i.large' }),
    aServer({ id: 'three', index: 3, lock: { comment: 'mine', at: '2026-01-01T00:00:00.000Z' } }),
    aServer({ id: 'gone', index: 4, status: 'terminated' }),
  ]
  expect(brief(farm, servers, known)).toEqual([
    'web #1 of shop replaced ahead: instance type t3.micro',
    'web #3 of shop kept ahead: instance type t3.micro',
  ])
  expect(planServersReplace(farm, servers, known).counts).toEqual({ replaced: 1, kept: 1 })
})

test('named servers are replaced whatever is known of them: a design holds more than can be seen', () => {
  const servers = [aServer({ instanceType: 'm6i.large' }), aServer({ id: 'two', index: 2 })]
  expect(brief(farm, servers, known, ['server-1'])).toEqual(['web #1 of shop replaced ahead: '])
})

test('another image counts; what reaches running servers anyway does not', () => {
  const named = {
    ...aFarm({}, [
      { network: { hostname: 'web', elasticIps: { enabled: true, addresses: { '1': '1.2.3.4' } } } },
    ]),
    state,
  }
  expect(brief(named, [aServer({ hostname: 'other' })], known)).toEqual([])
  expect(brief(named, [aServer()], { ...known, imageOf: () => 'image-2' })).toEqual([
    'web #1 of shop replaced in-place: image image-1',
  ])
})
