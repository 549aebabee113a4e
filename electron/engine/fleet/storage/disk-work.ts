import { AppError } from '../../../../shared/model/errors.ts'
import type { Server } from '../../../../shared/model/servers.ts'
import type { VolumeRef } from '../../../../shared/model/storage.ts'
import type { CloudVolume } from '../../../../shared/model/volumes.ts'
import { serverName } from '../../../../shared/logic/servers/server-steps.ts'
import type { CloudCalls } from '../../clouds/index.ts'
import type { Turns } from './turns.ts'

/** The volume as the cloud describes it now. Throws `cloud.not_found`. */
export async function volumeOf(
  { cloudId, location, volumeId }: VolumeRef,
  clouds: CloudCalls,
): Promise<CloudVolume> {
  const [volume] = await clouds.watch(cloudId, location, (provider) =>
    provider.volumes.listById(location, [volumeId]),
  )
  if (volume) return volume
  throw new AppError('cloud.not_found', { message: `${location} has no volume ${volumeId}.` })
}

/** Waits until nothing else works on the server's disks; a server that is not ours has no such order. */
export function inTurn(
  turns: Turns,
  server: Server | undefined,
  job: { report: (done: number, total: number, step: string) => void; steps: number; signal: AbortSignal },
  work: () => Promise<void>,
): Promise<void> {
  if (!server) return work()
  if (turns.isTaken(server.id)) {
    job.report(0, job.steps, `Waiting for other work on the disks of ${serverName(server)}`)
  }
  return turns.alone(server.id, job.signal, work)
}
