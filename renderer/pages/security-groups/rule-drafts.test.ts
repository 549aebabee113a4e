import { describe, expect, test } from 'vitest'
import { GroupRule } from '../../../shared/model/security-groups.ts'
import { draftOf, emptyDraft, readDraft, readDrafts, type RuleDraft } from './rule-drafts.ts'

const draft = (change: Partial<RuleDraft> = {}): RuleDraft => ({
  ...emptyDraft('cidr'),
  ports: '22',
  peer: '10.0.0.0/8',
  ...change,
})

describe('a draft', () => {
  test.each([
    { fromPort: 22, toPort: 22, peer: { kind: 'cidr', cidr: '10.0.0.0/8' }, comment: 'office' },
    { protocol: 'udp', fromPort: 0, toPort: 65_535, peer: { kind: 'group', groupId: 'sg-1' } },
    { protocol: 'icmp', fromPort: 3, toPort: 4, peer: { kind: 'cidr', cidr: '::/0' } },
    { protocol: 'all', direction: 'out', peer: { kind: 'prefix-list', prefixListId: 'pl-1' } },
    { protocol: '50', peer: { kind: 'cidr', cidr: '0.0.0.0/0' } },
  ])('says the rule that it was made of: %o', (input) => {
    const rule = GroupRule.parse(input)
    expect(readDraft(draftOf(rule))).toEqual({ rule })
  })

  test.each<[Partial<RuleDraft>, string[]]>([
    [{ ports: '' }, ['ports']],
    [{ peer: '' }, ['peer']],
    [{ peer: '10.0.0.0/99', ports: 'x' }, ['peer', 'ports']],
    [{ peerKind: 'group', peer: '' }, ['peer']],
    [{ protocol: 'smtp', ports: '' }, ['protocol']],
    [{ comment: 'Büro' }, ['comment']],
    [{ protocol: 'all', ports: '22' }, ['ports']],
  ])('is wrong where it is: %o', (change, fields) => {
    const read = readDraft(draft(change))
    expect('faults' in read && Object.keys(read.faults).sort()).toEqual(fields)
  })
})

test('the same rule twice, in whatever spelling, is a fault of the second', () => {
  const second = draft({ peer: '10.9.9.9/8' })
  const { rules, faults } = readDrafts([draft(), second])
  expect(rules).toHaveLength(2)
  expect([...faults]).toEqual([[second.key, { peer: expect.stringContaining('already') }]])
})
