import { computed, type ComputedRef } from 'vue'
import type { Role } from '../../../shared/model/roles.ts'
import type { Column } from '../../components/data-list/columns.ts'
import { useClouds, useFarms, useImages, useRoles, useServers } from '../../stores/index.ts'
import { OS_NAMES } from '../images/image-words.ts'
import { CATEGORY_NAMES } from './role-words.ts'

/** What can be asked about a role, or before there is one. */
export type RoleQuestion = 'import' | 'edit' | 'show' | 'use' | 'clone' | 'deprecate' | 'remove'

/** A role in the list. */
export interface RoleRow {
  role: Role
  /** Where it can be launched. */
  places: string[]
  architectures: string[]
  /** Names of the farms that use it. */
  users: string[]
  /** Live servers that are of it. */
  servers: number
}

export function useRoleRows(): ComputedRef<RoleRow[]> {
  const roles = useRoles()
  const images = useImages()
  const clouds = useClouds()
  const farms = useFarms()
  const servers = useServers()
  const users = computed(() => {
    const found = new Map<string, string[]>()
    for (const farm of farms.all) {
      for (const roleId of new Set(farm.roles.map((role) => role.roleId as string))) {
        found.set(roleId, [...(found.get(roleId) ?? []), farm.name])
      }
    }
    return found
  })
  const live = computed(() => {
    const found = new Map<string, number>()
    for (const { roleId, status } of servers.all) {
      if (status !== 'terminated') found.set(roleId, (found.get(roleId) ?? 0) + 1)
    }
    return found
  })
  return computed(() =>
    roles.all.map((role) => {
      const own = role.imageIds.flatMap((id) => images.byId.get(id) ?? [])
      return {
        role,
        places: own.flatMap(({ cloudId, location }) => {
          const cloud = clouds.byId.get(cloudId)
          return cloud ? [`${cloud.name} ${location}`] : []
        }),
        architectures: [...new Set(own.map(({ architecture }) => architecture))],
        users: users.value.get(role.id) ?? [],
        servers: live.value.get(role.id) ?? 0,
      }
    }),
  )
}

export const roleColumns: Column<RoleRow>[] = [
  { id: 'name', title: 'Role', value: ({ role }) => role.name, widthPx: 290, grow: true, filterKey: 'name' },
  {
    id: 'category',
    title: 'Category',
    value: ({ role }) => role.category,
    text: ({ role }) => CATEGORY_NAMES[role.category],
    widthPx: 100,
    filterKey: 'category',
  },
  {
    id: 'os',
    title: 'System',
    value: ({ role }) => role.osFamily,
    text: ({ role }) => OS_NAMES[role.osFamily],
    widthPx: 120,
    filterKey: 'os',
  },
  {
    id: 'places',
    title: 'Available in',
    value: ({ places }) => (places.length === 0 ? null : places.join(', ')),
    widthPx: 190,
    filterKey: 'in',
  },
  {
    id: 'users',
    title: 'Used by',
    value: ({ users }) => (users.length === 0 ? null : users.join(', ')),
    widthPx: 140,
    filterKey: 'farm',
  },
  {
    id: 'servers',
    title: 'Servers',
    value: ({ servers }) => servers,
    widthPx: 80,
    align: 'end',
  },
  {
    id: 'architecture',
    title: 'Architecture',
    value: ({ architectures }) => (architectures.length === 0 ? null : architectures.join(', ')),
    widthPx: 110,
    filterKey: 'arch',
    hidden: true,
  },
  {
    id: 'tags',
    title: 'Tags',
    value: ({ role }) => (role.tags.length === 0 ? null : role.tags.join(', ')),
    widthPx: 110,
    filterKey: 'tag',
  },
  {
    id: 'description',
    title: 'Description',
    value: ({ role }) => role.description,
    widthPx: 240,
    hidden: true,
  },
  { id: 'id', title: 'Id', value: ({ role }) => role.id, widthPx: 130, mono: true, hidden: true },
]
