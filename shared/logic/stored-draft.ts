import { z } from 'zod'
import { FarmDraft } from './farm-draft.ts'

/** A draft as it is kept between sessions; `basedOn` is the `updatedAt` of the design that it started from. */
const StoredDraft = z.object({
  version: z.literal(1),
  basedOn: z.string().nullable(),
  savedAt: z.string(),
  draft: FarmDraft,
})
export type StoredDraft = z.infer<typeof StoredDraft>

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
