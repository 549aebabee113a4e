import { type AppError, toAppError } from '../../../../shared/model/errors.ts'
import type { Server } from '../../../../shared/model/servers.ts'
import { callRefused, isRefusal } from '../../../../shared/logic/servers/call-refusals.ts'
import { terminationRefused } from '../../../../shared/logic/servers/server-ends.ts'
import type { CloudCall } from '../../../../shared/logic/servers/server-cloud-calls.ts'
import type { CloudProvider } from '../../clouds/index.ts'
import type { Clock } from '../../ports.ts'
import type { ServerStore } from '../../records/servers/index.ts'

interface InstanceCallParts {
  servers: ServerStore
  clock: Clock
}

/** A call about instances that are there already. */
export type InstanceCall = Exclude<CloudCall, 'launch'>

/**
 * Asks a cloud to stop, start or end instances, in as few calls as it allows. It refuses a whole call for one instance: that
 * one is told on its server, and the others are asked for again. Throws what is no refusal: it is asked again as it is.
 */
export async function callInstances(
  { servers, clock }: InstanceCallParts,
  location: string,
  call: InstanceCall,
  list: readonly Server[],
  provider: CloudProvider,
): Promise<void> {
  const groups = [list.filter((server) => server.cloudServerId !== null)]
  for (let group = groups.pop(); group !== undefined; group = groups.pop()) {
    if (group.length === 0) continue
    const error = await asked(provider, location, call, group)
    if (error === null) continue
    const named = concerned(group, error)
    for (const server of named) {
      // One that the cloud does not know is gone, or not there yet: the next look at the cloud says which.
      if (error.code === 'cloud.not_found') continue
      await servers.apply(server.id, (now) =>
        call === 'terminate'
          ? terminationRefused(now, error, clock.now())
          : callRefused(now, call, error, clock.now()),
      )
    }
    const others = group.filter((server) => !named.includes(server))
    if (named.length > 0) groups.push(others)
    else groups.push(others.slice(0, others.length / 2), others.slice(others.length / 2))
  }
}

/** Whom a refusal is about: the only one that was asked for, those that it names, everybody, or nobody knows. */
function concerned(group: readonly Server[], error: AppError): readonly Server[] {
  if (group.length === 1 || error.details.refusal === 'unauthorized') return group
  return group.filter(({ cloudServerId }) => error.details.cloudMessage?.includes(cloudServerId ?? ''))
}

/** Why the cloud did not do it, or null when it has begun. */
async function asked(
  provider: CloudProvider,
  location: string,
  call: InstanceCall,
  list: readonly Server[],
): Promise<AppError | null> {
  const ids = list.flatMap(({ cloudServerId }) => cloudServerId ?? [])
  try {
    await provider.instances[call === 'force-stop' ? 'forceStop' : call](location, ids)
    return null
  } catch (thrown) {
    const error = toAppError(thrown)
    if (isRefusal(error) || error.code === 'cloud.not_found') return error
    throw error
  }
}
