import { computed, nextTick, ref, watch, type ComputedRef, type Ref } from 'vue'
import { useRoute } from 'vue-router'
import type { FarmDraft } from '../../../../shared/model/farm-drafts.ts'
import { focusPath } from '../../../components/form/fault-focus.ts'
import type { DesignerView } from './DesignerSide.vue'
import { pathWithin, roleOfPath } from './fault-places.ts'
import { groupOfField } from './groups/role-groups.ts'
import type { RoleEditing } from './use-role-editing.ts'

/** Where one is in the designer: at the farm's settings, at a group of a farm role, or at the comparison. */
export interface DesignerPlace {
  view: ComputedRef<DesignerView>
  /** The open group of the side panel stays while one goes from farm role to farm role. */
  group: Ref<string>
  /** The path whose field was asked for last, within its farm role. */
  wanted: Ref<string | null>
  /** Goes to a farm role by its key, or to the farm's settings. */
  select: (key: string | null) => void
  compare: () => void
  openGroup: (key: string) => void
  /** Opens the place of a path (`roles[1].scaling.min`) and gives its field the focus. */
  goTo: (path: string) => Promise<void>
}

export function useDesignerPlace(options: {
  draft: ComputedRef<FarmDraft | null>
  editing: RoleEditing
  canCompare: () => boolean
  /** The draft and what it is checked against are there. */
  isReady: () => boolean
  /** What the fields are in. */
  body: Readonly<Ref<HTMLElement | null>>
}): DesignerPlace {
  const { draft, editing, canCompare, isReady, body } = options
  const route = useRoute()
  const isComparing = ref(false)
  const group = ref('placement')
  const wanted = ref<string | null>(null)

  function select(key: string | null): void {
    isComparing.value = false
    editing.selectedKey.value = key
  }
  async function goTo(path: string): Promise<void> {
    const at = roleOfPath(path)
    select(at === null ? null : (draft.value?.roles[at]?.key ?? null))
    if (at !== null) {
      wanted.value = pathWithin(path)
      group.value = groupOfField(wanted.value)?.key ?? group.value
    }
    // The panel is drawn first, then what it opens for the path.
    await nextTick()
    await nextTick()
    if (body.value) focusPath(body.value, path)
    wanted.value = null
  }
  /** A link to a fault, as the plan has it, opens its place once the draft is there. */
  const linked = watch(
    [isReady, body],
    ([ready, root]) => {
      const { at } = route.query
      if (!ready || !root || typeof at !== 'string') return
      void nextTick(() => linked.stop())
      void goTo(at)
    },
    { immediate: true },
  )

  return {
    view: computed(() => {
      if (isComparing.value && canCompare()) return 'comparison'
      return editing.selected.value ? 'role' : 'settings'
    }),
    group,
    wanted,
    select,
    compare: () => (isComparing.value = true),
    openGroup: (key) => {
      isComparing.value = false
      group.value = key
    },
    goTo,
  }
}
