import type { FarmDraft } from '../../../../shared/model/farm-drafts.ts'

const words: Readonly<Record<string, string>> = {
  name: 'name',
  description: 'description',
  timezone: 'time zone',
  launchOrder: 'launch order',
  alias: 'alias',
  roleId: 'role',
  cloudId: 'cloud',
  location: 'location',
  zone: 'zone',
  instanceType: 'instance type',
  'scaling.min': 'minimum servers',
  'scaling.max': 'maximum servers',
  securityGroups: 'security groups',
  'securityGroups.groups': 'security groups',
  tags: 'tags',
  userData: 'user data',
}

/** How a path of a design is called on the screen: `db · minimum servers` for `roles[1].scaling.min`. */
export function placeWords(draft: FarmDraft, path: string): string {
  const role = /^roles\[(\d+)\]\.?(.*)$/.exec(path)
  if (!role) return `Farm · ${words[path] ?? path}`
  const position = Number(role[1])
  const alias = draft.roles[position]?.alias ?? ''
  const field = role[2] ?? ''
  return `${alias === '' ? `Farm role ${String(position + 1)}` : alias}${field === '' ? '' : ` · ${words[field] ?? field}`}`
}

/** The farm role that a path belongs to, null for the farm itself. */
export function roleOfPath(path: string): number | null {
  const role = /^roles\[(\d+)\]/.exec(path)
  return role ? Number(role[1]) : null
}
