import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { DataDir } from '../data-dir/index.ts'
import { CatalogRows } from './catalog-rows.ts'
import { CloudCallRows } from './cloud-call-rows.ts'
import { DailyCopy } from './daily-copy.ts'
import { openDatabaseFile, suspectPath } from './database-file.ts'
import { ElasticIpRows } from './elastic-ip-rows.ts'
import { EventRows } from './event-rows.ts'
import { FarmStateRows } from './farm-state-rows.ts'
import { JobRows } from './job-rows.ts'
import { HostKeyRows, SshKeyRows } from './key-rows.ts'
import { migrations } from './migrations.ts'
import { ServerRows } from './server-rows.ts'
import { TaskRows } from './task-rows.ts'
import { Store } from './store.ts'
import { SnapshotScheduleRows, VolumeRows } from './volume-rows.ts'

/**
 * What happened, and what it led to. Repositories are async and reject with AppErrors; a write that resolved is on disk,
 * and writes of one turn of the event loop share one transaction.
 */
export interface Ledger {
  readonly servers: ServerRows
  readonly events: EventRows
  readonly jobs: JobRows
  readonly tasks: TaskRows
  readonly cloudCalls: CloudCallRows
  readonly sshKeys: SshKeyRows
  readonly elasticIps: ElasticIpRows
  readonly hostKeys: HostKeyRows
  readonly farmStates: FarmStateRows
  readonly catalogs: CatalogRows
  readonly volumes: VolumeRows
  readonly snapshotSchedules: SnapshotScheduleRows
  /** Refuses new writes, ends the accepted ones and closes the file. */
  close(): Promise<void>
}

/**
 * Opens `ledger.db`; a damaged one is set aside and reported as `dataDir.findings`. Once a day the open ledger is copied to
 * `ledger.backup.db` in the background. Throws AppError `state.newer`, `state.unwritable`, `state.disk_full`.
 */
export async function openLedger(dataDir: DataDir): Promise<Ledger> {
  const database = await openDatabaseFile(dataDir, migrations)
  const copy = await DailyCopy.of(dataDir, database)
  const path = join(dataDir.path, 'ledger.db')
  const store = new Store({
    database,
    path,
    onDamage: () => {
      noteDamage(dataDir)
    },
    onCommit: () => {
      copy.startWhenDue()
    },
  })
  const events = new EventRows(store, dataDir)
  const cloudCalls = new CloudCallRows(store, dataDir)
  return {
    servers: new ServerRows(store, dataDir, events),
    events,
    jobs: new JobRows(store, dataDir),
    tasks: new TaskRows(store, dataDir),
    cloudCalls,
    sshKeys: new SshKeyRows(store, dataDir),
    elasticIps: new ElasticIpRows(store, dataDir),
    hostKeys: new HostKeyRows(store, dataDir),
    farmStates: new FarmStateRows(store, dataDir),
    catalogs: new CatalogRows(store, dataDir),
    volumes: new VolumeRows(store, dataDir),
    snapshotSchedules: new SnapshotScheduleRows(store, dataDir),
    close: async () => {
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
