import { computed, ref, watch, type ComputedRef } from 'vue'
import type { Fault } from '../../../../shared/model/errors.ts'
import type { DesignSaving } from './use-design-saving.ts'
import type { FarmDraftEditor } from './use-farm-draft.ts'

export interface DesignFaults {
  faults: ComputedRef<readonly Fault[]>
  /** A person wants the draft saved: now all of it is held against them. */
  tried: () => void
  /** The name was typed. */
  named: () => void
}

/** What is wrong with a draft: by what is known here, and what the engine refused last. */
export function useDesignFaults(options: {
  editor: FarmDraftEditor
  saving: DesignSaving
  isNew: boolean
  /** What a draft is checked against is known. */
  isReady: () => boolean
}): DesignFaults {
  const { editor, saving, isNew, isReady } = options
  const wasTried = ref(false)
  const wasNamed = ref(false)
  // What the engine said about a draft no longer holds once the draft is another one.
  watch(editor.draft, () => (saving.error.value = null))

  return {
    faults: computed(() => {
      if (!isReady()) return []
      // A name that was never typed is not held against a new farm until it is saved.
      const isUnnamed = isNew && !wasTried.value && !wasNamed.value
      const own = editor.faults.value.filter(({ path }) => !(isUnnamed && path === 'name'))
      const known = new Set(own.map(({ path }) => path))
      const refused = saving.error.value?.details.faults ?? []
      return [...own, ...refused.filter(({ path }) => !known.has(path))]
    }),
    tried: () => (wasTried.value = true),
    named: () => (wasNamed.value = true),
  }
}
