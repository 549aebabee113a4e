import { expect, test } from 'vitest'
import { aFarm, aFarmState, aServer } from '../../tests/support/designs.ts'
import type { FarmDesign } from '../model/farms.ts'
import type { Plan } from '../model/plan.ts'
import { planFarm, type PlanKnowledge } from './farm-plan.ts'

function plan(design: FarmDesign, purpose: Plan['purpose'], known: Partial<PlanKnowledge> = {}): Plan {
  return planFarm(design, purpose, {
    state: aFarmState(),
    servers: [],
    faults: [],
    warnings: [],
    roleName: () => 'ubuntu',
    cloudName: () => 'Sandbox',
    hasKey: () => true,
    ...known,
  })
}

function lines(made: Plan): string[] {
  return made.groups.flatMap((group) =>
    group.items.map((item) => `${group.step} ${item.action} ${item.name}: ${item.reason}`),
  )
}

test('a launch creates the key once and the minimum of every farm role, also of later steps', () => {
  const farm = aFarm({ launchOrder: 'sequential' }, [
    { alias: 'web', launchIndex: 1, scaling: { min: 2, max: 2 } },
    { alias: 'db', launchIndex: 0 },
  ])
  const made = plan(farm, 'launch', { state: aFarmState({ status: 'terminated' }), hasKey: () => false })
  expect(lines(made).map((line) => line.split(':')[0])).toEqual([
    '0 create db #1',
    '1 create SSH key of shop in sandbox-east-1',
    '1 create web #1',
    '1 create web #2',
  ])
  expect(made.counts).toEqual({ create: 3, change: 0, replace: 0, remove: 0, keep: 0 })
})

test('applying a draft shows what changes, and that running servers keep what they have', () => {
  const running = aFarm()
  const draft = aFarm({}, [{ instanceType: 'm6i.large', scaling: { min: 2, max: 4 } }])
  const made = plan(draft, 'apply', { running, servers: [aServer()] })
  expect(lines(made)).toEqual([
    '0 change web: Its design changes; servers that run keep what they were launched with',
    '0 create web #2: The farm role keeps at least 2, and 1 is there',
    '0 keep web #1: Running',
  ])
  const [change, , keep] = made.groups[0]?.items ?? []
  expect(change?.fields).toEqual([
    { name: 'instance type', from: 't3.micro', to: 'm6i.large' },
    { name: 'minimum servers', from: '1', to: '2' },
    { name: 'maximum servers', from: '2', to: '4' },
  ])
  expect(keep?.fields).toEqual([
    { name: 'instance type', from: 't3.micro', to: 'm6i.large for new servers only' },
  ])
})

test('a removed farm role takes its servers along', () => {
  const made = plan(aFarm({ roles: [] }), 'apply', { running: aFarm(), servers: [aServer()] })
  expect(lines(made)).toEqual(['0 remove web #1: Its farm role was removed from the farm'])
})

test('terminating removes everything that lives, and keeps what is locked', () => {
  const lock = { comment: 'keep', at: '2026-01-01T00:00:00.000Z' }
  const servers = [
    aServer(),
    aServer({ id: 'two', index: 2, lock }),
    aServer({ id: 'three', status: 'terminated' }),
  ]
  const made = plan(aFarm(), 'terminate', { servers, faults: [{ path: 'roles[0]', message: 'x' }] })
  expect(lines(made)).toEqual([
    '0 remove web #1: The farm is being terminated',
    '0 keep web #2: Locked: keep',
  ])
  expect(made.faults).toEqual([])
})
