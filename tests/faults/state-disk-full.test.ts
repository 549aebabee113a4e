import { execFile } from 'node:child_process'
import { mkdir, rm, statfs, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, onTestFinished, test } from 'vitest'
import { openDataDir } from '../../electron/engine/state/data-dir/index.ts'
import { openLedger } from '../../electron/engine/state/ledger/index.ts'
import { fileKeychain, openVault } from '../../electron/engine/state/vault/index.ts'
import { openWorkspace } from '../../electron/engine/state/workspace/index.ts'
import { Secret } from '../../shared/model/secret.ts'
import { realClock } from '../support/clocks.ts'
import { aFarm, aServer } from '../support/designs.ts'
import { silentLog } from '../support/logs.ts'
import { temporaryDirectory } from '../support/state.ts'

const run = promisify(execFile)

/** A small disk of its own; undefined where this user may not mount one. */
async function smallDisk(sizeMib: number): Promise<string | undefined> {
  const path = join(await temporaryDirectory(), 'disk')
  await mkdir(path)
  try {
    await run('mount', ['-t', 'tmpfs', '-o', `size=${String(sizeMib)}m`, 'tmpfs', path])
  } catch {
    return undefined
  }
  onTestFinished(async () => {
    await run('umount', ['--lazy', path])
  })
  return path
}

/** Takes all the space that is left. */
async function fill(disk: string): Promise<() => Promise<void>> {
  const { bavail, bsize } = await statfs(disk)
  const ballast = join(disk, 'ballast')
  await writeFile(ballast, Buffer.alloc(bavail * bsize))
  return async () => rm(ballast)
}

test('a full disk refuses new state with a sentence, keeps what is there, and takes more once there is room', async (context) => {
  const disk = await smallDisk(8)
  if (disk === undefined) {
    context.skip('A full disk needs a small one of its own, and this user may not mount a tmpfs.')
    return
  }
  const dataDir = await openDataDir({ dataDir: join(disk, 'data'), clock: realClock, log: silentLog })
  const workspace = await openWorkspace(dataDir)
  // Opened twice, so that its daily copy is made before the disk is full.
  const first = await openLedger(dataDir)
  await first.servers.putMany([aServer({ attempts: 0 })])
  await first.close()
  const ledger = await openLedger(dataDir)
  const vault = await openVault(dataDir, fileKeychain(join(dataDir.path, 'vault.key')))
  await workspace.farms.put(aFarm({ description: 'before' }))
  await ledger.servers.putMany([aServer({ attempts: 1 })])
  await vault.put('secret', new Secret('before'))

  const makeRoom = await fill(disk)
  const full = { code: 'state.disk_full', retryable: true }
  await expect(workspace.farms.put(aFarm({ description: 'during' }))).rejects.toMatchObject(full)
  await expect(vault.put('secret', new Secret('during'))).rejects.toMatchObject(full)
  const many = Array.from({ length: 2_000 }, (_, index) =>
    aServer({ id: `server-${String(index)}`, index: index + 2, attempts: 2 }),
  )
  await expect(ledger.servers.putMany(many)).rejects.toMatchObject(full)

  expect((await workspace.farms.get('farm-1'))?.description).toBe('before')
  expect((await vault.get('secret'))?.reveal()).toBe('before')
  expect((await ledger.servers.recent(0)).map(({ attempts }) => attempts)).toEqual([1])

  await makeRoom()
  await workspace.farms.put(aFarm({ description: 'after' }))
  await vault.put('secret', new Secret('after'))
  await ledger.servers.putMany([aServer({ attempts: 3 })])
  await vault.close()
  await ledger.close()
  await workspace.close()
  await dataDir.close()

  const again = await openDataDir({ dataDir: dataDir.path, clock: realClock, log: silentLog })
  const farms = await (await openWorkspace(again)).farms.list()
  const ledgerAgain = await openLedger(again)
  const vaultAgain = await openVault(again, fileKeychain(join(again.path, 'vault.key')))
  expect(farms.map(({ description }) => description)).toEqual(['after'])
  expect((await ledgerAgain.servers.recent(0)).map(({ attempts }) => attempts)).toEqual([3])
  expect((await vaultAgain.get('secret'))?.reveal()).toBe('after')
  expect(again.findings).toEqual([])
  await ledgerAgain.close()
  await again.close()
})
