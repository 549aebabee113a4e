/*
 * A process with a consumer of the events, for tests that kill it: `consumer-child.ts <directory> <count>`. It appends
 * events up to the count while the consumer keeps, for each, one row by its key in `effects.db`, and a row in `calls` for
 * each time that the event came. Prints `consuming`, then `done` when all were handled.
 */
import { writeSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { EventConsumers } from '../../electron/engine/records/events/index.ts'
import { openDataDir } from '../../electron/engine/state/data-dir/index.ts'
import { openLedger } from '../../electron/engine/state/ledger/index.ts'
import { realClock } from './clocks.ts'
import { anEvent } from './events.ts'
import { silentLog } from './logs.ts'

const [, , directory = '', countText = ''] = process.argv
const count = Number(countText)
const BURST = 40

const dataDir = await openDataDir({ dataDir: directory, clock: realClock, log: silentLog })
const { events, cursors } = await openLedger(dataDir)
const effects = new DatabaseSync(join(directory, 'effects.db'))
effects.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
  CREATE TABLE IF NOT EXISTS effects (key TEXT PRIMARY KEY, id TEXT NOT NULL, seq INTEGER NOT NULL);
  CREATE TABLE IF NOT EXISTS calls (key TEXT NOT NULL)`)
const take = effects.prepare('INSERT INTO effects (key, id, seq) VALUES (?, ?, ?) ON CONFLICT DO NOTHING')
const note = effects.prepare('INSERT INTO calls (key) VALUES (?)')
const handled = effects.prepare('SELECT count(*) AS count FROM effects')

const consumers = new EventConsumers({ stream: events, cursors, clock: realClock, log: silentLog })
consumers.consume('effects', async (deliveries) => {
  for (const { event, key } of deliveries) {
    take.run(key, event.id, event.seq)
    note.run(key)
    // Others get their turn, as they do between real effects.
    await realClock.sleep(0)
  }
  if (handled.get()?.['count'] === count) writeSync(1, 'done\n')
})
await consumers.start()
writeSync(1, 'consuming\n')
for (let at = await events.lastSeq(); at < count; at += BURST) {
  const burst = Array.from({ length: Math.min(BURST, count - at) }, (_, n) =>
    anEvent(`e${String(at + n + 1)}`),
  )
  await events.append(burst)
}
// All was handled in an earlier run, and nothing wakes the consumer.
if (handled.get()?.['count'] === count) writeSync(1, 'done\n')
setInterval(() => undefined, 60_000)
