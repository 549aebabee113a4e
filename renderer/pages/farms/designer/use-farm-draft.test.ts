import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { computed, effectScope, nextTick, shallowRef, type EffectScope } from 'vue'
import { aFarm, aFarmState } from '../../../../tests/support/designs.ts'
import type { Farm } from '../../../../shared/model/farms.ts'
import { useFarmDraft, type FarmDraftEditor } from './use-farm-draft.ts'

const nothing = { farms: [], roles: [], images: [], clouds: [], catalogs: [] }
const saved: Farm = { ...aFarm({ updatedAt: '2026-01-01T00:00:00.000Z' }), state: aFarmState() }
const later: Farm = { ...saved, description: 'theirs', updatedAt: '2026-01-02T00:00:00.000Z' }

let scope: EffectScope
const farm = shallowRef<Farm | null | undefined>(saved)

function open(farmId: string | null = saved.id): FarmDraftEditor {
  scope = effectScope()
  const editor = scope.run(() =>
    useFarmDraft({ farm: computed(() => farm.value), farmId, knowledge: computed(() => nothing) }),
  )
  if (!editor) throw new Error('an editor was expected')
  return editor
}
const rename = (editor: FarmDraftEditor, name: string) => editor.edit('name', (draft) => ({ ...draft, name }))

beforeEach(() => {
  vi.useFakeTimers()
  localStorage.clear()
  farm.value = saved
})
afterEach(() => {
  scope.stop()
  vi.useRealTimers()
})

describe('a draft of a saved farm', () => {
  it('waits for the farm, starts clean, and knows when it differs', async () => {
    farm.value = undefined
    const editor = open()
    expect(editor.draft.value).toBeNull()
    farm.value = saved
    await nextTick()
    expect(editor.draft.value?.name).toBe('shop')
    expect(editor.isDirty.value).toBe(false)
    rename(editor, 'store')
    expect(editor.isDirty.value).toBe(true)
    editor.undo()
    expect(editor.isDirty.value).toBe(false)
  })

  it('is there again after the page was left, with what it started from', () => {
    rename(open(), 'store')
    scope.stop()
    farm.value = later
    const editor = open()
    expect(editor.draft.value?.name).toBe('store')
    expect(editor.restoredFrom.value).not.toBeNull()
    expect(editor.basedOn.value).toBe(saved.updatedAt)
    expect(editor.isStale.value).toBe(true)
    editor.undo()
    expect(editor.draft.value?.description).toBe('theirs')
  })

  it('is kept while one types, and forgotten once it says what is saved', async () => {
    const editor = open()
    rename(editor, 'store')
    await nextTick()
    vi.runAllTimers()
    expect(localStorage.getItem(`farmhand.draft.${saved.id}`)).toContain('"store"')
    editor.undo()
    await nextTick()
    vi.runAllTimers()
    expect(localStorage.getItem(`farmhand.draft.${saved.id}`)).toBeNull()
  })

  it('follows another saved version while it is clean, and stands while it is not', async () => {
    const editor = open()
    farm.value = later
    await nextTick()
    expect(editor.draft.value?.description).toBe('theirs')
    expect(editor.isStale.value).toBe(false)
    rename(editor, 'store')
    farm.value = { ...later, description: 'again', updatedAt: '2026-01-03T00:00:00.000Z' }
    await nextTick()
    expect(editor.draft.value).toMatchObject({ name: 'store', description: 'theirs' })
    expect(editor.isStale.value).toBe(true)
    editor.rebase()
    expect(editor.isStale.value).toBe(false)
    expect(editor.draft.value).toMatchObject({ name: 'store', description: 'theirs' })
  })

  it('goes back to what is saved when it is discarded', () => {
    const editor = open()
    rename(editor, 'store')
    editor.discard()
    expect(editor.draft.value?.name).toBe('shop')
    expect(editor.canUndo.value).toBe(false)
    scope.stop()
    expect(open().restoredFrom.value).toBeNull()
  })
})

it('a new farm is kept too, until it was saved', () => {
  farm.value = null
  const editor = open(null)
  expect(editor.draft.value).toMatchObject({ name: '', roles: [] })
  expect(editor.faults.value.map(({ path }) => path)).toEqual(['name'])
  rename(editor, 'fresh')
  scope.stop()
  const again = open(null)
  expect(again.draft.value?.name).toBe('fresh')
  again.settle({ ...saved, name: 'fresh' })
  scope.stop()
  expect(open(null).draft.value?.name).toBe('')
})
