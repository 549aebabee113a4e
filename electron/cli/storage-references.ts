import { AppError } from '../../shared/model/errors.ts'
import type { CloudId } from '../../shared/model/ids.ts'
import type { DeleteOutcome, StorageSnapshot, StorageVolume } from '../../shared/model/storage.ts'
import type { Client } from './connect.ts'
import type { Context } from './context.ts'
import { findCloud } from './references.ts'

/** Where to look: in all clouds, or as the options say. */
export interface PlaceOptions {
  cloud?: string
  location?: string
}

/** The places that are asked: all, or those of the options. */
async function placesOf(client: Client, { cloud, location }: PlaceOptions) {
  const clouds = cloud === undefined ? await client.clouds.list() : [await findCloud(client, cloud)]
  return clouds.flatMap(({ id, locations }) =>
    locations
      .filter((name) => location === undefined || name === location)
      .map((name) => ({ cloudId: id, location: name })),
  )
}

/** The volumes of these places. */
export async function volumesOf(client: Client, options: PlaceOptions): Promise<StorageVolume[]> {
  const places = await placesOf(client, options)
  return (await Promise.all(places.map((place) => client.storage.volumes(place)))).flat()
}

/** The snapshots of these places, or of one volume: the account’s own, or also those that others share. */
export async function snapshotsOf(
  client: Client,
  { shared = false, volume, ...options }: PlaceOptions & { shared?: boolean; volume?: string },
): Promise<StorageSnapshot[]> {
  const places = await placesOf(client, options)
  const all = await Promise.all(places.map((place) => client.storage.snapshots({ ...place, shared })))
  return all.flat().filter(({ volumeId }) => volume === undefined || volumeId === volume)
}

/** The action of an `rm <id...>`: deletes place by place and prints how each fared. Throws with the cloud’s words for those that stay. */
export function deletingEach<T extends { id: string; cloudId: CloudId; location: string }>(
  context: Context,
  noun: string,
  listAll: (client: Client, options: PlaceOptions) => Promise<readonly T[]>,
  remove: (client: Client, of: Pick<T, 'cloudId' | 'location'>, ids: string[]) => Promise<DeleteOutcome[]>,
) {
  return (wanted: readonly string[]): Promise<void> =>
    context.withClient(async (client) => {
      const all = await listAll(client, {})
      const items = [...new Set(wanted)].map((id) => found(all, id, noun))
      const byPlace = Map.groupBy(items, ({ cloudId, location }) => `${cloudId}/${location}`)
      const outcomes: DeleteOutcome[] = []
      for (const [first, ...others] of byPlace.values()) {
        if (!first) continue
        const { cloudId, location } = first
        const ids = [first, ...others].map(({ id }) => id)
        outcomes.push(...(await remove(client, { cloudId, location }, ids)))
      }
      const failed = outcomes.filter(({ ok }) => !ok)
      const done = outcomes.filter(({ ok }) => ok).map(({ id }) => `${id} is deleted.\n`)
      if (failed.length === 0) return context.print(outcomes, done.join(''))
      const words = failed.map(({ id, message }) => `${id}: ${message}`).join(' ')
      throw new AppError('cloud.refused', { message: [...done.map((line) => line.trim()), words].join(' ') })
    })
}

/** Throws `input.not_found`. */
export async function findVolume(client: Client, id: string): Promise<StorageVolume> {
  return found(await volumesOf(client, {}), id, 'volume')
}

function found<T extends { id: string }>(all: readonly T[], wanted: string, noun: string): T {
  const one = all.find(({ id }) => id === wanted)
  if (one) return one
  throw new AppError('input.not_found', { message: `There is no ${noun} ${wanted} in the connected clouds.` })
}

export function reference({ cloudId, location, id }: StorageVolume) {
  return { cloudId, location, volumeId: id }
}
