import type { ComputedRef } from 'vue'
import { useRouter } from 'vue-router'
import type { Farm } from '../../../../shared/model/farms.ts'
import { useMessages } from '../../../stores/messages.ts'
import type { DesignSaving } from './use-design-saving.ts'
import type { FarmDraftEditor } from './use-farm-draft.ts'

export interface DesignFlowOptions {
  editor: FarmDraftEditor
  saving: DesignSaving
  /** The saved farm; null for a new one. */
  farm: ComputedRef<Farm | null | undefined>
  isLive: ComputedRef<boolean>
  isReadOnly: ComputedRef<boolean>
  /** A person wants the draft saved: now all of it is held against them. */
  tried: () => void
  /** Saving was refused: leads to what has to be mended. */
  refused: () => Promise<void>
}

/** Where a draft goes: to the saved design, to its plan, to a launch. */
export interface DesignFlow {
  save: (overwrite?: boolean) => Promise<boolean>
  review: () => Promise<void>
  saveOrReview: () => Promise<void>
  launch: () => Promise<void>
  /** Gives the draft up for what someone else saved. */
  takeSaved: () => void
  /** Goes on with the draft over what someone else saved. */
  overwrite: () => Promise<void>
}

export function useDesignFlow(options: DesignFlowOptions): DesignFlow {
  const { editor, saving, farm, isLive, isReadOnly } = options
  const router = useRouter()
  const messages = useMessages()

  async function save(overwrite = false): Promise<boolean> {
    options.tried()
    const isNew = farm.value === null
    const saved = await saving.save(overwrite)
    if (!saved) {
      if (saving.error.value) await options.refused()
      return false
    }
    messages.succeed(`Saved “${saved.name}”.`)
    if (isNew) await router.replace(`/farms/${saved.id}/design`)
    return true
  }
  async function launch(): Promise<void> {
    options.tried()
    const planned = farm.value && !editor.isDirty.value ? farm.value : await saving.save()
    if (planned) await router.push({ path: `/farms/${planned.id}/plan`, query: { purpose: 'launch' } })
  }
  /** The plan of a saved farm takes the draft along; a new farm is saved first. */
  async function review(): Promise<void> {
    if (farm.value) await router.push({ path: `/farms/${farm.value.id}/plan`, query: { draft: '1' } })
    else await launch()
  }

  return {
    save,
    launch,
    review,
    /** A running farm follows what is saved at once, so that saving leads through the plan. */
    saveOrReview: async () => {
      if (isReadOnly.value) return
      if (isLive.value) await review()
      else await save()
    },
    takeSaved: () => {
      saving.hasConflict.value = false
      editor.discard()
    },
    overwrite: async () => {
      saving.hasConflict.value = false
      if (isLive.value) {
        editor.rebase()
        await review()
      } else await save(true)
    },
  }
}
