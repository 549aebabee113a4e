import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { DataDir } from '../data-dir/index.ts'
import { CatalogRows } from './catalog-rows.ts'
import { CloudCallRows } from './cloud-call-rows.ts'
import { CursorRows } from './cursor-rows.ts'
import { DailyCopy } from './daily-copy.ts'
import { openDatabaseFile, suspectPath } from './database-file.ts'
import { ElasticIpRows } from './elastic-ip-rows.ts'
import { EventRows } from './event-rows.ts'
import { HostKeyRows } from './host-key-rows.ts'
import { migrations } from './migrations.ts'
import { ServerRows } from './server-rows.ts'
import { Store } from './store.ts'
import { plainRows } from './tables.ts'

/**
 * What happened, and what it led to. Repositories are async and reject with AppErrors; a write that resolved is on disk,
 * and writes of one turn of the event loop share one transaction.
 */
export type Ledger = Awaited<ReturnType<typeof openLedger>>

/**
 * Opens `ledger.db`; a damaged one is set aside and reported as `dataDir.findings`. Once a day the open ledger is copied to
 * `ledger.backup.db` in the background. Throws AppError `state.newer`, `state.unwritable`, `state.disk_full`.
 */
export async function openLedger(dataDir: DataDir) {
  const database = await openDatabaseFile(dataDir, migrations)
  const copy = await DailyCopy.of(dataDir, database)
  const path = join(dataDir.path, 'ledger.db')
  const store = new Store({
    database,
    path,
    onDamage: () => {
      noteDamage(dataDir)
    },
  })
  const events = new EventRows(store, dataDir)
  store.onCommit(() => {
    events.committed()
    copy.startWhenDue()
  })
  const parts = { store, dataDir, events }
  return {
    ...plainRows(parts),
    events,
    cursors: new CursorRows(store),
    servers: new ServerRows(parts),
    cloudCalls: new CloudCallRows(parts),
    elasticIps: new ElasticIpRows(parts),
    hostKeys: new HostKeyRows(parts),
    catalogs: new CatalogRows(store, dataDir),
    /** Refuses new writes, ends the accepted ones and closes the file. */
    close: async (): Promise<void> => {
      await store.settled()
      await copy.settled()
      store.close()
    },
  }
}

function noteDamage(dataDir: DataDir): void {
  try {
    writeFileSync(suspectPath(dataDir), '', { mode: 0o600 })
  } catch (thrown) {
    dataDir.log.error({ err: thrown }, 'A damage of the ledger could not be noted for the next start.')
  }
}
