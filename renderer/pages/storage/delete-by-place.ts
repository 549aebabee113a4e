import type { Location } from '../../../shared/model/clouds.ts'
import { AppError } from '../../../shared/model/errors.ts'
import type { CloudId } from '../../../shared/model/ids.ts'

interface Place {
  cloudId: CloudId
  location: Location
}

/**
 * Deletes things of a cloud, those of one location in one call.
 * @throws {AppError} `cloud.refused` with what the cloud said of each that it kept
 */
export async function deleteByPlace(
  things: readonly (Place & { id: string })[],
  deleteAt: (place: Place, ids: string[]) => Promise<{ id: string; ok: boolean; message: string }[]>,
): Promise<void> {
  const kept: string[] = []
  for (const some of Map.groupBy(things, ({ cloudId, location }) => `${cloudId}/${location}`).values()) {
    const [one] = some
    if (!one) continue
    const { cloudId, location } = one
    const outcomes = await deleteAt(
      { cloudId, location },
      some.map(({ id }) => id),
    )
    kept.push(...outcomes.filter(({ ok }) => !ok).map(({ id, message }) => `${id}: ${message}`))
  }
  if (kept.length > 0) throw new AppError('cloud.refused', { message: kept.join(' · ') })
}
