import { type Command, Option } from 'commander'
import { errorFromWire } from '../../shared/contract/wire-errors.ts'
import { AppError } from '../../shared/model/errors.ts'
import { GroupRule, type SecurityGroup } from '../../shared/model/security-groups.ts'
import type { Cloud } from '../../shared/model/clouds.ts'
import {
  openServices,
  openToWorld,
  peerText,
  planRules,
  portsText,
  readPorts,
  ruleKey,
  ruleText,
  serviceOf,
} from '../../shared/logic/security-groups/security-group-rules.ts'
import type { Client } from './connect.ts'
import type { Context } from './context.ts'
import { ExitStatus, UsageError } from './failure.ts'
import { plain, table, type Columns } from './paint.ts'
import { findCloud } from './references.ts'
import { removing } from './remove-verb.ts'

interface PlaceOptions {
  cloud?: string
  location?: string
}

interface RuleOptions extends PlaceOptions {
  protocol: string
  ports?: string
  from?: string
  to?: string
  comment?: string
}

export function addGroupCommands(program: Command, context: Context): void {
  const group = program.command('group').description('security groups')
  placed(group.command('ls').description('list those that Farmhand made'))
    .option('--all', 'list all of the account')
    .action((options: PlaceOptions & { all?: boolean }) =>
      context.withClient(async (client) => {
        const { groups, failures } = await groupsOf(client, options)
        const shown = options.all === true ? groups : groups.filter(({ isOurs }) => isOurs)
        for (const failure of failures) await context.note(context.paint('yellow', failure))
        await context.print(shown, () => table(groupColumns, shown, context.paint))
        if (failures.length > 0) throw new ExitStatus(1)
      }),
    )
  placed(group.command('show <group>').description('show a group’s rules and what uses it')).action(
    (wanted: string, options: PlaceOptions) =>
      context.withClient(async (client) => {
        const found = await findGroup(client, wanted, options)
        await context.print(found, () => groupText(found, context))
      }),
  )
  placed(group.command('create <name>').description('make a group that lets nothing in'))
    .option('--description <text>', 'what it is for; the cloud cannot change it later')
    .option('--vpc <id>', 'in this VPC (else in the default one)')
    .action((name: string, options: PlaceOptions & { description?: string; vpc?: string }) =>
      context.withClient(async (client) => {
        const made = await client.securityGroups.create({
          ...(await onePlace(client, options)),
          name,
          description: options.description ?? name,
          vpcId: options.vpc ?? null,
        })
        await context.print(made, `Security group ${plain(made.name)} is there (${made.id}).\n`)
      }),
    )
  placed(group.command('rm <group>').description('delete a group that nothing uses')).action(
    removing(context, {
      find: findGroup,
      remove: ({ securityGroups }, { cloudId, location, id }) =>
        securityGroups.remove({ cloudId, location, groupId: id }),
      noun: 'Security group',
      done: 'deleted',
    }),
  )
  const rule = group.command('rule').description('what a group lets through')
  ruled(rule.command('add <group>').description('add a rule, or change the comment of one'))
    .option('--comment <text>', 'a comment, kept in the cloud')
    .action((wanted: string, options: RuleOptions) =>
      context.withClient((client) => changeRule(client, context, wanted, options, 'add')),
    )
  ruled(rule.command('rm <group>').description('take a rule away')).action(
    (wanted: string, options: RuleOptions) =>
      context.withClient((client) => changeRule(client, context, wanted, options, 'rm')),
  )
}

function placed(command: Command): Command {
  return command
    .option('--cloud <cloud>', 'in this cloud (else in all)')
    .option('--location <location>', 'in this location (else in all)')
}

function ruled(command: Command): Command {
  return placed(command)
    .addOption(new Option('--protocol <protocol>', 'tcp, udp, icmp, icmpv6, all or a number').default('tcp'))
    .option('--ports <ports>', '22, 8000-8010 or all; of icmp a type')
    .option('--from <source>', 'addresses (10.0.0.0/8) or group that may come in')
    .option('--to <target>', 'addresses or group that may be reached')
}

async function changeRule(
  client: Client,
  context: Context,
  wanted: string,
  options: RuleOptions,
  verb: 'add' | 'rm',
): Promise<void> {
  const rule = ruleOf(options)
  const group = await findGroup(client, wanted, options)
  const others = group.rules.filter((known) => ruleKey(known) !== ruleKey(rule))
  if (verb === 'rm' && others.length === group.rules.length) {
    throw new AppError('input.not_found', { message: `${group.name} has no rule ${ruleText(rule)}.` })
  }
  const { cloudId, location, id: groupId } = group
  const input = { cloudId, location, groupId, rules: verb === 'add' ? [...others, rule] : others }
  const plan = planRules(group, input.rules)
  for (const warning of plan.warnings) await context.note(context.paint('yellow', warning))
  const outcome = await client.securityGroups.applyRules({ ...input, basis: plan.basis })
  const [failure] = outcome.failed
  if (failure) throw AppError.from(failure.error)
  await context.print(outcome.group, () => groupText(outcome.group, context))
}

function ruleOf(options: RuleOptions): GroupRule {
  const { protocol, from, to } = options
  const who = from ?? to
  if (who === undefined || (from !== undefined && to !== undefined)) {
    throw new UsageError('Give either --from or --to: addresses such as 10.0.0.0/8, or the id of a group.')
  }
  const ports = readPorts(protocol, options.ports ?? (protocol === 'tcp' || protocol === 'udp' ? '' : 'all'))
  if ('fault' in ports) throw new UsageError(`--ports: ${ports.fault}`)
  const rule = GroupRule.safeParse({
    direction: from === undefined ? 'out' : 'in',
    protocol,
    ...ports,
    peer: who.startsWith('sg-') ? { kind: 'group', groupId: who } : { kind: 'cidr', cidr: who },
    comment: options.comment ?? '',
  })
  if (rule.success) return rule.data
  throw new UsageError(rule.error.issues[0]?.message ?? 'This is no rule.')
}

/** All groups of the places that were asked for; a place that fails is told and does not hold up the others. */
async function groupsOf(
  client: Client,
  options: PlaceOptions,
): Promise<{ groups: SecurityGroup[]; failures: string[] }> {
  const places = await placesOf(client, options)
  const answers = await Promise.allSettled(
    places.map(({ cloud, location }) => client.securityGroups.list({ cloudId: cloud.id, location })),
  )
  const groups: SecurityGroup[] = []
  const failures: string[] = []
  for (const [at, answer] of answers.entries()) {
    if (answer.status === 'fulfilled') groups.push(...answer.value)
    else
      failures.push(
        `${places[at]?.cloud.name ?? ''}, ${places[at]?.location ?? ''}: ${errorFromWire(answer.reason).message}`,
      )
  }
  return { groups, failures }
}

async function placesOf(
  client: Client,
  { cloud, location }: PlaceOptions,
): Promise<{ cloud: Cloud; location: string }[]> {
  const clouds = cloud === undefined ? await client.clouds.list() : [await findCloud(client, cloud)]
  const places = clouds.flatMap((one) => one.locations.map((name) => ({ cloud: one, location: name })))
  const found = location === undefined ? places : places.filter((place) => place.location === location)
  if (found.length > 0) return found
  const known = places.map((place) => place.location).join(', ')
  throw new AppError('input.not_found', {
    message:
      known === '' ? 'There is no cloud yet.' : `There is no location ${location ?? ''}; there is ${known}.`,
  })
}

async function onePlace(
  client: Client,
  options: PlaceOptions,
): Promise<{ cloudId: Cloud['id']; location: string }> {
  const [first, second] = await placesOf(client, options)
  if (!first || second) throw new UsageError('Say where: --cloud and --location.')
  return { cloudId: first.cloud.id, location: first.location }
}

/** By id, or by name where only one is called so. */
async function findGroup(client: Client, wanted: string, options: PlaceOptions): Promise<SecurityGroup> {
  const { groups, failures } = await groupsOf(client, options)
  const byId = groups.filter(({ id }) => id === wanted)
  const found =
    byId.length > 0 ? byId : groups.filter(({ name }) => name.toLowerCase() === wanted.toLowerCase())
  const [first] = found
  if (first && found.length === 1) return first
  if (first) {
    const which = found.map(({ id, location, vpcId }) => `${id} (${vpcId ?? location})`).join(', ')
    throw new AppError('input.invalid', { message: `“${wanted}” could be several groups: ${which}.` })
  }
  const unseen = failures.length === 0 ? '' : ` Not everything could be seen: ${failures.join(' ')}`
  throw new AppError('input.not_found', { message: `There is no security group “${wanted}”.${unseen}` })
}

const groupColumns: Columns<SecurityGroup> = {
  NAME: ({ name }) => plain(name),
  CLOUD: ({ cloud }) => plain(cloud),
  LOCATION: ({ location }) => location,
  VPC: ({ vpcId }) => plain(vpcId),
  RULES: ({ rules }) => rules.length,
  'USED BY': ({ usage }) => plain([...usage.designs, ...usage.groups].map(({ name }) => name).join(', ')),
  'OPEN TO THE WORLD': ({ rules, usage }, paint) =>
    paint('yellow', [...new Set(rules.flatMap((rule) => openServices(rule, usage.sshPorts)))].join(', ')),
  ID: ({ id }) => id,
}

const ruleColumns: Columns<GroupRule> = {
  '': ({ direction }) => direction,
  PROTOCOL: ({ protocol }) => protocol,
  PORTS: (rule) => portsText(rule),
  'FROM / TO': ({ peer }) => peerText(peer),
  SERVICE: (rule) => serviceOf(rule) ?? '',
  COMMENT: ({ comment }) => plain(comment, ''),
}

function groupText(group: SecurityGroup, context: Context): string {
  const { usage } = group
  const users = [...usage.designs, ...usage.servers, ...usage.groups].map(({ name }) => plain(name))
  const head = [
    `${context.paint('bold', plain(group.name))} (${group.id}) in ${plain(group.cloud)}, ${group.location}`,
    plain(group.description, ''),
    `Used by: ${users.length === 0 ? 'nothing' : users.join(', ')}`,
    ...openToWorld(group.rules, group.usage.sshPorts).map((rule) =>
      context.paint(
        'yellow',
        `${openServices(rule, group.usage.sshPorts).join(' and ')} is open to the whole world: ${ruleText(rule)}`,
      ),
    ),
    '',
  ]
  return `${head.join('\n')}${table(ruleColumns, group.rules, context.paint)}`
}
