import type { GroupRule, GroupRulePlan, RuleProtocol, SecurityGroup } from '../../model/security-groups.ts'
import { isEverywhere, readCidr } from './cidr.ts'

/** Ports as a person writes them, or the sentence that says what is wrong. */
export type PortReading = { fromPort: number | null; toPort: number | null } | { fault: string }

/** Services that have a port of their own. */
export const SERVICES: readonly { name: string; protocol: RuleProtocol; port: number }[] = [
  { name: 'SSH', protocol: 'tcp', port: 22 },
  { name: 'HTTP', protocol: 'tcp', port: 80 },
  { name: 'HTTPS', protocol: 'tcp', port: 443 },
  { name: 'RDP', protocol: 'tcp', port: 3389 },
  { name: 'DNS', protocol: 'udp', port: 53 },
  { name: 'SMTP', protocol: 'tcp', port: 25 },
  { name: 'MySQL', protocol: 'tcp', port: 3306 },
  { name: 'PostgreSQL', protocol: 'tcp', port: 5432 },
  { name: 'Redis', protocol: 'tcp', port: 6379 },
  { name: 'Memcached', protocol: 'tcp', port: 11211 },
  { name: 'MongoDB', protocol: 'tcp', port: 27017 },
  { name: 'NFS', protocol: 'tcp', port: 2049 },
]

/** What strangers try first when it is open to the world: SSH, also where an image has it elsewhere, and RDP. */
function guarded(sshPorts: readonly number[]): { name: string; ports: readonly number[] }[] {
  return [
    { name: 'SSH', ports: [22, ...sshPorts] },
    { name: 'RDP', ports: [3389] },
  ]
}

/** Whether the protocol has ports (or, of icmp, type and code). */
export function hasPorts(protocol: RuleProtocol): boolean {
  return ['tcp', 'udp', 'icmp', 'icmpv6'].includes(protocol)
}

/** Reads `22`, `8000-8010` or `all`; of icmp a type (`8`), a type and code (`3/4`) or `all`. */
export function readPorts(protocol: RuleProtocol, text: string): PortReading {
  const word = text.trim().toLowerCase()
  const isIcmp = protocol === 'icmp' || protocol === 'icmpv6'
  if (!hasPorts(protocol)) {
    return word === '' || word === 'all'
      ? { fromPort: null, toPort: null }
      : { fault: 'Only tcp, udp and icmp have ports; leave it empty.' }
  }
  if (word === 'all') return isIcmp ? { fromPort: -1, toPort: -1 } : { fromPort: 0, toPort: 65_535 }
  if (isIcmp) {
    const [, type, code] = /^(\d{1,3})(?:\/(\d{1,3}))?$/.exec(word) ?? []
    if (type === undefined || Number(type) > 255 || Number(code ?? 0) > 255) {
      return { fault: 'Give a type (8), a type and code (3/4), or all.' }
    }
    return { fromPort: Number(type), toPort: code === undefined ? -1 : Number(code) }
  }
  const [, first, last] = /^(\d{1,5})(?:\s*-\s*(\d{1,5}))?$/.exec(word) ?? []
  if (first === undefined) return { fault: 'Give a port (22), a range (8000-8010), or all.' }
  const fromPort = Number(first)
  const toPort = Number(last ?? first)
  if (fromPort > 65_535 || toPort > 65_535) return { fault: 'Ports go from 0 to 65535.' }
  if (fromPort > toPort) return { fault: 'The range begins with the lower port.' }
  return { fromPort, toPort }
}

/** Ports as `readPorts` takes them. */
export function portsText({
  protocol,
  fromPort,
  toPort,
}: Pick<GroupRule, 'protocol' | 'fromPort' | 'toPort'>): string {
  if (fromPort === null || !hasPorts(protocol)) return 'all'
  if (protocol === 'icmp' || protocol === 'icmpv6') {
    if (fromPort === -1) return 'all'
    return toPort === null || toPort === -1 ? String(fromPort) : `${String(fromPort)}/${String(toPort)}`
  }
  if (fromPort <= 0 && toPort === 65_535) return 'all'
  return toPort === null || toPort === fromPort ? String(fromPort) : `${String(fromPort)}-${String(toPort)}`
}

/** The well-known service that a rule is for, or null. */
export function serviceOf({ protocol, fromPort, toPort }: GroupRule): string | null {
  const found = SERVICES.find(
    (service) => service.protocol === protocol && service.port === fromPort && service.port === toPort,
  )
  return found?.name ?? null
}

/** IANA's numbers of the protocols that have names here. */
const NUMBERED: Readonly<Record<string, RuleProtocol>> = {
  '1': 'icmp',
  '6': 'tcp',
  '17': 'udp',
  '58': 'icmpv6',
}

/** A rule in the spelling of the cloud. What cannot be read stays as it is, for the checks to find. */
export function normalRule(given: GroupRule): GroupRule {
  const rule = { ...given, protocol: NUMBERED[given.protocol] ?? given.protocol }
  const [lowest, highest] = rule.protocol.startsWith('icmp') ? [-1, -1] : [0, 65_535]
  const ports = hasPorts(rule.protocol)
    ? { fromPort: rule.fromPort ?? lowest, toPort: rule.toPort ?? rule.fromPort ?? highest }
    : { fromPort: null, toPort: null }
  const comment = rule.comment.trim()
  if (rule.peer.kind !== 'cidr') return { ...rule, ...ports, comment }
  const read = readCidr(rule.peer.cidr)
  const cidr = 'cidr' in read ? read.cidr : rule.peer.cidr
  return { ...rule, ...ports, comment, peer: { kind: 'cidr', cidr } }
}

/** What is wrong with the rules of a group, by path: `rules[2].peer.cidr`. */
export function ruleFaults(rules: readonly GroupRule[]): { path: string; message: string }[] {
  const seen = new Map<string, number>()
  return rules.flatMap((rule, at) => {
    const path = `rules[${String(at)}]`
    const faults: { path: string; message: string }[] = []
    if (rule.peer.kind === 'cidr') {
      const read = readCidr(rule.peer.cidr)
      if ('fault' in read) faults.push({ path: `${path}.peer.cidr`, message: read.fault })
      else if (rule.protocol === 'icmpv6' && !read.cidr.includes(':')) {
        faults.push({ path: `${path}.peer.cidr`, message: 'icmpv6 takes a block of IPv6 addresses.' })
      }
    }
    if (hasPorts(rule.protocol)) {
      const ports = readPorts(rule.protocol, portsText(rule))
      if ('fault' in ports) faults.push({ path: `${path}.fromPort`, message: ports.fault })
    }
    const key = ruleKey(rule)
    const first = seen.get(key)
    if (first === undefined) seen.set(key, at)
    else {
      faults.push({
        path: `${path}.peer`,
        message: `This is the same as rule ${String(first + 1)}; keep one of them.`,
      })
    }
    return faults
  })
}

/** Two rules with the same key let the same through; the comment does not count. */
export function ruleKey(rule: GroupRule): string {
  const { direction, protocol, fromPort, toPort, peer } = normalRule(rule)
  return [direction, protocol, fromPort ?? '', toPort ?? '', peerText(peer)].join(' ')
}

/** What the rules are, in one text: two texts differ when anything of the rules does. */
export function rulesBasis(rules: readonly GroupRule[]): string {
  return rules
    .map((rule) => `${ruleKey(rule)} ${rule.comment}`)
    .sort()
    .join('\n')
}

/** The differences that lead from a group's rules to the wanted ones. Prefix lists are kept unless they are left out. */
export function planRules(
  group: Pick<SecurityGroup, 'id' | 'rules' | 'ensured' | 'usage'>,
  wanted: readonly GroupRule[],
): GroupRulePlan {
  const before = new Map(group.rules.map((rule) => [ruleKey(rule), rule]))
  const after = new Map(wanted.map((rule) => [ruleKey(rule), normalRule(rule)]))
  const add = [...after].flatMap(([key, rule]) => (before.has(key) ? [] : [rule]))
  const remove = [...before].flatMap(([key, rule]) => (after.has(key) ? [] : [rule]))
  const comment = [...after].flatMap(([key, rule]) => {
    const known = before.get(key)
    return known && known.comment !== rule.comment ? [{ rule, before: known.comment }] : []
  })
  const ensured = new Set(group.ensured.map(ruleKey))
  return {
    groupId: group.id,
    basis: rulesBasis(group.rules),
    add,
    remove,
    comment,
    kept: after.size - add.length - comment.length,
    warnings: [
      ...openToWorld(add, group.usage.sshPorts).map((rule) => openWarning(rule, group.usage.sshPorts)),
      ...remove
        .filter((rule) => ensured.has(ruleKey(rule)))
        .map(
          (rule) =>
            `Farmhand adds ${ruleText(rule)} again at the next launch: it makes sure of its own rules.`,
        ),
    ],
  }
}

/** A group's rules once every change of the plan is made. */
export function rulesAfter(
  rules: readonly GroupRule[],
  { add, remove, comment }: Pick<GroupRulePlan, 'add' | 'remove' | 'comment'>,
): GroupRule[] {
  const gone = new Set(remove.map(ruleKey))
  const commented = new Map(comment.map(({ rule }) => [ruleKey(rule), rule]))
  const kept = rules.filter((rule) => !gone.has(ruleKey(rule)))
  return [...kept.map((rule) => commented.get(ruleKey(rule)) ?? rule), ...add]
}

/** Does the plan change nothing? */
export function isEmptyPlan(plan: Pick<GroupRulePlan, 'add' | 'remove' | 'comment'>): boolean {
  return plan.add.length + plan.remove.length + plan.comment.length === 0
}

/** The rules that let everybody in to SSH or RDP. */
export function openToWorld(rules: readonly GroupRule[], sshPorts: readonly number[]): GroupRule[] {
  return rules.filter((rule) => openServices(rule, sshPorts).length > 0)
}

/** Which of SSH and RDP a rule opens to the world: `['SSH']`. `sshPorts` are those of the images that the group is for. */
export function openServices(given: GroupRule, sshPorts: readonly number[]): string[] {
  const rule = normalRule(given)
  const isWorld = rule.direction === 'in' && rule.peer.kind === 'cidr' && isEverywhere(rule.peer.cidr)
  if (!isWorld) return []
  if (rule.protocol === 'all') return guarded(sshPorts).map(({ name }) => name)
  if (rule.protocol !== 'tcp') return []
  const { fromPort, toPort } = rule
  return guarded(sshPorts)
    .filter(({ ports }) => ports.some((port) => (fromPort ?? 0) <= port && port <= (toPort ?? 0)))
    .map(({ name }) => name)
}

function openWarning(rule: GroupRule, sshPorts: readonly number[]): string {
  return `${openServices(rule, sshPorts).join(' and ')} will be open to the whole world (${ruleText(rule)}). Give the addresses that need it instead.`
}

/** A rule in words: `tcp 22 from 10.0.0.0/8`. */
export function ruleText(
  rule: GroupRule,
  groupName: (id: string) => string | undefined = () => undefined,
): string {
  const { protocol, direction, peer } = rule
  const what =
    protocol === 'all'
      ? 'everything'
      : hasPorts(protocol)
        ? `${protocol} ${portsText(rule)}`
        : `protocol ${protocol}`
  return `${what} ${direction === 'in' ? 'from' : 'to'} ${peerText(peer, groupName)}`
}

/** Who is on the other side: a block, a group by its name where it is known, a prefix list. */
export function peerText(
  peer: GroupRule['peer'],
  groupName: (id: string) => string | undefined = () => undefined,
): string {
  switch (peer.kind) {
    case 'cidr':
      return peer.cidr
    case 'group':
      return groupName(peer.groupId) ?? peer.groupId
    case 'prefix-list':
      return peer.prefixListId
  }
}
