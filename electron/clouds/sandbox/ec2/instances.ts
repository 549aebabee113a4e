import { Buffer } from 'node:buffer'
import { CloudError } from '../http/cloud-error.ts'
import type { XmlValue } from '../http/xml.ts'
import { imageOwner, instanceTypeOf } from '../catalog.ts'
import { rebooting, stateCodes, starting, stopping, terminating } from '../life.ts'
import type { InstanceRecord } from '../state/records.ts'
import type { Action, Call, CloudState, Reply } from './action.ts'
import { filtered, tagValues } from './filters.ts'
import { instanceOf, instancesOf, listedInstances } from './instance-lookup.ts'
import { privateAddressOf, publicAddressOf, reservationSetXml, stateXml } from './instance-xml.ts'
import { pageOf } from './pages.ts'

const userReason = { code: 'Client.UserInitiatedShutdown', message: 'User initiated' }

const describeInstances: Action = (state, call) => {
  const { items, nextToken } = pageOf(askedInstances(state, call), state, call, {
    orderOf: (instance) => instance.number,
  })
  return { reservationSet: reservationSetXml(state, items), nextToken }
}

const describeInstanceStatus: Action = (state, call) => {
  const all = call.params.flag('IncludeAllInstances') === true
  const found = askedInstances(state, call).filter((instance) => all || instance.state === 'running')
  const { items, nextToken } = pageOf(found, state, call, { orderOf: (instance) => instance.number })
  return {
    instanceStatusSet: items.map((instance) => {
      const isUp = instance.state === 'running'
      const summary = {
        status: isUp ? 'ok' : 'not-applicable',
        details: isUp ? [{ name: 'reachability', status: 'passed' }] : [],
      }
      return {
        instanceId: instance.id,
        availabilityZone: instance.zone,
        instanceState: stateXml(instance.state),
        systemStatus: summary,
        instanceStatus: summary,
      }
    }),
    nextToken,
  }
}

function askedInstances(state: CloudState, call: Call): InstanceRecord[] {
  const ids = call.params.list('InstanceId')
  if (ids.length > 0 && call.params.has('MaxResults')) {
    throw new CloudError(
      'InvalidParameterCombination',
      'The parameter instancesSet cannot be used with the parameter maxResults',
    )
  }
  const asked = ids.length > 0 ? instancesOf(state, call, ids) : listedInstances(state, call)
  return filtered(asked, call.params, (instance, name) => filterValues(state, instance, name))
}

function filterValues(
  state: CloudState,
  instance: InstanceRecord,
  name: string,
): readonly string[] | undefined {
  switch (name) {
    case 'instance-id':
      return [instance.id]
    case 'instance-state-name':
      return [instance.state]
    case 'instance-state-code':
      return [String(stateCodes[instance.state])]
    case 'instance-type':
      return [instance.instanceType]
    case 'image-id':
      return [instance.imageId]
    case 'client-token':
      return instance.clientToken === null ? [] : [instance.clientToken]
    case 'availability-zone':
      return [instance.zone]
    case 'reservation-id':
      return [instance.reservationId]
    case 'key-name':
      return instance.keyName === null ? [] : [instance.keyName]
    case 'subnet-id':
      return [instance.subnetId]
    case 'launch-index':
      return [String(instance.launchIndex)]
    case 'instance.group-id':
    case 'group-id':
      return instance.groupIds
    case 'instance.group-name':
    case 'group-name':
      return instance.groupIds.flatMap((id) => state.store.groups.get(id)?.name ?? [])
    case 'private-ip-address':
      return [privateAddressOf(instance)]
    case 'ip-address':
      return [publicAddressOf(instance) ?? '']
    case 'instance-lifecycle':
      return instance.spot === null ? [] : ['spot']
    case 'placement-group-name':
      return instance.placementGroup === null ? [] : [instance.placementGroup]
    case 'tenancy':
      return [instance.tenancy]
    case 'owner-id':
      return [state.store.account?.accountId ?? imageOwner.id]
    default:
      return tagValues(instance.tags, name)
  }
}

/** Makes an action of a change to each named instance; all change or, when one is refused, none. */
function command(
  change: (instance: InstanceRecord, state: CloudState, call: Call) => InstanceRecord | undefined,
): Action {
  return async (state, call) => {
    const before = instancesOf(state, call, requiredIds(call))
    const after = before.map((instance) => change(instance, state, call) ?? instance)
    await saveChanged(state, before, after)
    return stateChanges(before, after)
  }
}

const stopInstances = command((instance, state, call) => {
  if (instance.state === 'stopped' || instance.state === 'stopping') return undefined
  if (instance.state !== 'running') throw wrongState(instance, 'stopped')
  if (instance.spot !== null) {
    throw new CloudError(
      'UnsupportedOperation',
      `You can't stop the Spot Instance '${instance.id}' because it is associated with a one-time Spot Instance request. You can only stop Spot Instances associated with persistent Spot Instance requests.`,
    )
  }
  return stopping(instance, { now: call.now, times: state.times, reason: userReason })
})

const startInstances = command((instance, state, call) => {
  if (instance.state === 'running' || instance.state === 'pending') return undefined
  if (instance.state !== 'stopped') throw wrongState(instance, 'started')
  return starting(instance, { now: call.now, times: state.times, reason: userReason })
})

const rebootInstances: Action = async (state, call) => {
  const before = instancesOf(state, call, requiredIds(call))
  const refused = before.find(({ state }) => state !== 'running' && state !== 'pending')
  if (refused) throw wrongState(refused, 'rebooted')
  const after = before.map((instance) =>
    instance.state === 'running'
      ? rebooting(instance, { now: call.now, times: state.times, reason: userReason })
      : instance,
  )
  await saveChanged(state, before, after)
  return { return: true }
}

const terminateInstances: Action = (state, call) => {
  const kept = instancesOf(state, call, requiredIds(call)).find((instance) => instance.terminationProtected)
  if (kept) {
    throw new CloudError(
      'OperationNotPermitted',
      `The instance '${kept.id}' may not be terminated. Modify its 'disableApiTermination' instance attribute and try again.`,
    )
  }
  return terminate(state, call)
}

const terminate = command((instance, state, call) => {
  if (instance.state === 'terminated' || instance.state === 'shutting-down') return undefined
  const reason = { code: 'Client.UserInitiatedShutdown', message: 'User initiated shutdown' }
  return terminating(instance, { now: call.now, times: state.times, reason })
})

const describeInstanceCreditSpecifications: Action = (state, call) => {
  const burstable = askedInstances(state, call).filter(
    (instance) => instanceTypeOf(instance.instanceType)?.burstable === true,
  )
  return {
    instanceCreditSpecificationSet: burstable.map((instance) => ({
      instanceId: instance.id,
      // What each generation does by itself: T2 is standard, T3 and later are unlimited.
      cpuCredits: instance.cpuCredits ?? (instance.instanceType.startsWith('t2.') ? 'standard' : 'unlimited'),
    })),
  }
}

const getConsoleOutput: Action = async (state, call) => {
  const { id } = instanceOf(state, call, call.params.required('InstanceId'))
  const { text, at } = await state.consoleText(id)
  return {
    instanceId: id,
    timestamp: new Date(at).toISOString(),
    output: text === '' ? undefined : Buffer.from(text, 'utf8').toString('base64'),
  }
}

function requiredIds(call: Call): string[] {
  const ids = call.params.list('InstanceId')
  if (ids.length === 0) call.params.required('InstanceId')
  return ids
}

async function saveChanged(
  state: CloudState,
  before: readonly InstanceRecord[],
  after: readonly InstanceRecord[],
): Promise<void> {
  const changed = after.filter((instance, at) => instance !== before[at])
  await state.store.save(changed.map((put) => ({ kind: 'instance', put })))
  state.follow(changed.map((instance) => instance.id))
}

function stateChanges(before: readonly InstanceRecord[], after: readonly InstanceRecord[]): Reply {
  const changes: XmlValue = after.map((instance, at) => ({
    instanceId: instance.id,
    currentState: stateXml(instance.state),
    previousState: stateXml((before[at] ?? instance).state),
  }))
  return { instancesSet: changes }
}

function wrongState(instance: InstanceRecord, verb: string): CloudError {
  return new CloudError(
    'IncorrectInstanceState',
    `The instance '${instance.id}' is not in a state from which it can be ${verb}.`,
  )
}

export const instanceActions = {
  DescribeInstances: describeInstances,
  DescribeInstanceStatus: describeInstanceStatus,
  DescribeInstanceCreditSpecifications: describeInstanceCreditSpecifications,
  StopInstances: stopInstances,
  StartInstances: startInstances,
  RebootInstances: rebootInstances,
  TerminateInstances: terminateInstances,
  GetConsoleOutput: getConsoleOutput,
} satisfies Record<string, Action>
