import { spawn } from 'node:child_process'
import { Buffer } from 'node:buffer'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { shellEnvironment, type ShellPlace } from '../ssh/shell-environment.ts'
import type { ConsoleLog } from './console-log.ts'
import { signalGroup } from './processes.ts'

const maxBytes = 1_048_576

/**
 * Runs user data that is a script (`#!` first), in the home of the instance, as cloud-init does; its output goes to the
 * console. Resolves when it has ended; aborting ends it and all of its group.
 */
export async function runUserData(options: {
  base64: string
  place: ShellPlace
  output: ConsoleLog
  signal: AbortSignal
}): Promise<void> {
  const { place, output, signal } = options
  const script = unpacked(Buffer.from(options.base64, 'base64'))
  if (script.length === 0) return
  if (script.subarray(0, 2).toString('latin1') !== '#!' || process.platform === 'win32') {
    await output.write('cloud-init: the user data is no script that this machine can run\n')
    return
  }
  const path = join(place.instanceDir, 'user-data')
  await writeFile(path, script, { mode: 0o700 })
  const child = spawn(path, [], {
    cwd: place.homeDir,
    env: shellEnvironment(place, 'root', {}),
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const end = (): void => {
    if (child.pid !== undefined) signalGroup(child.pid, 'SIGKILL')
  }
  signal.addEventListener('abort', end, { once: true })
  const pour = async (stream: AsyncIterable<Buffer>): Promise<void> => {
    for await (const bytes of stream) await output.write(bytes)
  }
  try {
    const ended = new Promise<string>((resolve) => {
      child.once('error', (failure) => {
        resolve(`could not be started: ${failure.message}`)
      })
      child.once('exit', (code, name) => {
        resolve(name === null ? `ended with status ${String(code)}` : `was ended by ${name}`)
      })
    })
    const [how] = await Promise.all([ended, pour(child.stdout), pour(child.stderr)])
    await output.write(`cloud-init: the user data script ${how}\n`)
  } finally {
    signal.removeEventListener('abort', end)
  }
}

/** cloud-init takes user data compressed too. */
function unpacked(bytes: Buffer): Buffer {
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes
  try {
    return gunzipSync(bytes, { maxOutputLength: maxBytes })
  } catch {
    return Buffer.from('')
  }
}
