import { AppError } from '../../../../shared/model/errors.ts'
import type { CloudCalls, CloudProvider, MachineImage } from '../../clouds/index.ts'

/** How often a cloud is asked how far an image is. */
export const LOOK_MS = 2_000

/** Takes an image and its snapshots out of the cloud; what is gone already is no fault. */
export async function discard(
  clouds: CloudCalls,
  cloudId: string,
  location: string,
  cloudImageId: string,
): Promise<void> {
  await clouds.watch(cloudId, location, async (provider) => {
    const [image] = await provider.images.listById(location, [cloudImageId])
    await provider.images.delete(location, cloudImageId)
    await deleteSnapshots(provider, location, image?.snapshotIds ?? [])
  })
}

/** Deletes what an image was made of. Answers those that stay because something else uses them, with the cloud's words. */
export async function deleteSnapshots(
  { snapshots }: Pick<CloudProvider, 'snapshots'>,
  location: string,
  ids: readonly string[],
): Promise<Map<string, string>> {
  const kept = new Map<string, string>()
  for (const id of ids) {
    try {
      await snapshots.delete(location, id)
    } catch (thrown) {
      if (!(thrown instanceof AppError) || thrown.details.refusal !== 'in-use') throw thrown
      kept.set(id, thrown.details.cloudMessage ?? thrown.message)
    }
  }
  return kept
}

/** An image as it is now, and how far its snapshots are while it is pending: the least of them, null when nobody knows. */
export async function lookAtImage(
  { images, snapshots }: Pick<CloudProvider, 'images' | 'snapshots'>,
  location: string,
  cloudImageId: string,
): Promise<{ image: MachineImage | undefined; percent: number | null }> {
  const [image] = await images.listById(location, [cloudImageId])
  if (image?.state !== 'pending') return { image, percent: null }
  const made = await snapshots.listById(location, image.snapshotIds).catch(() => [])
  const percents = made.flatMap(({ progressPercent }) => progressPercent ?? [])
  return { image, percent: percents.length === 0 ? null : Math.min(...percents) }
}
