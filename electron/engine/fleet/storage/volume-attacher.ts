import { AppError } from '../../../../shared/model/errors.ts'
import type { CloudProvider } from '../../clouds/index.ts'
import type { Clock } from '../../ports.ts'

interface Attachment {
  location: string
  volumeId: string
  instanceId: string
  /** The name that it had before, if any. */
  device: string | null
  /** Written down before the cloud is asked. */
  onDevice: (device: string) => Promise<void>
}

const POLL_MS = 1_000
/** One that takes longer than this to attach is stuck. */
const STUCK_MS = 120_000
/** The server that had it before may take this long to go. */
const OTHER_MS = 300_000

/** Names for devices as EC2 takes them (EC2 User Guide, "Device names for volumes"). */
const DEVICES = [
  ...[...'fghijklmnop'].map((letter) => `/dev/sd${letter}`),
  ...[...'bc'].flatMap((first) => [...'abcdefghijklmnopqrstuvwxyz'].map((last) => `/dev/xvd${first}${last}`)),
]

/** Names that are given out and not seen by the cloud yet, by instance: volumes of one server are attached at once. */
const promised = new WeakMap<CloudProvider, Map<string, Set<string>>>()

/**
 * Attaches a volume and resolves with the device's name once it is attached. Throws `volume.in_use` while another instance
 * has it, and when attaching does not end; both heal when it is tried again.
 */
export async function attachVolume(
  wanted: Attachment,
  parts: { provider: CloudProvider; clock: Clock; signal: AbortSignal },
): Promise<string> {
  const { provider, clock, signal } = parts
  const { location, volumeId, instanceId } = wanted
  const startedMs = clock.monotonic()
  for (;;) {
    signal.throwIfAborted()
    const [volume] = await provider.volumes.listById(location, [volumeId])
    const attachment = volume?.attachment ?? null
    const tookMs = clock.monotonic() - startedMs
    if (volume && attachment === null && volume.state === 'available') {
      const device = await freeDevice(wanted, provider)
      await wanted.onDevice(device)
      await provider.volumes.attach(location, { volumeId, instanceId, device })
      continue
    }
    if (attachment?.instanceId === instanceId && attachment.state === 'attached') {
      promised.get(provider)?.get(instanceId)?.delete(attachment.device)
      return attachment.device
    }
    const isOthers = attachment !== null && attachment.instanceId !== instanceId
    if (isOthers && tookMs > OTHER_MS) {
      throw new AppError('volume.in_use', {
        message: `Volume ${volumeId} is still attached to ${attachment.instanceId}. Detach it there; Farmhand waits for it.`,
        retryable: true,
      })
    }
    if (!isOthers && tookMs > STUCK_MS) {
      if (attachment) await provider.volumes.detach(location, { volumeId, force: true })
      throw new AppError('volume.in_use', {
        message: `The cloud did not attach volume ${volumeId} to ${instanceId} within ${STUCK_MS / 1000} s. Farmhand detaches it and tries again.`,
        retryable: true,
      })
    }
    await clock.sleep(POLL_MS, signal)
  }
}

async function freeDevice(
  { location, instanceId, device }: Attachment,
  provider: CloudProvider,
): Promise<string> {
  const attached = await provider.volumes.listByInstance(location, instanceId)
  const ofProvider = promised.get(provider) ?? new Map<string, Set<string>>()
  promised.set(provider, ofProvider)
  const given = ofProvider.get(instanceId) ?? new Set<string>()
  ofProvider.set(instanceId, given)
  const used = new Set([...given, ...attached.map(({ attachment }) => attachment?.device)])
  // The same name as before, when nothing else has it by now.
  if (device !== null && !attached.some(({ attachment }) => attachment?.device === device)) return device
  const free = DEVICES.find((name) => !used.has(name))
  if (free === undefined) {
    throw new AppError('cloud.refused', { message: `${instanceId} has no free name for another disk.` })
  }
  given.add(free)
  return free
}
