import { readdir, readFile } from 'node:fs/promises'
import { instanceMark } from '../ssh/shell-environment.ts'

/** Sends a signal to a process and all of its group; one that has ended is fine. */
export function signalGroup(leader: number, signal: NodeJS.Signals): void {
  try {
    // Windows has no groups.
    process.kill(process.platform === 'win32' ? leader : -leader, signal)
  } catch {
    // It has ended.
  }
}

/**
 * Ends all processes that carry the mark of one of these instances, also those that left their group. Only Linux tells
 * what a process carries; elsewhere the groups have to do.
 */
export async function endMarkedProcesses(instanceDirs: ReadonlySet<string>): Promise<void> {
  if (process.platform !== 'linux' || instanceDirs.size === 0) return
  const prefix = `${instanceMark}=`
  for (const name of await readdir('/proc')) {
    if (!/^\d+$/.test(name)) continue
    const environment = await readFile(`/proc/${name}/environ`, 'latin1').catch(() => '')
    const mark = environment.split('\0').find((entry) => entry.startsWith(prefix))
    if (mark === undefined || !instanceDirs.has(mark.slice(prefix.length))) continue
    try {
      process.kill(Number(name), 'SIGKILL')
    } catch {
      // It has ended.
    }
  }
}
