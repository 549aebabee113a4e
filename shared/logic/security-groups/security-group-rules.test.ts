import { describe, expect, test } from 'vitest'
import type { z } from 'zod'
import { GroupRule } from '../../model/security-groups.ts'
import {
  isEmptyPlan,
  openServices,
  planRules,
  portsText,
  readPorts,
  ruleFaults,
  ruleKey,
  rulesAfter,
  rulesBasis,
  ruleText,
  serviceOf,
} from './security-group-rules.ts'

/** A rule that admits tcp 22 from 10.0.0.0/8; every field can be said otherwise. */
function rule(change: Partial<z.input<typeof GroupRule>> = {}): GroupRule {
  return GroupRule.parse({ fromPort: 22, toPort: 22, peer: { kind: 'cidr', cidr: '10.0.0.0/8' }, ...change })
}
const from = (cidr: string) => ({ peer: { kind: 'cidr' as const, cidr } })

describe('ports', () => {
  test.each([
    ['tcp', '22', 22, 22],
    ['udp', ' 8000 - 8010 ', 8000, 8010],
    ['tcp', 'all', 0, 65_535],
    ['tcp', '0', 0, 0],
    ['icmp', 'all', -1, -1],
    ['icmp', '8', 8, -1],
    ['icmp', '3/4', 3, 4],
    ['all', '', null, null],
    ['50', 'all', null, null],
  ] as const)('%s “%s”', (protocol, text, fromPort, toPort) => {
    const read = readPorts(protocol, text)
    expect(read).toEqual({ fromPort, toPort })
    const again = portsText(rule({ protocol, fromPort, toPort }))
    expect(readPorts(protocol, again)).toEqual(read)
  })

  test.each([
    ['tcp', ''],
    ['tcp', 'ssh'],
    ['tcp', '65536'],
    ['tcp', '100-99'],
    ['tcp', '1-2-3'],
    ['tcp', '-1'],
    ['icmp', '256'],
    ['icmp', '8-9'],
    ['all', '22'],
    ['50', '22'],
  ] as const)('%s has no “%s”', (protocol, text) => {
    expect(readPorts(protocol, text)).toEqual({ fault: expect.stringMatching(/\.$/) })
  })
})

test.each<[Partial<z.input<typeof GroupRule>>, string[]]>([
  [from('0.0.0.0/0'), ['SSH']],
  [from('::/0'), ['SSH']],
  [{ ...from('0.0.0.0/0'), fromPort: 0, toPort: 65_535 }, ['SSH', 'RDP']],
  [{ ...from('0.0.0.0/0'), fromPort: 3389, toPort: 3389 }, ['RDP']],
  [{ ...from('0.0.0.0/0'), protocol: 'all', fromPort: null, toPort: null }, ['SSH', 'RDP']],
  [{ ...from('0.0.0.0/0'), fromPort: 443, toPort: 443 }, []],
  [{ ...from('0.0.0.0/0'), protocol: 'udp' }, []],
  [{ ...from('0.0.0.0/0'), direction: 'out' }, []],
  [from('10.0.0.0/8'), []],
  [{ peer: { kind: 'group', groupId: 'sg-1' } }, []],
])('open to the world: %o', (change, services) => expect(openServices(rule(change), [])).toEqual(services))

test('the SSH port of an image counts as SSH does', () => {
  const other = rule({ fromPort: 2222, toPort: 2222, peer: { kind: 'cidr', cidr: '0.0.0.0/0' } })
  expect(openServices(other, [])).toEqual([])
  expect(openServices(other, [2222])).toEqual(['SSH'])
  const group = {
    id: 'sg-1',
    rules: [],
    ensured: [],
    usage: { designs: [], servers: [], groups: [], sshPorts: [2222] },
  }
  expect(planRules(group, [other]).warnings).toEqual([expect.stringContaining('SSH will be open')])
})

test('the same rule in another spelling is the same rule; its comment does not count', () => {
  expect(ruleKey(rule(from('10.9.9.9/8')))).toBe(ruleKey(rule({ comment: 'office' })))
  expect(ruleKey(rule({ direction: 'out' }))).not.toBe(ruleKey(rule()))
  expect(ruleKey(rule({ protocol: 'all' }))).toBe(
    ruleKey(rule({ protocol: 'all', fromPort: null, toPort: null })),
  )
})

describe('a plan', () => {
  const ssh = rule({ comment: 'office' })
  const web = rule({ fromPort: 80, toPort: 80, ...from('0.0.0.0/0') })
  const own = rule({
    protocol: 'all',
    fromPort: null,
    toPort: null,
    peer: { kind: 'group', groupId: 'sg-1' },
  })
  const group = {
    id: 'sg-1',
    rules: [ssh, web, own],
    ensured: [own],
    usage: { designs: [], servers: [], groups: [], sshPorts: [] },
  }

  test('names the differences only', () => {
    const dns = rule({ protocol: 'udp', fromPort: 53, toPort: 53 })
    const plan = planRules(group, [{ ...ssh, comment: 'home' }, own, dns])
    expect(plan).toMatchObject({
      add: [dns],
      remove: [web],
      comment: [{ rule: { comment: 'home' }, before: 'office' }],
      kept: 1,
      warnings: [],
    })
  })

  test('says how the rules will be', () => {
    const dns = rule({ protocol: 'udp', fromPort: 53, toPort: 53 })
    const wanted = [{ ...ssh, comment: 'home' }, own, dns]
    expect(rulesAfter(group.rules, planRules(group, wanted))).toEqual(wanted)
    expect(rulesAfter(group.rules, planRules(group, group.rules))).toEqual(group.rules)
  })

  test('of the same rules, in any order and spelling, is empty', () => {
    const plan = planRules(group, [own, web, { ...ssh, ...from('10.1.1.1/8') }])
    expect(isEmptyPlan(plan)).toBe(true)
    expect(plan.kept).toBe(3)
  })

  test('warns of SSH open to the world, but not again where it is open already', () => {
    const open = rule(from('0.0.0.0/0'))
    expect(planRules(group, [...group.rules, open]).warnings).toEqual([
      expect.stringContaining('SSH will be open'),
    ])
    expect(planRules({ ...group, rules: [open] }, [open]).warnings).toEqual([])
  })

  test('says that a rule of Farmhand’s own comes back', () => {
    expect(planRules(group, [ssh, web]).warnings).toEqual([expect.stringContaining('at the next launch')])
  })

  test('keeps what it was made from', () => {
    expect(planRules(group, []).basis).toBe(rulesBasis([own, web, ssh]))
    expect(rulesBasis([ssh])).not.toBe(rulesBasis([{ ...ssh, comment: '' }]))
  })
})

test('faults say where and what', () => {
  const faults = ruleFaults([
    rule(),
    rule(from('10.0.0.0/99')),
    rule(from('10.3.0.0/8')),
    rule({ fromPort: 90, toPort: 80 }),
    rule({ protocol: 'icmpv6', fromPort: -1, toPort: -1 }),
  ])
  expect(faults.map(({ path }) => path)).toEqual([
    'rules[1].peer.cidr',
    'rules[2].peer',
    'rules[3].fromPort',
    'rules[4].peer.cidr',
  ])
})

test('words', () => {
  expect(ruleText(rule())).toBe('tcp 22 from 10.0.0.0/8')
  expect(ruleText(rule({ direction: 'out', protocol: 'all' }))).toBe('everything to 10.0.0.0/8')
  expect(ruleText(rule({ protocol: '50', peer: { kind: 'group', groupId: 'sg-9' } }), () => 'web')).toBe(
    'protocol 50 from web',
  )
  expect(serviceOf(rule())).toBe('SSH')
  expect(serviceOf(rule({ toPort: 23 }))).toBeNull()
})
