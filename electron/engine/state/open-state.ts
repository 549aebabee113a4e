import { openDataDir } from './data-dir/index.ts'
import type { DataDir } from './data-dir/index.ts'
import { openLedger } from './ledger/index.ts'
import type { Ledger } from './ledger/index.ts'
import type { Ports } from '../ports.ts'
import { openVault } from './vault/index.ts'
import type { Vault } from './vault/index.ts'
import { openWorkspace } from './workspace/index.ts'
import type { Workspace } from './workspace/index.ts'

/** Everything that the engine keeps on disk. Close in the order vault, ledger, workspace, data directory. */
export interface State {
  dataDir: DataDir
  workspace: Workspace
  ledger: Ledger
  vault: Vault
}

/**
 * Takes the data directory and opens what is in it. When one part cannot be opened, all are closed again, so that the same
 * process may try once more, with another passphrase for example. Throws what the parts throw.
 */
export async function openState(
  ports: Pick<Ports, 'dataDir' | 'clock' | 'log' | 'keychain'>,
): Promise<State> {
  const dataDir = await openDataDir(ports)
  const opened: { close(): Promise<void> }[] = [dataDir]
  try {
    const workspace = await openWorkspace(dataDir)
    opened.unshift(workspace)
    const ledger = await openLedger(dataDir)
    opened.unshift(ledger)
    const vault = await openVault(dataDir, ports.keychain)
    return { dataDir, workspace, ledger, vault }
  } catch (thrown) {
    for (const part of opened) await part.close()
    throw thrown
  }
}
