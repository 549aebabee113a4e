import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { Secret } from '../../../../shared/model/secret.ts'
import { writeAtomically } from './atomic-file.ts'

const NAME = 'engine.json'

const StoredEngineFile = z.object({
  pid: z.number().int(),
  url: z.string().nullable(),
  token: z.string().nullable(),
})

/** Who owns a data directory. `url` and `token` are null while its host does not listen. */
export interface EngineFile {
  pid: number
  url: string | null
  token: Secret | null
}

/** Writes `engine.json` (mode 0600) for this process. */
export async function storeEngineFile(
  directory: string,
  listening: { url: string; token: Secret } | undefined,
): Promise<void> {
  const stored: z.infer<typeof StoredEngineFile> = {
    pid: process.pid,
    url: listening?.url ?? null,
    token: listening?.token.reveal() ?? null,
  }
  await writeAtomically(join(directory, NAME), `${JSON.stringify(stored, null, 2)}\n`)
}

/** What `engine.json` says, whether its process lives or not; undefined when it is missing or no such document. */
export async function readStoredEngineFile(directory: string): Promise<EngineFile | undefined> {
  try {
    const text = await readFile(join(directory, NAME), 'utf8')
    const { pid, url, token } = StoredEngineFile.parse(JSON.parse(text))
    return { pid, url, token: token === null ? null : new Secret(token) }
  } catch {
    return undefined
  }
}

export async function removeEngineFile(directory: string): Promise<void> {
  await rm(join(directory, NAME), { force: true })
}
