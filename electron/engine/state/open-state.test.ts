import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { Secret } from '../../../shared/model/secret.ts'
import { realClock } from '../../../tests/support/clocks.ts'
import { silentLog } from '../../../tests/support/logs.ts'
import { temporaryDirectory } from '../../../tests/support/state.ts'
import { openState } from './open-state.ts'
import type { State } from './open-state.ts'
import type { Keychain } from '../ports.ts'
import { fileKeychain, passphraseKeychain } from './vault/index.ts'

async function open(dataDir: string, keychain: Keychain): Promise<State> {
  return openState({ dataDir, clock: realClock, log: silentLog, keychain })
}

async function close({ vault, ledger, workspace, dataDir }: State): Promise<void> {
  await vault.close()
  await ledger.close()
  await workspace.close()
  await dataDir.close()
}

test('after a wrong passphrase the same process may try the right one', async () => {
  const directory = await temporaryDirectory()
  const path = join(directory, 'vault.passphrase')
  const state = await open(directory, passphraseKeychain(path, new Secret('right')))
  await state.vault.put('a', new Secret('kept'))
  await close(state)

  const wrong = open(directory, passphraseKeychain(path, new Secret('wrong')))
  await expect(wrong).rejects.toMatchObject({ code: 'vault.locked' })
  const again = await open(directory, passphraseKeychain(path, new Secret('right')))
  expect((await again.vault.get('a'))?.reveal()).toBe('kept')
  await close(again)
})

test('a file of a newer Farmhand gives the directory free again', async () => {
  const directory = await temporaryDirectory()
  const keychain = fileKeychain(join(directory, 'vault.key'))
  await close(await open(directory, keychain))
  await writeFile(join(directory, 'workspace/farms.json'), '{"schema":"farmhand.farms/v9","items":{}}')
  for (let attempt = 0; attempt < 2; attempt += 1) {
    await expect(open(directory, keychain)).rejects.toMatchObject({ code: 'state.newer' })
  }
})
