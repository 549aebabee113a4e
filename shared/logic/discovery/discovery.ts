import type { Fault } from '../../model/errors.ts'
import type { DiscoveredInstance } from '../../model/discovery.ts'
import type { FarmRole } from '../../model/farm-roles.ts'
import type { Os } from '../../model/images.ts'
import type { Server } from '../../model/servers.ts'
import { countServers } from '../farms/farm-decisions.ts'

/** EC2 takes 50 tags on a resource. */
const MAX_TAGS = 50

/** True, or the sentence that says why an instance cannot be imported now. */
export function whyNotImportable(
  instance: { state: string; tags: Readonly<Record<string, string>> },
  workspace: { tag: string; id: string },
): true | string {
  const owner = instance.tags[workspace.tag]
  if (owner !== undefined && owner !== workspace.id) {
    return 'Another Farmhand workspace owns it (its tags say so). Let that one go of it first.'
  }
  if (instance.state !== 'running') return `It is ${instance.state}; only a running instance can be imported.`
  return true
}

/** What stands in the way of importing these together (reference 1.8: one operating system and version a batch). */
export function batchFaults(
  instances: readonly Pick<DiscoveredInstance, 'id' | 'name' | 'os' | 'architecture' | 'importable'>[],
  os: Os | null,
): Fault[] {
  const faults: Fault[] = []
  const tell = (message: string): void => void faults.push({ path: 'instanceIds', message })
  for (const { name, importable } of instances) if (importable !== true) tell(`${name}: ${importable}`)
  const known = instances.filter((instance) => instance.os.family !== 'unknown')
  const systems = new Set(known.map((instance) => `${instance.os.family} ${instance.os.version}`.trim()))
  if (systems.size > 1) {
    tell(`They run ${[...systems].join(' and ')}; import one operating system and version at a time.`)
  } else if (os) {
    const other = known.find((instance) => instance.os.family !== os.family)
    if (other) tell(`${other.name} runs ${other.os.family}, the farm role is for ${os.family}.`)
  }
  if (new Set(instances.map(({ architecture }) => architecture)).size > 1) {
    tell('They have different architectures; import one at a time.')
  }
  return faults
}

/** An automatic farm role would terminate what is above its maximum: an import must not make that happen. */
export function roomFault(farmRole: FarmRole, own: Iterable<Server>, incoming: number): string | null {
  if (!farmRole.scaling.enabled) return null
  const { pending, running, suspended } = countServers(own, farmRole.scaling)
  const total = pending + running + suspended + incoming
  if (total <= farmRole.scaling.max) return null
  return `${farmRole.alias} keeps at most ${farmRole.scaling.max} servers and would have ${total}: scaling would terminate some at once. Raise the maximum first.`
}

/** What happens to an instance's tags, and what is wrong with what was asked. */
export function tagChanges(
  before: Readonly<Record<string, string>>,
  wanted: { set: Readonly<Record<string, string>>; remove: readonly string[] },
  ours: Readonly<Record<string, string>>,
): { changes: { key: string; from: string | null; to: string | null }[]; faults: string[] } {
  const faults = [...Object.keys(wanted.set), ...wanted.remove].flatMap((key) => {
    const reserved = /^(aws|farmhand):/i.exec(key)
    return reserved ? [`Tag “${key}” cannot be changed: “${reserved[0]}” is reserved.`] : []
  })
  const after: Record<string, string> = { ...before }
  for (const key of wanted.remove) Reflect.deleteProperty(after, key)
  Object.assign(after, wanted.set, ours)
  const count = Object.keys(after).length
  if (count > MAX_TAGS) faults.push(`It would have ${count} tags; a cloud takes ${MAX_TAGS}. Remove some.`)
  const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort()
  const changes = keys
    .map((key) => ({ key, from: before[key] ?? null, to: after[key] ?? null }))
    .filter(({ from, to }) => from !== to)
  return { changes, faults }
}
