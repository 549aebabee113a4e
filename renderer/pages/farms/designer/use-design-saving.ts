import { shallowRef, type ComputedRef, type ShallowRef } from 'vue'
import { toFarmInput } from '../../../../shared/logic/drafts/farm-draft.ts'
import { toAppError, type AppError } from '../../../../shared/model/errors.ts'
import type { Farm } from '../../../../shared/model/farms.ts'
import { FarmId } from '../../../../shared/model/ids.ts'
import { useClient } from '../../../client/index.ts'
import { whyUnsavable } from './unsavable.ts'
import type { FarmDraftEditor } from './use-farm-draft.ts'

export interface DesignSaving {
  isSaving: ShallowRef<boolean>
  /** Why the last attempt failed; null after a success or a new attempt. */
  error: ShallowRef<AppError | null>
  /** The engine refused because the saved design is another one by now. */
  hasConflict: ShallowRef<boolean>
  /** Saves the draft; `overwrite` also over a version that someone else saved. Answers the farm, or null after a failure. */
  save(overwrite?: boolean): Promise<Farm | null>
}

/** Saving a draft, with what stands in the way. */
export function useDesignSaving(
  editor: FarmDraftEditor,
  farm: ComputedRef<Farm | null | undefined>,
): DesignSaving {
  const client = useClient()
  const isSaving = shallowRef(false)
  const error = shallowRef<AppError | null>(null)
  const hasConflict = shallowRef(false)

  async function save(overwrite = false): Promise<Farm | null> {
    const draft = editor.draft.value
    if (!draft || isSaving.value) return null
    const input = toFarmInput(draft)
    error.value = whyUnsavable(input)
    if (error.value) return null
    isSaving.value = true
    try {
      const basedOn = editor.basedOn.value
      const saved = farm.value
        ? await client.farms.update({
            farmId: FarmId.parse(farm.value.id),
            farm: input,
            ...(overwrite || basedOn === null ? {} : { updatedAt: basedOn }),
          })
        : await client.farms.create(input)
      editor.settle(saved)
      return saved
    } catch (thrown) {
      const failure = toAppError(thrown)
      if (failure.code === 'input.conflict' && farm.value && !failure.details.faults) hasConflict.value = true
      else error.value = failure
      return null
    } finally {
      isSaving.value = false
    }
  }
  return { isSaving, error, hasConflict, save }
}
