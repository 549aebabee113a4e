import { readCidr } from '../../../shared/logic/security-groups/cidr.ts'
import {
  hasPorts,
  portsText,
  readPorts,
  ruleKey,
} from '../../../shared/logic/security-groups/security-group-rules.ts'
import { GroupRule } from '../../../shared/model/security-groups.ts'

/** A rule as it is being typed: ports and the other side are still words. */
export interface RuleDraft {
  /** Stays the same while the rule is edited. */
  key: string
  direction: GroupRule['direction']
  protocol: string
  ports: string
  peerKind: GroupRule['peer']['kind']
  peer: string
  comment: string
}

/** What is wrong with a draft, field by field. */
export type DraftFaults = Partial<Record<'protocol' | 'ports' | 'peer' | 'comment', string>>

let made = 0
function newKey(): string {
  made += 1
  return `rule-${String(made)}`
}

export function draftOf(rule: GroupRule): RuleDraft {
  const { direction, protocol, peer, comment } = rule
  const who = peer.kind === 'cidr' ? peer.cidr : peer.kind === 'group' ? peer.groupId : peer.prefixListId
  const ports = hasPorts(protocol) ? portsText(rule) : ''
  return { key: newKey(), direction, protocol, ports, peerKind: peer.kind, peer: who, comment }
}

export function emptyDraft(peerKind: RuleDraft['peerKind']): RuleDraft {
  return { key: newKey(), direction: 'in', protocol: 'tcp', ports: '', peerKind, peer: '', comment: '' }
}

/** The rule that a draft says, or what is wrong with it. */
export function readDraft(draft: RuleDraft): { rule: GroupRule } | { faults: DraftFaults } {
  const faults: DraftFaults = {}
  const protocol = draft.protocol.trim().toLowerCase()
  const ports = readPorts(protocol, draft.ports)
  if ('fault' in ports) faults.ports = ports.fault
  const peer = draft.peer.trim()
  if (draft.peerKind === 'cidr') {
    const read = readCidr(peer)
    if ('fault' in read) faults.peer = read.fault
  } else if (peer === '') faults.peer = 'Choose a group.'
  const rule = GroupRule.safeParse({
    direction: draft.direction,
    protocol,
    ...('fault' in ports ? {} : ports),
    peer: peerOf(draft.peerKind, peer),
    comment: draft.comment.trim(),
  })
  for (const { path, message } of rule.error?.issues ?? []) {
    if (path[0] === 'protocol') faults.protocol = message
    if (path[0] === 'comment') faults.comment = message
  }
  return rule.success && Object.keys(faults).length === 0 ? { rule: rule.data } : { faults }
}

/** All rules of the drafts, or each draft's faults by its key; two drafts that say the same are a fault of the second. */
export function readDrafts(drafts: readonly RuleDraft[]): {
  rules: GroupRule[]
  faults: ReadonlyMap<string, DraftFaults>
} {
  const rules: GroupRule[] = []
  const faults = new Map<string, DraftFaults>()
  const seen = new Set<string>()
  for (const draft of drafts) {
    const read = readDraft(draft)
    if ('faults' in read) {
      faults.set(draft.key, read.faults)
      continue
    }
    const key = ruleKey(read.rule)
    if (seen.has(key)) faults.set(draft.key, { peer: 'There is a rule for this already.' })
    seen.add(key)
    rules.push(read.rule)
  }
  return { rules, faults }
}

function peerOf(kind: RuleDraft['peerKind'], text: string): GroupRule['peer'] {
  switch (kind) {
    case 'cidr': {
      const read = readCidr(text)
      return { kind, cidr: 'cidr' in read ? read.cidr : text || '?' }
    }
    case 'group':
      return { kind, groupId: text || '?' }
    case 'prefix-list':
      return { kind, prefixListId: text || '?' }
  }
}
