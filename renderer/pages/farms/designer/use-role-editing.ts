import { computed, shallowRef, type ComputedRef, type ShallowRef } from 'vue'
import { addRole, changeRole, copyRole, removeRole } from '../../../../shared/logic/drafts/farm-draft.ts'
import type { DraftRole } from '../../../../shared/model/farm-drafts.ts'
import { defaultRoleGroups } from '../../../../shared/model/farm-roles.ts'
import type { Role } from '../../../../shared/model/roles.ts'
import { useCatalogs } from '../../../stores/catalogs.ts'
import { useClouds } from '../../../stores/index.ts'
import { useMessages } from '../../../stores/messages.ts'
import { usualType } from './instance-type-words.ts'
import type { RolePlace } from './role-places.ts'
import type { FarmDraftEditor } from './use-farm-draft.ts'

/** The farm roles of a draft, one of them selected. */
export interface RoleEditing {
  /** A farm role's key, or null for the farm itself. */
  selectedKey: ShallowRef<string | null>
  selected: ComputedRef<DraftRole | null>
  position: ComputedRef<number>
  add: (role: Role, place: RolePlace | null) => Promise<void>
  change: (change: Partial<DraftRole>, field: string) => void
  copy: (key: string) => void
  remove: (key: string) => void
}

export function useRoleEditing(editor: FarmDraftEditor): RoleEditing {
  const catalogs = useCatalogs()
  const clouds = useClouds()
  const messages = useMessages()
  const { draft } = editor
  const selectedKey = shallowRef<string | null>(null)
  const position = computed(() => draft.value?.roles.findIndex(({ key }) => key === selectedKey.value) ?? -1)

  /** A new farm role gets the usual instance type of its place, once the catalogue of it is known. */
  async function chooseType(key: string, place: RolePlace): Promise<void> {
    const { cloud, location, image } = place
    if (!catalogs.entry(cloud.id, location)?.catalog) await catalogs.reload(cloud.id, location)
    const types = catalogs.entry(cloud.id, location)?.catalog?.instanceTypes ?? []
    const usual = usualType(types, image.architecture)
    const added = draft.value?.roles.find((role) => role.key === key)
    if (usual && added?.instanceType === '') {
      editor.edit('', (now) => changeRole(now, key, { instanceType: usual.name }))
    }
  }

  return {
    selectedKey,
    position,
    selected: computed(() => draft.value?.roles[position.value] ?? null),
    add: async (role, place) => {
      const key = crypto.randomUUID()
      const cloud = place?.cloud ?? clouds.all[0]
      const fresh: Omit<DraftRole, 'alias' | 'launchIndex'> = {
        key,
        id: null,
        roleId: role.id,
        cloudId: cloud?.id ?? '',
        location: place?.location ?? cloud?.locations[0] ?? '',
        instanceType: '',
        ...defaultRoleGroups(),
      }
      const wished = role.category === 'base' ? role.name.toLowerCase() : role.category
      editor.edit('', (now) => addRole(now, fresh, wished))
      selectedKey.value = key
      if (place) await chooseType(key, place)
    },
    change: (change, field) => {
      const key = selectedKey.value
      if (key !== null) editor.edit(`${key}.${field}`, (now) => changeRole(now, key, change))
    },
    copy: (key) => {
      const newKey = crypto.randomUUID()
      editor.edit('', (now) => copyRole(now, key, newKey))
      selectedKey.value = newKey
    },
    remove: (key) => {
      const roles = draft.value?.roles ?? []
      const at = roles.findIndex((role) => role.key === key)
      const alias = roles[at]?.alias ?? 'the farm role'
      editor.edit('', (now) => removeRole(now, key))
      if (selectedKey.value === key) {
        const left = draft.value?.roles ?? []
        selectedKey.value = left[Math.min(at, left.length - 1)]?.key ?? null
      }
      messages.say(`Removed ${alias} from the draft.`, { label: 'Undo', run: () => editor.undo() })
    },
  }
}
