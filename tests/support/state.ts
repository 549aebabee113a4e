import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { openDataDir } from '../../electron/engine/state/data-dir/index.ts'
import type { DataDir } from '../../electron/engine/state/data-dir/index.ts'
import type { Clock } from '../../electron/engine/ports.ts'
import { ManualClock } from './clocks.ts'
import { silentLog } from './logs.ts'

/** A new directory that is gone after the test. */
export async function temporaryDirectory(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'farmhand-state-'))
  onTestFinished(async () => rm(path, { recursive: true, force: true }))
  return path
}

/** Takes a directory; given free after the test, if the test has not done so. */
export async function takeDataDir(path: string, clock: Clock = new ManualClock()): Promise<DataDir> {
  const dataDir = await openDataDir({ dataDir: path, clock, log: silentLog })
  onTestFinished(async () => dataDir.close())
  return dataDir
}

/** Runs work on a directory that is taken for it alone, and closed after it. */
export async function withDataDir<T>(
  path: string,
  work: (dataDir: DataDir) => Promise<T>,
  clock: Clock = new ManualClock(),
): Promise<T> {
  const dataDir = await openDataDir({ dataDir: path, clock, log: silentLog })
  try {
    return await work(dataDir)
  } finally {
    await dataDir.close()
  }
}
