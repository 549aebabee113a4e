import { type AppError, toAppError } from '../../../shared/model/errors.ts'
import type { Server } from '../../../shared/model/servers.ts'
import { terminationRefused } from '../../../shared/logic/server-ends.ts'
import type { CloudProvider } from '../clouds/index.ts'
import type { Clock } from '../ports.ts'
import type { ServerStore } from './server-store.ts'

interface TerminatorParts {
  servers: ServerStore
  clock: Clock
}

/**
 * Asks a cloud to end instances, in as few calls as it allows. A protected instance makes EC2 refuse the whole call: it is
 * left out, told on its server, and the others are asked for again. Throws what the cloud says otherwise.
 */
export async function terminateInstances(
  { servers, clock }: TerminatorParts,
  location: string,
  list: readonly Server[],
  provider: CloudProvider,
): Promise<void> {
  let left = list.filter((server) => server.cloudServerId !== null)
  const refuse = async (server: Server, error: AppError): Promise<void> => {
    await servers.apply(server.id, (now) => terminationRefused(now, error, clock.now()))
    left = left.filter(({ id }) => id !== server.id)
  }
  while (left.length > 0) {
    const error = await asked(provider, location, left)
    if (error === null) return
    const named = left.find((server) => error.details.cloudMessage?.includes(server.cloudServerId ?? ''))
    if (named) await refuse(named, error)
    else {
      // It does not say which one: they are asked for one by one.
      for (const server of left) {
        const own = await asked(provider, location, [server])
        if (own !== null) await refuse(server, own)
      }
      return
    }
  }
}

/** The refusal of a protected instance, or null when all are on their way out. */
async function asked(
  provider: CloudProvider,
  location: string,
  list: readonly Server[],
): Promise<AppError | null> {
  try {
    await provider.terminate(
      location,
      list.flatMap(({ cloudServerId }) => cloudServerId ?? []),
    )
    return null
  } catch (thrown) {
    const error = toAppError(thrown)
    if (error.details.cloudCode === 'OperationNotPermitted') return error
    throw error
  }
}
