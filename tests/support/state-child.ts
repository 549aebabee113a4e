/*
 * A process that owns a data directory, for tests that kill it: `state-child.ts <directory> hold|write`. Each line that it
 * prints was true before it was printed.
 */
import { writeSync } from 'node:fs'
import { openDataDir } from '../../electron/engine/state/data-dir/index.ts'
import { openLedger } from '../../electron/engine/state/ledger/index.ts'
import { fileKeychain, openVault } from '../../electron/engine/state/vault/index.ts'
import { openWorkspace } from '../../electron/engine/state/workspace/index.ts'
import { Secret } from '../../shared/model/secret.ts'
import { realClock } from './clocks.ts'
import { aFarm, aServer } from './designs.ts'
import { anEvent } from './events.ts'
import { silentLog } from './logs.ts'

const [, , directory = '', mode = ''] = process.argv

function say(line: string): void {
  writeSync(1, `${line}\n`)
}

try {
  const dataDir = await openDataDir({ dataDir: directory, clock: realClock, log: silentLog })
  if (mode === 'hold') {
    await dataDir.writeEngineFile({ url: 'http://127.0.0.1:1', token: new Secret('a-token') })
    say('holding')
    setInterval(() => undefined, 60_000)
  } else {
    const workspace = await openWorkspace(dataDir)
    const ledger = await openLedger(dataDir)
    const vault = await openVault(dataDir, fileKeychain(`${directory}/vault.key`))
    say('writing')
    const start = Date.now() * 1000
    const writeFarms = async (): Promise<void> => {
      for (let count = start; ; count += 1) {
        const id = `farm-${String(count % 17)}`
        await workspace.farms.put(aFarm({ id, name: id, description: String(count) }))
        say(`farm ${id} ${String(count)}`)
      }
    }
    const writeServers = async (): Promise<void> => {
      for (let count = start; ; count += 1) {
        const id = `server-${String(count % 17)}`
        const server = aServer({ id, index: 1 + (count % 17), attempts: count })
        const { farmId, farmRoleId, id: serverId, since } = server
        const event = anEvent(`event-${String(count)}`, { at: since, farmId, farmRoleId, serverId })
        await ledger.servers.putMany([server], [event])
        say(`server ${id} ${String(count)}`)
      }
    }
    const writeSecrets = async (): Promise<void> => {
      for (let count = start; ; count += 1) {
        const id = `secret-${String(count % 17)}`
        await vault.put(id, new Secret(String(count)))
        say(`secret ${id} ${String(count)}`)
      }
    }
    await Promise.all([writeFarms(), writeServers(), writeSecrets()])
  }
} catch (thrown) {
  say(`failed ${thrown instanceof Error && 'code' in thrown ? String(thrown.code) : String(thrown)}`)
  process.exitCode = 1
}
