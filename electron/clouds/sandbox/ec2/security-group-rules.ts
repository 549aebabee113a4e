import ipaddr from 'ipaddr.js'
import { CloudError } from '../http/cloud-error.ts'
import type { Params } from '../http/params.ts'
import type { XmlValue } from '../http/xml.ts'
import type { GroupRecord, RuleRecord } from '../state/records.ts'

/** A rule as it is asked for: what `isSameRule` compares. */
export type RuleFacts = Omit<RuleRecord, 'id'>

const protocolNames: Readonly<Record<string, string>> = {
  '1': 'icmp',
  '6': 'tcp',
  '17': 'udp',
  '58': 'icmpv6',
  all: '-1',
}

/** The rules that a call names, one for each source, by `IpPermissions.N` or by the older single parameters. */
export function readRules(params: Params, egress: boolean, groupIdOf: (pair: Params) => string): RuleFacts[] {
  const permissions = params.groups('IpPermissions')
  if (permissions.length > 0) return permissions.flatMap((one) => readPermission(one, egress, groupIdOf))
  if (params.has('IpProtocol')) {
    return [{ egress, ...readPorts(params), source: readCidr(params.required('CidrIp')), description: null }]
  }
  throw new CloudError('MissingParameter', 'The request must contain the parameter ipPermissions')
}

function readPermission(
  permission: Params,
  egress: boolean,
  groupIdOf: (pair: Params) => string,
): RuleFacts[] {
  const base = { egress, ...readPorts(permission) }
  const sources = [
    ...permission.groups('IpRanges').map((range) => ({
      source: readCidr(range.required('CidrIp')),
      description: range.text('Description') ?? null,
    })),
    ...permission.groups('Ipv6Ranges').map((range) => ({
      source: readCidrV6(range.required('CidrIpv6')),
      description: range.text('Description') ?? null,
    })),
    ...['Groups', 'UserIdGroupPairs'].flatMap((name) =>
      permission.groups(name).map((pair) => ({
        source: { kind: 'group' as const, groupId: groupIdOf(pair) },
        description: pair.text('Description') ?? null,
      })),
    ),
  ]
  if (sources.length === 0) {
    throw new CloudError(
      'MissingParameter',
      'The request must contain a source: ipRanges, ipv6Ranges or groups',
    )
  }
  return sources.map((source) => ({ ...base, ...source }))
}

function readPorts(params: Params): Pick<RuleRecord, 'protocol' | 'fromPort' | 'toPort'> {
  const given = params.required('IpProtocol').toLowerCase()
  const protocol = protocolNames[given] ?? given
  if (protocol === '-1') return { protocol, fromPort: null, toPort: null }
  if (/^(?:\d|[1-9]\d|1\d\d|2[0-4]\d|25[0-5])$/.test(protocol))
    return { protocol, fromPort: null, toPort: null }
  if (!['tcp', 'udp', 'icmp', 'icmpv6'].includes(protocol)) {
    throw new CloudError('InvalidPermission.Malformed', `Unsupported IP protocol "${given}"`)
  }
  const limits = { min: -1, max: 65_535 }
  const fromPort = params.integer('FromPort', limits)
  const toPort = params.integer('ToPort', limits)
  const isPorts = protocol === 'tcp' || protocol === 'udp'
  if (fromPort === undefined || toPort === undefined) {
    throw new CloudError('MissingParameter', 'The request must contain the parameters fromPort and toPort')
  }
  if (isPorts && (fromPort < 0 || fromPort > toPort)) {
    throw new CloudError(
      'InvalidParameterValue',
      `Invalid value '${fromPort}-${toPort}' for portRange. Must specify both from and to ports with TCP/UDP.`,
    )
  }
  return { protocol, fromPort, toPort }
}

function readCidr(cidr: string): RuleRecord['source'] {
  if (ipaddr.IPv4.isValidCIDRFourPartDecimal(cidr)) return { kind: 'ipv4', cidr }
  throw new CloudError('InvalidParameterValue', `CIDR block ${cidr} is malformed`)
}

function readCidrV6(cidr: string): RuleRecord['source'] {
  if (ipaddr.IPv6.isValidCIDR(cidr)) return { kind: 'ipv6', cidr: cidr.toLowerCase() }
  throw new CloudError('InvalidParameterValue', `CIDR block ${cidr} is malformed`)
}

/** Whether two rules let the same through; the description does not count. */
export function isSameRule(a: RuleFacts, b: RuleFacts): boolean {
  return (
    a.egress === b.egress &&
    a.protocol === b.protocol &&
    a.fromPort === b.fromPort &&
    a.toPort === b.toPort &&
    sourceText(a) === sourceText(b)
  )
}

/** A rule in words, as EC2 quotes it in a refusal. */
export function ruleText(rule: RuleFacts): string {
  const ports = rule.fromPort === null ? 'ALL' : `from port: ${rule.fromPort}, to port: ${rule.toPort}`
  return `peer: ${sourceText(rule)}, ${rule.protocol === '-1' ? 'ALL' : rule.protocol.toUpperCase()}, ${ports}, ALLOW`
}

function sourceText({ source }: RuleFacts): string {
  return source.kind === 'group' ? source.groupId : source.cidr
}

/** Rules as EC2 lists them in a group: those with the same protocol and ports together. */
export function permissionsXml(group: GroupRecord, egress: boolean, accountId: string): XmlValue {
  const together = new Map<string, RuleRecord[]>()
  for (const rule of group.rules.filter((rule) => rule.egress === egress)) {
    const key = `${rule.protocol}/${rule.fromPort ?? ''}/${rule.toPort ?? ''}`
    together.set(key, [...(together.get(key) ?? []), rule])
  }
  return [...together.values()].map((rules) => ({
    ipProtocol: rules[0]?.protocol,
    fromPort: rules[0]?.fromPort,
    toPort: rules[0]?.toPort,
    groups: rules.flatMap(({ source, description }) =>
      source.kind === 'group' ? [{ userId: accountId, groupId: source.groupId, description }] : [],
    ),
    ipRanges: rules.flatMap(({ source, description }) =>
      source.kind === 'ipv4' ? [{ cidrIp: source.cidr, description }] : [],
    ),
    ipv6Ranges: rules.flatMap(({ source, description }) =>
      source.kind === 'ipv6' ? [{ cidrIpv6: source.cidr, description }] : [],
    ),
    prefixListIds: [],
  }))
}

/** Rules as EC2 answers those that a call added. */
export function rulesXml(group: GroupRecord, rules: readonly RuleRecord[], accountId: string): XmlValue {
  return rules.map((rule) => ({
    securityGroupRuleId: rule.id,
    groupId: group.id,
    groupOwnerId: accountId,
    isEgress: rule.egress,
    ipProtocol: rule.protocol,
    fromPort: rule.fromPort ?? -1,
    toPort: rule.toPort ?? -1,
    cidrIpv4: rule.source.kind === 'ipv4' ? rule.source.cidr : undefined,
    cidrIpv6: rule.source.kind === 'ipv6' ? rule.source.cidr : undefined,
    referencedGroupInfo:
      rule.source.kind === 'group' ? { groupId: rule.source.groupId, userId: accountId } : undefined,
    description: rule.description,
  }))
}
