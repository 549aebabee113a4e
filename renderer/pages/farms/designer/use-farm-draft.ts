import { computed, onScopeDispose, shallowRef, watch, type ComputedRef, type ShallowRef } from 'vue'
import { draftOf, emptyDraft, sameDraft, toFarmInput } from '../../../../shared/logic/drafts/farm-draft.ts'
import type { FarmDraft } from '../../../../shared/model/farm-drafts.ts'
import { historyOf, record, redo, undo } from '../../../../shared/logic/drafts/draft-history.ts'
import {
  validateFarm,
  type FarmCheckMemory,
  type FarmKnowledge,
} from '../../../../shared/logic/validation/farm-validation.ts'
import type { Fault } from '../../../../shared/model/errors.ts'
import type { Farm } from '../../../../shared/model/farms.ts'
import { draftStorage } from './draft-storage.ts'

const keepAfterMs = 300

export interface FarmDraftOptions {
  /** The saved farm, null for a new one; undefined until it is known. */
  farm: ComputedRef<Farm | null | undefined>
  farmId: string | null
  knowledge: ComputedRef<FarmKnowledge>
}

/** The draft of one farm: edited, checked, undone, and kept on this machine until it is saved. */
export interface FarmDraftEditor {
  /** Null until the saved farm is known. */
  draft: ComputedRef<FarmDraft | null>
  faults: ComputedRef<readonly Fault[]>
  isDirty: ComputedRef<boolean>
  /** The saved design that the draft is held against; null until it is known. */
  ground: ShallowRef<FarmDraft | null>
  canUndo: ComputedRef<boolean>
  canRedo: ComputedRef<boolean>
  /** When the draft that was found on opening had been kept; null when there was none. */
  restoredFrom: ShallowRef<string | null>
  /** The `updatedAt` of the design that the draft started from. */
  basedOn: ShallowRef<string | null>
  /** The saved design changed after this draft was begun. */
  isStale: ComputedRef<boolean>
  /** Replaces the draft; `field` names what changed, so that typing on in it is one step to undo. */
  edit: (field: string, change: (draft: FarmDraft) => FarmDraft) => void
  undo: () => void
  redo: () => void
  /** Goes back to the saved design. */
  discard: () => void
  /** The draft was saved as this farm: it is the new ground. */
  settle: (farm: Farm) => void
  /** Goes on with this draft as a change of the design as it is saved now. */
  rebase: () => void
}

/** Runs it when the window has nothing else to do, and in any case soon. */
function whenIdle(task: () => void): void {
  if (typeof requestIdleCallback === 'function') requestIdleCallback(task, { timeout: keepAfterMs })
  else task()
}

export function useFarmDraft({ farm, farmId, knowledge }: FarmDraftOptions): FarmDraftEditor {
  const storage = draftStorage(farmId)
  const history = shallowRef<ReturnType<typeof historyOf> | null>(null)
  const ground = shallowRef<FarmDraft | null>(null)
  const basedOn = shallowRef<string | null>(null)
  const restoredFrom = shallowRef<string | null>(null)
  const memory: FarmCheckMemory = new WeakMap()
  let keeping: ReturnType<typeof setTimeout> | undefined

  const draft = computed(() => history.value?.present ?? null)
  const isDirty = computed(
    () => draft.value !== null && ground.value !== null && !sameDraft(draft.value, ground.value),
  )

  function startFrom(saved: Farm | null): void {
    ground.value = saved ? draftOf(saved) : emptyDraft(Intl.DateTimeFormat().resolvedOptions().timeZone)
    basedOn.value = saved?.updatedAt ?? null
    history.value = historyOf(ground.value)
  }

  function open(saved: Farm | null): void {
    startFrom(saved)
    const stored = storage.read()
    if (!stored || !ground.value || !history.value) return
    if (sameDraft(stored.draft, ground.value)) {
      storage.clear()
      return
    }
    history.value = record(history.value, stored.draft, '', 0)
    basedOn.value = stored.basedOn
    restoredFrom.value = stored.savedAt
  }

  watch(
    farm,
    (saved) => {
      if (saved === undefined) return
      if (history.value === null) open(saved)
      else if (saved && saved.updatedAt !== basedOn.value && !isDirty.value) startFrom(saved)
    },
    { immediate: true },
  )

  let isOver = false
  function keep(): void {
    if (isOver) return
    clearTimeout(keeping)
    keeping = undefined
    if (!draft.value) return
    if (isDirty.value) storage.write(draft.value, basedOn.value)
    else storage.clear()
  }
  // A large draft takes some milliseconds to write: that is done between keystrokes.
  watch(draft, () => {
    keeping ??= setTimeout(() => whenIdle(keep), keepAfterMs)
  })
  window.addEventListener('pagehide', keep)
  onScopeDispose(() => {
    window.removeEventListener('pagehide', keep)
    keep()
    isOver = true
  })

  return {
    draft,
    isDirty,
    ground,
    basedOn,
    restoredFrom,
    faults: computed(() =>
      draft.value ? validateFarm(toFarmInput(draft.value), knowledge.value, farmId ?? undefined, memory) : [],
    ),
    canUndo: computed(() => (history.value?.past.length ?? 0) > 0),
    canRedo: computed(() => (history.value?.future.length ?? 0) > 0),
    isStale: computed(() => farm.value != null && farm.value.updatedAt !== basedOn.value),
    edit: (field, change) => {
      if (!history.value) return
      history.value = record(history.value, change(history.value.present), field, Date.now())
    },
    undo: () => {
      if (history.value) history.value = undo(history.value)
    },
    redo: () => {
      if (history.value) history.value = redo(history.value)
    },
    discard: () => {
      if (farm.value === undefined) return
      restoredFrom.value = null
      startFrom(farm.value)
      storage.clear()
    },
    settle: (saved) => {
      restoredFrom.value = null
      startFrom(saved)
      clearTimeout(keeping)
      keeping = undefined
      storage.clear()
    },
    rebase: () => {
      const present = draft.value
      if (!farm.value || !present) return
      startFrom(farm.value)
      if (history.value) history.value = record(history.value, present, '', 0)
      keep()
    },
  }
}
