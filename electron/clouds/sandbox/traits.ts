import type { CloudTraits } from '../../../shared/model/clouds.ts'
import { regions } from './catalog.ts'

/** What the Sandbox is like. */
export const sandboxTraits: CloudTraits = {
  label: 'Sandbox',
  summary: 'Runs inside Farmhand: costs nothing, leaves nothing behind',
  costsMoney: false,
  runsSampleFarm: true,
  starterRoles: ['Sandbox Linux'],
  wellKnownImages: [],
}

/** Every Sandbox has all of its locations. */
export const sandboxLocations: readonly string[] = regions.map(({ name }) => name)
