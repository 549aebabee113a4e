import { CloudError } from '../http/cloud-error.ts'
import { isListed, settled } from '../life.ts'
import type { InstanceRecord } from '../state/records.ts'
import type { Call, CloudState } from './action.ts'

/** The instances of the call's region that the cloud knows now, as they are now. */
export function listedInstances(state: CloudState, call: Call): InstanceRecord[] {
  return [...state.store.instances.values()]
    .filter((record) => record.region === call.region)
    .map((record) => settled(record, call.now))
    .filter((record) => isListed(record, call.now, state.times))
}

/** An instance by its id. Throws `InvalidInstanceID.Malformed` or `InvalidInstanceID.NotFound`. */
export function instanceOf(state: CloudState, call: Call, id: string): InstanceRecord {
  const [found] = instancesOf(state, call, [id])
  if (found) return found
  throw notFound([id])
}

/** Instances by their ids, all or none. Throws `InvalidInstanceID.Malformed` or `InvalidInstanceID.NotFound`. */
export function instancesOf(state: CloudState, call: Call, ids: readonly string[]): InstanceRecord[] {
  const malformed = ids.find((id) => !/^i-(?:[0-9a-f]{8}|[0-9a-f]{17})$/.test(id))
  if (malformed !== undefined) {
    throw new CloudError('InvalidInstanceID.Malformed', `Invalid id: "${malformed}"`)
  }
  const unknown: string[] = []
  const found = [...new Set(ids)].flatMap((id) => {
    const record = state.store.instances.get(id)
    const instance = record?.region === call.region ? settled(record, call.now) : undefined
    if (instance && isListed(instance, call.now, state.times)) return [instance]
    unknown.push(id)
    return []
  })
  if (unknown.length > 0) throw notFound(unknown)
  return found
}

function notFound(ids: readonly string[]): CloudError {
  return new CloudError(
    'InvalidInstanceID.NotFound',
    ids.length === 1
      ? `The instance ID '${ids.join()}' does not exist`
      : `The instance IDs '${ids.join(', ')}' do not exist`,
  )
}
