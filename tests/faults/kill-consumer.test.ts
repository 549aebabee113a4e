import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { createInterface } from 'node:readline'
import { expect, onTestFinished, test } from 'vitest'
import { realClock } from '../support/clocks.ts'
import { temporaryDirectory } from '../support/state.ts'

const EVENTS = 10_000
const KILLS = 20

/** A run of the consumer: `said` resolves when it prints the line. */
function startConsumer(directory: string): {
  said: (line: string) => Promise<void>
  kill: () => Promise<void>
} {
  const script = join(import.meta.dirname, '../support/consumer-child.ts')
  const child = spawn(process.execPath, [script, directory, String(EVENTS)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  const seen = new Set<string>()
  const waiting = new Map<string, () => void>()
  createInterface({ input: child.stdout }).on('line', (line) => {
    seen.add(line)
    waiting.get(line)?.()
  })
  return {
    said: (line) =>
      seen.has(line) ? Promise.resolve() : new Promise((resolve) => waiting.set(line, resolve)),
    kill: async () => {
      const exit = once(child, 'exit')
      child.kill('SIGKILL')
      await exit
    },
  }
}

test(`SIGKILL at ${String(KILLS)} random moments while a consumer follows ${String(EVENTS)} events: each is handled, none twice by its key`, async () => {
  const directory = await temporaryDirectory()
  const effectsSoFar = (): { seqs: number[]; calls: number } => {
    const database = new DatabaseSync(join(directory, 'effects.db'))
    try {
      const seqs = database.prepare('SELECT seq FROM effects ORDER BY rowid').all()
      const calls = database.prepare('SELECT count(*) AS count FROM calls').get()
      return { seqs: seqs.map(({ seq }) => Number(seq)), calls: Number(calls?.['count']) }
    } finally {
      database.close()
    }
  }
  let killedInside = 0
  for (let round = 0; round < KILLS; round += 1) {
    const run = startConsumer(directory)
    await run.said('consuming')
    await realClock.sleep(20 + Math.random() * 300)
    await run.kill()
    const { length } = effectsSoFar().seqs
    if (length > 0 && length < EVENTS) killedInside += 1
  }
  const last = startConsumer(directory)
  await last.said('done')
  await last.kill()

  const { seqs, calls } = effectsSoFar()
  // Each once, in the order in which they happened.
  expect(seqs).toEqual(Array.from({ length: EVENTS }, (_, n) => n + 1))
  // The moments were in the middle of the work, and a batch that was cut off came again.
  expect(killedInside).toBeGreaterThan(KILLS / 2)
  expect(calls).toBeGreaterThan(EVENTS)
  expect(calls).toBeLessThanOrEqual(EVENTS + KILLS * 200)
})
