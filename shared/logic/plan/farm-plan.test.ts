import { describe, expect, test } from 'vitest'
import { aFarm, aFarmState, aServer } from '../../../tests/support/designs.ts'
import type { FarmDesign } from '../../model/farms.ts'
import type { HeldResource } from '../../model/farm-resources.ts'
import type { Plan } from '../../model/plan.ts'
import { planFarm, type PlanKnowledge } from './farm-plan.ts'
import { groupsOfLaunch } from '../servers/server-security-groups.ts'

function plan(design: FarmDesign, purpose: Plan['purpose'], known: Partial<PlanKnowledge> = {}): Plan {
  return planFarm(design, purpose, {
    state: aFarmState(),
    servers: [],
    faults: [],
    warnings: [],
    roleName: () => 'ubuntu',
    cloudName: () => 'Sandbox',
    hasKey: () => true,
    held: [],
    deleteCloudObjects: false,
    costs: { prices: () => null, osOf: () => 'ubuntu' },
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
    '0 change web: Its design changes; what is for new servers only leaves those that run as they are',
    '0 create web #2: The farm role keeps at least 2, and 1 is there',
    '0 keep web #1: Running',
  ])
  const [change, , keep] = made.groups[0]?.items ?? []
  expect(change?.fields).toEqual([
    { name: 'instance type', from: 't3.micro', to: 'm6i.large', effect: 'new-servers' },
    { name: 'minimum servers', from: '1', to: '2', effect: 'now' },
    { name: 'maximum servers', from: '2', to: '4', effect: 'now' },
  ])
  expect(keep?.fields).toEqual([
    { name: 'instance type', from: 't3.micro', to: 'm6i.large', effect: 'new-servers' },
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

test('a change of the farm itself says when it holds', () => {
  const lease = { hours: 24, warnHours: [1], extensions: 1, extensionHours: 8 }
  const running = aFarm({ lease })
  const state = aFarmState({ leaseEndsAt: '2026-01-02T00:00:00.000Z' })
  const fieldsOf = (draft: FarmDesign, of = running) =>
    plan(draft, 'apply', { running: of, state, servers: [aServer()] }).groups[0]?.items[0]?.fields.map(
      ({ name, effect }) => [name, effect],
    )
  const draft = aFarm({
    ownerNote: 'ann',
    timezone: 'Europe/Zurich',
    launchOrder: 'sequential',
    tags: { team: 'shop' },
    lease: { ...lease, hours: 48, extensions: 3 },
  })
  expect(fieldsOf(draft)).toEqual([
    ['owner note', 'now'],
    ['time zone', 'now'],
    ['launch order', 'next-run'],
    ['tag team', 'new-servers'],
    ['lease', 'next-run'],
    ['lease · extensions', 'now'],
  ])
  expect(fieldsOf(aFarm())?.[0]).toEqual(['lease', 'now'])
  expect(fieldsOf(aFarm({ lease }), aFarm())?.[0]).toEqual(['lease', 'next-run'])
})

test('scenario 12: suspending stops each server, and says which cannot be', () => {
  const servers = [aServer(), aServer({ id: 'two', index: 2, spot: true })]
  const made = plan(aFarm(), 'suspend', { servers })
  expect(lines(made)).toEqual([
    '0 remove web #2: The cloud does not suspend spot servers. It is terminated, and the resume launches another.',
    '0 change web #1: It is suspended: its instance stops, its disks stay',
  ])
})

describe('volumes and addresses', () => {
  const volume = (name: string, reuse = true) => ({ name, reuse, mountPoint: '/mnt/data' })
  const farm = aFarm({}, [
    {
      scaling: { min: 2, max: 2 },
      storage: { volumes: [volume('data'), volume('scratch', false)] },
      network: { elasticIps: { enabled: true } },
    },
  ])
  const held = (change: Partial<HeldResource>): HeldResource => ({
    kind: 'volume',
    id: 'vol-1',
    farmId: 'farm-1',
    farmRoleId: 'web',
    index: 1,
    slot: 'data',
    cloudId: 'cloud-1',
    location: 'sandbox-east-1',
    manual: false,
    detail: '10 GiB gp3',
    ...change,
  })
  const address = held({ kind: 'elastic-ip', id: 'eipalloc-1', slot: '', detail: '203.0.113.7' })
  const both = [held({}), address, held({ id: 'vol-9', index: 1, slot: '', manual: true })]
  const short = (made: Plan) =>
    made.groups.flatMap(({ items }) =>
      items.filter(({ kind }) => kind !== 'server').map(({ action, name }) => `${action} ${name}`),
    )

  test('scenario 9: the next launch uses what was kept for the index, and makes the rest', () => {
    expect(short(plan(farm, 'launch', { state: aFarmState({ status: 'terminated' }), held: both }))).toEqual([
      'keep volume data of web #1',
      'create volume scratch of web #1',
      'keep address of web #1',
      'create volume data of web #2',
      'create volume scratch of web #2',
      'create address of web #2',
    ])
  })

  test('scenario 9: terminating without deletion keeps them, but for what goes with its server', () => {
    const servers = [aServer()]
    const all = [...both, held({ id: 'vol-2', slot: 'scratch' })]
    expect(short(plan(farm, 'terminate', { servers, held: all }))).toEqual([
      'keep Volume vol-1 (10 GiB gp3) of web #1',
      'keep Address 203.0.113.7 of web #1',
      'keep Volume vol-9 (10 GiB gp3) of web #1',
      'remove Volume vol-2 (10 GiB gp3) of web #1',
    ])
  })

  test('scenario 10: with deletion all go but for what a person attached', () => {
    const made = plan(farm, 'terminate', { servers: [aServer()], held: both, deleteCloudObjects: true })
    expect(short(made)).toEqual([
      'remove Volume vol-1 (10 GiB gp3) of web #1',
      'remove Address 203.0.113.7 of web #1',
      'keep Volume vol-9 (10 GiB gp3) of web #1',
    ])
  })
})

test('costs before and after come from the dated price list, and say what is not in them', () => {
  const prices = {
    currency: 'USD',
    asOf: '2026-01-01T00:00:00.000Z',
    hourly: { 't3.micro': 0.01 },
    hourlyOf: {},
    volumeGibMonth: {},
  }
  const known = { costs: { prices: () => prices, osOf: () => 'ubuntu' as const }, servers: [aServer()] }
  const grown = plan(aFarm({}, [{ scaling: { min: 3, max: 3 } }]), 'apply', { ...known, running: aFarm() })
  expect(grown.cost.before.amounts).toEqual([{ currency: 'USD', perHour: 0.01 }])
  expect(grown.cost.after.amounts).toEqual([{ currency: 'USD', perHour: 0.03 }])
  expect(grown.cost.after.asOf).toBe('2026-01-01T00:00:00.000Z')
  expect(plan(aFarm(), 'suspend', known).cost.after.amounts).toEqual([])
  expect(plan(aFarm(), 'terminate', known).cost.after.amounts).toEqual([])
  const unknown = plan(aFarm({}, [{ instanceType: 'x9.huge' }]), 'launch', { ...known, servers: [] })
  expect(unknown.cost.after).toMatchObject({ amounts: [], unknown: ['x9.huge in sandbox-east-1'] })
})

describe('what running servers get at once', () => {
  const one = aServer()
  const groups = groupsOfLaunch({ securityGroups: { mode: 'default', additional: [] } }, ['sg-1'])
  const two = [{ ...one, groups }, aServer({ id: 'two', index: 2, status: 'suspended', groups })]
  const rest = (made: Plan) => lines(made).filter((line) => !line.includes(' keep web #'))

  test('reference 7.4: security groups are a change of their own, for as many servers as run', () => {
    const running = aFarm({}, [{ scaling: { min: 2, max: 2 } }])
    const draft = aFarm({}, [
      { scaling: { min: 2, max: 2 }, securityGroups: { mode: 'default', additional: ['vpn'] } },
    ])
    const made = plan(draft, 'apply', { running, servers: two })
    expect(rest(made)).toEqual([
      '0 change web: Its design changes',
      '0 change security groups of web: Applies at once to 1 running server; groups that a server was launched with stay on it',
      '0 change web #1: It gets its security groups at once',
    ])
    expect(made.counts).toEqual({ create: 0, change: 1, replace: 0, remove: 0, keep: 1 })
    expect(made.groups[0]?.items[1]?.fields).toEqual([
      { name: 'security groups', from: 'default groups', to: 'default groups, vpn', effect: 'now' },
    ])
    // Saved already, and not followed yet: what is still to come is planned all the same.
    expect(rest(plan(draft, 'apply', { servers: two }))).toHaveLength(2)
    expect(rest(plan(running, 'apply', { servers: two }))).toEqual([])
  })

  test('reference 3.6: addresses and host names reach running servers; an address that is switched off stays', () => {
    const network = { elasticIps: { enabled: true, addresses: { '1': '203.0.113.7' } }, hostname: 'w{index}' }
    const scaling = { min: 2, max: 2 }
    const on = aFarm({}, [{ scaling, network }])
    const off = aFarm({}, [{ scaling }])
    const servers = [one, aServer({ id: 'two', index: 2 })]
    expect(rest(plan(on, 'apply', { running: off, servers }))).toEqual([
      '0 change web: Its design changes',
      '0 change address of web #1: 203.0.113.7 leads to the running server at once',
      '0 create address of web #2: A new Elastic IP leads to the running server at once',
      '0 change host names of web: Set at once on 2 running servers, over SSH',
      '0 change web #1: It gets its Elastic IP, host name at once',
      '0 change web #2: It gets its Elastic IP, host name at once',
    ])
    const held = {
      kind: 'elastic-ip' as const,
      id: 'eipalloc-1',
      farmId: 'farm-1',
      farmRoleId: 'web',
      index: 1,
      slot: '',
      cloudId: 'cloud-1',
      location: 'sandbox-east-1',
      manual: false,
      detail: '203.0.113.7',
    }
    const made = plan(off, 'apply', { running: on, servers, held: [held] })
    expect(rest(made)).toEqual([
      '0 change web: Its design changes; what is for new servers only leaves those that run as they are',
      '0 keep Address 203.0.113.7 of web #1: It stays with its server, and is the farm’s until the farm is terminated with its cloud objects; until then it costs money',
    ])
  })
})
