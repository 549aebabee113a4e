import type { CloudCalls } from '../../clouds/index.ts'

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
    const [image] = await provider.machineImages.byId(location, [cloudImageId])
    await provider.machineImages.deregister(location, cloudImageId)
    await provider.machineImages.deleteSnapshots(location, image?.snapshotIds ?? [])
  })
}
