import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

const run = promisify(execFile)
const MAX_WAIT_MS = 5_000

/** What the OpenSSH client of this machine says of itself (`ssh -V`), or null when there is none that answers. */
export async function localSshVersion({ signal }: { signal?: AbortSignal | undefined } = {}): Promise<
  string | null
> {
  try {
    const { stderr } = await run('ssh', ['-V'], { timeout: MAX_WAIT_MS, ...(signal ? { signal } : {}) })
    return stderr.trim()
  } catch {
    return null
  }
}
