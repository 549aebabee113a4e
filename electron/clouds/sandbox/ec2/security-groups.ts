import { regions, vpcOf, vpcsOf } from '../catalog.ts'
import { CloudError } from '../http/cloud-error.ts'
import type { Params } from '../http/params.ts'
import type { XmlValue } from '../http/xml.ts'
import { fixedId } from '../ids.ts'
import { settled } from '../life.ts'
import type { GroupRecord, RuleRecord } from '../state/records.ts'
import type { Action, Call, CloudState } from './action.ts'
import { filtered, tagValues } from './filters.ts'
import { fixedOrder, pageOf } from './pages.ts'
import { isSameRule, permissionsXml, readRules, ruleText, rulesXml } from './security-group-rules.ts'
import { specifiedTags, tagSetXml } from './tag-sets.ts'

/** The group `default` that each network comes with. */
export function defaultGroups(): GroupRecord[] {
  return regions.flatMap(({ name: region }) =>
    vpcsOf(region).map((vpc) => {
      const place = vpc.isDefault ? region : `${region} ${vpc.name ?? vpc.id}`
      const id = fixedId('sg', `default ${place}`)
      return {
        id,
        region,
        name: 'default',
        description: 'default VPC security group',
        vpcId: vpc.id,
        tags: {},
        rules: [
          {
            id: fixedId('sgr', `in ${place}`),
            egress: false,
            protocol: '-1',
            fromPort: null,
            toPort: null,
            source: { kind: 'group' as const, groupId: id },
            description: null,
          },
          allowAllOut(fixedId('sgr', `out ${place}`)),
        ],
      }
    }),
  )
}

function allowAllOut(id: string): RuleRecord {
  return {
    id,
    egress: true,
    protocol: '-1',
    fromPort: null,
    toPort: null,
    source: { kind: 'ipv4', cidr: '0.0.0.0/0' },
    description: null,
  }
}

/** A group by its id. Throws `InvalidGroupId.Malformed` or `InvalidGroup.NotFound`. */
export function groupOf(state: CloudState, region: string, id: string): GroupRecord {
  if (!/^sg-[0-9a-f]{8,17}$/.test(id)) {
    throw new CloudError('InvalidGroupId.Malformed', `Invalid id: "${id}" (expecting "sg-...")`)
  }
  const group = state.store.groups.get(id)
  if (group?.region === region) return group
  throw new CloudError('InvalidGroup.NotFound', `The security group '${id}' does not exist`)
}

/** A group by its name, in the default network unless another is named. Throws `InvalidGroup.NotFound`. */
export function groupNamed(
  state: CloudState,
  region: string,
  name: string,
  vpcId = vpcOf(region).id,
): GroupRecord {
  const group = groupsIn(state, region).find((group) => group.name === name && group.vpcId === vpcId)
  if (group) return group
  throw new CloudError(
    'InvalidGroup.NotFound',
    `The security group '${name}' does not exist in ${vpcId === vpcOf(region).id ? 'default ' : ''}VPC '${vpcId}'`,
  )
}

const createSecurityGroup: Action = async (state, { params, region }) => {
  const name = params.required('GroupName')
  const vpcId = params.text('VpcId') ?? vpcOf(region).id
  if (!vpcsOf(region).some(({ id }) => id === vpcId)) {
    throw new CloudError('InvalidVpcID.NotFound', `The vpc ID '${vpcId}' does not exist`)
  }
  if (name.startsWith('sg-') || name.length > 255) {
    throw new CloudError('InvalidParameterValue', `Value (${name}) for parameter GroupName is invalid.`)
  }
  if (groupsIn(state, region).some((group) => group.name === name && group.vpcId === vpcId)) {
    throw new CloudError(
      'InvalidGroup.Duplicate',
      `The security group '${name}' already exists for VPC '${vpcId}'`,
    )
  }
  const group: GroupRecord = {
    id: state.ids.make('sg', (id) => state.store.groups.has(id)),
    region,
    name,
    description: params.required('GroupDescription'),
    vpcId,
    rules: [allowAllOut(state.ids.make('sgr'))],
    tags: specifiedTags(params, 'security-group'),
  }
  await state.store.save([{ kind: 'group', put: group }])
  return { groupId: group.id, tagSet: tagSetXml(group.tags), return: true }
}

const describeSecurityGroups: Action = (state, call) => {
  const { params, region } = call
  const ids = params.list('GroupId')
  const names = params.list('GroupName')
  const asked =
    ids.length + names.length > 0
      ? [
          ...new Set([
            ...ids.map((id) => groupOf(state, region, id)),
            ...names.map((name) => groupNamed(state, region, name)),
          ]),
        ]
      : groupsIn(state, region)
  const found = filtered(asked, params, (group, name) => {
    switch (name) {
      case 'group-id':
        return [group.id]
      case 'group-name':
        return [group.name]
      case 'description':
        return [group.description]
      case 'vpc-id':
        return [group.vpcId]
      case 'owner-id':
        return [accountOf(state)]
      default:
        return tagValues(group.tags, name)
    }
  })
  const { items, nextToken } = pageOf(found, state, call, { orderOf: fixedOrder })
  return { securityGroupInfo: items.map((group) => groupXml(state, group)), nextToken }
}

const deleteSecurityGroup: Action = async (state, call) => {
  const group = namedGroup(state, call)
  if (group.name === 'default') {
    throw new CloudError(
      'CannotDelete',
      `the specified group: "${group.id}" name: "default" cannot be deleted by a user`,
    )
  }
  const byInstance = [...state.store.instances.values()].some(
    (instance) => settled(instance, call.now).state !== 'terminated' && instance.groupIds.includes(group.id),
  )
  const byGroup = groupsIn(state, call.region).some(
    (other) =>
      other.id !== group.id &&
      other.rules.some(({ source }) => source.kind === 'group' && source.groupId === group.id),
  )
  if (byInstance || byGroup) {
    throw new CloudError('DependencyViolation', `resource ${group.id} has a dependent object`)
  }
  await state.store.save([{ kind: 'group', drop: group.id }])
  return { return: true, groupId: group.id }
}

function authorize(egress: boolean): Action {
  return async (state, call) => {
    const group = namedGroup(state, call)
    const wanted = readRules(call.params, egress, (pair) => sourceGroup(state, call, pair))
    const known = wanted.find((rule) => group.rules.some((other) => isSameRule(rule, other)))
    if (known) {
      throw new CloudError(
        'InvalidPermission.Duplicate',
        `the specified rule "${ruleText(known)}" already exists`,
      )
    }
    const added = wanted.map((rule) => ({ ...rule, id: state.ids.make('sgr') }))
    const changed = { ...group, rules: [...group.rules, ...added] }
    await state.store.save([{ kind: 'group', put: changed }])
    return { return: true, securityGroupRuleSet: rulesXml(changed, added, accountOf(state)) }
  }
}

function revoke(egress: boolean): Action {
  return async (state, call) => {
    const group = namedGroup(state, call)
    const ids = call.params.list('SecurityGroupRuleId')
    const gone = ids.length > 0 ? rulesById(group, ids) : rulesByFacts(group, call, state, egress)
    await state.store.save([
      { kind: 'group', put: { ...group, rules: group.rules.filter((rule) => !gone.includes(rule)) } },
    ])
    return { return: true, revokedSecurityGroupRuleSet: rulesXml(group, gone, accountOf(state)) }
  }
}

function describeRules(egress: boolean): Action {
  return async (state, call) => {
    const group = namedGroup(state, call)
    const asked = readRules(call.params, egress, (pair) => sourceGroup(state, call, pair))
    rulesByFacts(group, call, state, egress)
    const rules = group.rules.map((rule) => {
      const change = asked.find((one) => isSameRule(one, rule))
      return change ? { ...rule, description: change.description } : rule
    })
    await state.store.save([{ kind: 'group', put: { ...group, rules } }])
    return { return: true }
  }
}

function rulesById(group: GroupRecord, ids: readonly string[]): RuleRecord[] {
  return ids.map((id) => {
    const found = group.rules.find((rule) => rule.id === id)
    if (found) return found
    throw new CloudError(
      'InvalidSecurityGroupRuleId.NotFound',
      `The security group rule ID '${id}' does not exist`,
    )
  })
}

function rulesByFacts(group: GroupRecord, call: Call, state: CloudState, egress: boolean): RuleRecord[] {
  return readRules(call.params, egress, (pair) => sourceGroup(state, call, pair)).map((rule) => {
    const found = group.rules.find((other) => isSameRule(rule, other))
    if (found) return found
    throw new CloudError(
      'InvalidPermission.NotFound',
      'The specified rule does not exist in this security group.',
    )
  })
}

function groupsIn(state: CloudState, region: string): GroupRecord[] {
  return [...state.store.groups.values()].filter((group) => group.region === region)
}

function namedGroup(state: CloudState, { params, region }: Call): GroupRecord {
  const id = params.text('GroupId')
  return id === undefined
    ? groupNamed(state, region, params.required('GroupName'))
    : groupOf(state, region, id)
}

function sourceGroup(state: CloudState, { region }: Call, pair: Params): string {
  const id = pair.text('GroupId')
  if (id !== undefined) return groupOf(state, region, id).id
  return groupNamed(state, region, pair.required('GroupName')).id
}

function accountOf(state: CloudState): string {
  return state.store.account?.accountId ?? ''
}

function groupXml(state: CloudState, group: GroupRecord): XmlValue {
  const accountId = accountOf(state)
  return {
    ownerId: accountId,
    groupId: group.id,
    groupName: group.name,
    groupDescription: group.description,
    vpcId: group.vpcId,
    ipPermissions: permissionsXml(group, false, accountId),
    ipPermissionsEgress: permissionsXml(group, true, accountId),
    tagSet: tagSetXml(group.tags),
  }
}

export const securityGroupActions = {
  CreateSecurityGroup: createSecurityGroup,
  DescribeSecurityGroups: describeSecurityGroups,
  DeleteSecurityGroup: deleteSecurityGroup,
  AuthorizeSecurityGroupIngress: authorize(false),
  AuthorizeSecurityGroupEgress: authorize(true),
  UpdateSecurityGroupRuleDescriptionsIngress: describeRules(false),
  UpdateSecurityGroupRuleDescriptionsEgress: describeRules(true),
  RevokeSecurityGroupIngress: revoke(false),
  RevokeSecurityGroupEgress: revoke(true),
} satisfies Record<string, Action>
