import { fieldWords } from '../../../../shared/logic/drafts/field-words.ts'
import type { FarmDraft } from '../../../../shared/model/farm-drafts.ts'

/** How a path of a design is called on the screen: `db · minimum servers` for `roles[1].scaling.min`. */
export function placeWords(draft: FarmDraft, path: string): string {
  const role = /^roles\[(\d+)\]\.?(.*)$/.exec(path)
  if (!role) return `Farm · ${fieldWords(path)}`
  const position = Number(role[1])
  const farmRole = draft.roles[position]
  const alias = farmRole?.alias ?? ''
  const name = alias === '' ? `Farm role ${String(position + 1)}` : alias
  const field = role[2] ?? ''
  return field === '' ? name : `${name} · ${fieldWords(field, (at) => farmRole?.storage.volumes[at]?.name)}`
}

/** The farm role that a path belongs to, null for the farm itself. */
export function roleOfPath(path: string): number | null {
  const role = /^roles\[(\d+)\]/.exec(path)
  return role ? Number(role[1]) : null
}

/** The path within its farm role; the whole path for one of the farm itself. */
export function pathWithin(path: string): string {
  return path.replace(/^roles\[\d+\]\.?/, '')
}
