import type { FarmDraft } from '../../../../shared/model/farm-drafts.ts'
import { readStoredDraft, writeStoredDraft } from '../../../../shared/logic/drafts/stored-draft.ts'
import type { StoredDraft } from '../../../../shared/model/farm-drafts.ts'

/** Where the draft of one farm (or of a new one) is kept on this machine. */
export interface DraftStorage {
  read(): StoredDraft | null
  write(draft: FarmDraft, basedOn: string | null): void
  clear(): void
}

export function draftStorage(farmId: string | null, storage: Storage = localStorage): DraftStorage {
  const key = `farmhand.draft.${farmId ?? 'new'}`
  return {
    read: () => readStoredDraft(storage.getItem(key)),
    write: (draft, basedOn) => {
      storage.setItem(key, writeStoredDraft(draft, basedOn, new Date().toISOString()))
    },
    clear: () => {
      storage.removeItem(key)
    },
  }
}
