import { type FarmDraft, StoredDraft } from '../../model/farm-drafts.ts'

export function writeStoredDraft(draft: FarmDraft, basedOn: string | null, savedAt: string): string {
  return JSON.stringify({ version: 1, basedOn, savedAt, draft } satisfies StoredDraft)
}

/** Null when there is none, or none that this version understands. */
export function readStoredDraft(text: string | null): StoredDraft | null {
  if (text === null) return null
  try {
    return StoredDraft.safeParse(JSON.parse(text)).data ?? null
  } catch {
    return null
  }
}
