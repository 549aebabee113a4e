import type { DraftRole, FarmDraft } from '../../../../../shared/model/farm-drafts.ts'
import type { CatalogEntry } from '../../../../stores/catalogs.ts'
import type { RolePlace } from '../role-places.ts'

/** What is known around a farm role. */
export interface RoleSurroundings {
  draft: FarmDraft
  /** Where the role has an image. */
  places: readonly RolePlace[]
  /** The chosen one of them; undefined when the role has no image there. */
  place: RolePlace | undefined
  /** The catalogue of the chosen place; undefined before one was asked for. */
  catalog: CatalogEntry | undefined
  reloadCatalog: () => void
  /** Servers of this farm role run: cloud and location stay. */
  isFixed: boolean
  /** The path whose field should be in sight, within the farm role; null when no one asked. */
  wanted: string | null
}

/** What every group of the side panel gets. */
export interface GroupProps {
  role: DraftRole
  /** The farm role's own path: `roles[1]`. */
  path: string
  /** By path within the farm role. */
  faults: ReadonlyMap<string, string>
  around: RoleSurroundings
  readOnly: boolean
}

/** What every group tells. `field` names what changed, so that typing on in it is one step to undo. */
export interface GroupEvents {
  change: [change: Partial<DraftRole>, field: string]
  /** Opens the group of a path within the farm role. */
  go: [path: string]
}

/** Faults of a field and of everything inside of it: the entries of a list, for one. */
export function faultsUnder(faults: ReadonlyMap<string, string>, path: string): string[] {
  return [...faults]
    .filter(([where]) => where === path || where.startsWith(`${path}[`) || where.startsWith(`${path}.`))
    .map(([, message]) => message)
}
