import type { LaunchRequest } from '../../clouds/index.ts'

/** How long a place that had no room is passed over when there is another. */
const PASSED_OVER_MS = 300_000

/** Zones and subnets that had no room for a farm role's servers lately. */
export class RoomlessPlaces {
  readonly #places = new Map<string, Map<string, number>>()

  /** The place of this launch had no room. */
  note(
    farmRoleId: string,
    { subnetId, zone }: Pick<LaunchRequest, 'subnetId' | 'zone'>,
    nowMs: number,
  ): void {
    const place = subnetId ?? zone
    if (place === null) return
    const places = this.#places.get(farmRoleId) ?? new Map<string, number>()
    this.#places.set(farmRoleId, places.set(place, nowMs))
  }

  of(farmRoleId: string, nowMs: number): ReadonlySet<string> {
    const places = this.#places.get(farmRoleId)
    if (!places) return new Set()
    for (const [place, atMs] of places) if (nowMs - atMs > PASSED_OVER_MS) places.delete(place)
    return new Set(places.keys())
  }
}
