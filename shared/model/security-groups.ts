import { z } from 'zod'
import { Location } from './clouds.ts'
import { ErrorInfo } from './errors.ts'
import { CloudId } from './ids.ts'

/** A name (`tcp`, `udp`, `icmp`, `icmpv6`, `all`) or IANA's number of a protocol. */
export const RuleProtocol = z
  .string()
  .regex(
    /^(?:tcp|udp|icmp|icmpv6|all|\d|[1-9]\d|1\d\d|2[0-4]\d|25[0-5])$/,
    'Use tcp, udp, icmp, icmpv6, all, or a protocol number from 0 to 255.',
  )
export type RuleProtocol = z.infer<typeof RuleProtocol>

/** Who is on the other side of a rule. A prefix list is shown and kept, but not made here. */
const RulePeer = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('cidr'), cidr: z.string().min(1) }),
  z.strictObject({ kind: z.literal('group'), groupId: z.string().min(1) }),
  z.strictObject({ kind: z.literal('prefix-list'), prefixListId: z.string().min(1) }),
])
type RulePeer = z.infer<typeof RulePeer>

const RulePort = z.number().int().min(-1).max(65_535).nullable()

/** EC2 takes these characters in a rule's description (EC2 API Reference, IpRange). */
const RuleComment = z
  .string()
  .max(255, 'A comment has at most 255 characters.')
  .regex(
    /^[a-zA-Z0-9 ._\-:/()#,@[\]+=&;{}!$*]*$/,
    'A comment holds letters without accents, digits, blanks and ._-:/()#,@[]+=&;{}!$*.',
  )

/**
 * One rule of a security group: what may pass, from or to whom. Ports are null where the protocol has none; of icmp, the
 * first is the type and the second the code, -1 for any.
 */
export const GroupRule = z.strictObject({
  direction: z.enum(['in', 'out']).default('in'),
  protocol: RuleProtocol.default('tcp'),
  fromPort: RulePort.default(null),
  toPort: RulePort.default(null),
  peer: RulePeer,
  comment: RuleComment.default(''),
})
export type GroupRule = z.infer<typeof GroupRule>

/** What uses a group; while anything does, the cloud does not delete it. */
export const GroupUsage = z.object({
  /** Farm roles that name it, and farms and farm roles that it was made for: `shop`, `shop / web`. */
  designs: z.array(z.object({ farmId: z.string(), name: z.string() })),
  /** Servers that have it, by name. */
  servers: z.array(z.object({ serverId: z.string(), name: z.string() })),
  /** Other groups whose rules name it. */
  groups: z.array(z.object({ id: z.string(), name: z.string() })),
  /** On which ports the images of those farm roles and servers answer SSH. */
  sshPorts: z.array(z.number().int()),
})
export type GroupUsage = z.infer<typeof GroupUsage>

/** A security group as its cloud has it now. */
export const SecurityGroup = z.object({
  cloudId: CloudId,
  cloud: z.string(),
  location: Location,
  id: z.string(),
  name: z.string(),
  description: z.string(),
  vpcId: z.string().nullable(),
  tags: z.record(z.string(), z.string()),
  rules: z.array(GroupRule),
  /** Made by this Farmhand. */
  isOurs: z.boolean(),
  /** The group that a VPC comes with; it cannot be deleted. */
  isDefault: z.boolean(),
  usage: GroupUsage,
  /** Farmhand makes sure of these at every launch: taken away, they come back. */
  ensured: z.array(GroupRule),
})
export type SecurityGroup = z.infer<typeof SecurityGroup>

/** The changes that make a group's rules the wanted ones; what is in none of the lists stays untouched. */
export const GroupRulePlan = z.object({
  groupId: z.string(),
  /** The rules that it was made from; applying refuses when they changed since. */
  basis: z.string(),
  add: z.array(GroupRule),
  remove: z.array(GroupRule),
  /** Rules whose comment alone changes, as they will be. */
  comment: z.array(z.object({ rule: GroupRule, before: z.string() })),
  kept: z.number().int(),
  /** What a person should know first: a port open to the world, a rule that will come back. */
  warnings: z.array(z.string()),
})
export type GroupRulePlan = z.infer<typeof GroupRulePlan>

/** What came of applying a plan: `failed` changes are to be tried again, all others are done. */
export const GroupRuleOutcome = z.object({
  group: SecurityGroup,
  done: z.number().int(),
  failed: z.array(
    z.object({ change: z.enum(['add', 'remove', 'comment']), rule: GroupRule, error: ErrorInfo }),
  ),
})
export type GroupRuleOutcome = z.infer<typeof GroupRuleOutcome>
