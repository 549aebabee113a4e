import { instanceTypeOf, isOffered } from '../catalog.ts'
import { CloudError } from '../http/cloud-error.ts'
import type { InstanceRecord } from '../state/records.ts'
import type { Action, Call, CloudState, Reply } from './action.ts'
import { instanceOf } from './instance-lookup.ts'
import { vpcIdOf } from './instance-xml.ts'
import { groupOf } from './security-groups.ts'
import { readUserData } from './user-data.ts'

const describeInstanceAttribute: Action = (state, call) => {
  const instance = instanceOf(state, call, call.params.required('InstanceId'))
  const attribute = call.params.required('Attribute')
  return { instanceId: instance.id, ...attributeXml(instance, attribute) }
}

function attributeXml(instance: InstanceRecord, attribute: string): Reply {
  switch (attribute) {
    case 'instanceType':
      return { instanceType: { value: instance.instanceType } }
    case 'disableApiTermination':
      return { disableApiTermination: { value: instance.terminationProtected } }
    case 'disableApiStop':
      return { disableApiStop: { value: false } }
    case 'instanceInitiatedShutdownBehavior':
      return { instanceInitiatedShutdownBehavior: { value: instance.shutdownBehavior } }
    case 'userData':
      return { userData: instance.userData === '' ? {} : { value: instance.userData } }
    case 'ebsOptimized':
      return { ebsOptimized: { value: instance.ebsOptimized } }
    case 'rootDeviceName':
      return { rootDeviceName: { value: '/dev/sda1' } }
    case 'groupSet':
      return { groupSet: instance.groupIds.map((groupId) => ({ groupId })) }
    default:
      throw new CloudError(
        'InvalidParameterValue',
        `Value (${attribute}) for parameter attribute is invalid. Unknown attribute.`,
      )
  }
}

const modifyInstanceAttribute: Action = async (state, call) => {
  const { params } = call
  const instance = instanceOf(state, call, params.required('InstanceId'))
  const put = changed(state, call, instance, asAttribute(call))
  await state.store.save([{ kind: 'instance', put }])
  return { return: true }
}

/** The attribute is named by its own parameter (`InstanceType.Value`) or by `Attribute` and `Value`. */
function asAttribute({ params }: Call): { name: string; value: string } {
  const named = params.text('Attribute')
  if (named !== undefined) return { name: named, value: params.text('Value') ?? '' }
  const own = ['InstanceType', 'DisableApiTermination', 'InstanceInitiatedShutdownBehavior', 'UserData'].find(
    (name) => params.has(name),
  )
  if (own !== undefined) {
    return {
      name: `${own.slice(0, 1).toLowerCase()}${own.slice(1)}`,
      value: params.text(`${own}.Value`) ?? '',
    }
  }
  if (params.has('GroupId')) return { name: 'groupSet', value: params.list('GroupId').join(' ') }
  throw new CloudError('InvalidParameterCombination', 'No attributes specified.')
}

function changed(
  state: CloudState,
  call: Call,
  instance: InstanceRecord,
  { name, value }: { name: string; value: string },
): InstanceRecord {
  switch (name) {
    case 'instanceType':
      mustBeStopped(instance)
      if (!instanceTypeOf(value)) {
        throw new CloudError('InvalidParameterValue', `Invalid value '${value}' for InstanceType.`)
      }
      if (!isOffered(value, instance.zone)) {
        throw new CloudError('Unsupported', 'The requested configuration is currently not supported.')
      }
      return { ...instance, instanceType: value }
    case 'userData':
      mustBeStopped(instance)
      return { ...instance, userData: readUserData(value) }
    case 'disableApiTermination':
      return { ...instance, terminationProtected: value === 'true' }
    case 'instanceInitiatedShutdownBehavior':
      return { ...instance, shutdownBehavior: value === 'terminate' ? 'terminate' : 'stop' }
    case 'groupSet':
      return { ...instance, groupIds: groupsFor(state, call, instance, value.split(' ')) }
    default:
      throw new CloudError(
        'InvalidParameterValue',
        `Value (${name}) for parameter attribute is invalid. It cannot be modified.`,
      )
  }
}

/** EC2's default quota. */
const GROUPS_PER_INTERFACE = 5

/** The groups are of the instance's network, and no more than one network interface takes. */
function groupsFor(
  state: CloudState,
  call: Call,
  instance: InstanceRecord,
  wanted: readonly string[],
): string[] {
  const groups = [...new Set(wanted)].map((id) => groupOf(state, call.region, id))
  const vpcId = vpcIdOf(instance)
  if (groups.some((group) => group.vpcId !== vpcId)) {
    throw new CloudError(
      'InvalidParameter',
      'You have specified two resources that belong to different networks.',
    )
  }
  if (groups.length > GROUPS_PER_INTERFACE) {
    throw new CloudError(
      'SecurityGroupsPerInterfaceLimitExceeded',
      'The maximum number of security groups per interface has been reached.',
    )
  }
  return groups.map(({ id }) => id)
}

function mustBeStopped(instance: InstanceRecord): void {
  if (instance.state === 'stopped') return
  throw new CloudError(
    'IncorrectInstanceState',
    `The instance '${instance.id}' is not in the 'stopped' state.`,
  )
}

export const instanceAttributeActions = {
  DescribeInstanceAttribute: describeInstanceAttribute,
  ModifyInstanceAttribute: modifyInstanceAttribute,
} satisfies Record<string, Action>
