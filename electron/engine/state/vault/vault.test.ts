import { randomBytes } from 'node:crypto'
import { readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { inspect } from 'node:util'
import fc from 'fast-check'
import { beforeEach, describe, expect, test } from 'vitest'
import { Secret } from '../../../../shared/model/secret.ts'
import { temporaryDirectory, withDataDir } from '../../../../tests/support/state.ts'
import type { StateFinding } from '../data-dir/findings.ts'
import type { Keychain } from '../../ports.ts'
import type { Vault } from './index.ts'
import { fileKeychain, openVault } from './index.ts'

/** What no file may hold in the clear. */
const CANARY = 'canary-7f3a-wJalrXUtnFEMI'

let directory: string
beforeEach(async () => {
  directory = await temporaryDirectory()
})

async function withVault<T>(
  work: (vault: Vault) => Promise<T>,
  keychain: Keychain = fileKeychain(join(directory, 'vault.key')),
): Promise<{ result: T; findings: readonly StateFinding[] }> {
  return withDataDir(directory, async (dataDir) => {
    const vault = await openVault(dataDir, keychain)
    const result = await work(vault)
    await vault.close()
    return { result, findings: dataDir.findings }
  })
}

async function valuesOf(vault: Vault): Promise<Record<string, string | undefined>> {
  const pairs = (await vault.ids()).map(async (id) => [id, (await vault.get(id))?.reveal()] as const)
  return Object.fromEntries(await Promise.all(pairs))
}

interface StoredVault {
  schema: string
  check: Record<string, string>
  records: Record<string, Record<string, Record<string, string>>>
}

async function edit(change: (vault: StoredVault) => void): Promise<void> {
  const path = join(directory, 'vault.json')
  const vault = JSON.parse(await readFile(path, 'utf8')) as StoredVault
  change(vault)
  await writeFile(path, JSON.stringify(vault))
}

describe('secrets', () => {
  test('come back after a restart, the last one put under an id', async () => {
    await withVault(async (vault) => {
      await vault.put('b', new Secret('first'))
      await Promise.all([
        vault.put('b', new Secret('second')),
        vault.put('a', new Secret('')),
        vault.put('c', new Secret('grüße 🔑\n')),
      ])
      await vault.remove('c')
      await vault.remove('nobody')
    })
    const { result } = await withVault(valuesOf)
    expect(result).toEqual({ a: '', b: 'second' })
    expect((await withVault(async (vault) => vault.get('c'))).result).toBeUndefined()
  })

  test('of any text come back unchanged', async () => {
    await withVault(async (vault) => {
      await fc.assert(
        fc.asyncProperty(fc.string({ unit: 'grapheme' }), async (text) => {
          await vault.put('any', new Secret(text))
          expect((await vault.get('any'))?.reveal()).toBe(text)
        }),
        { numRuns: 25 },
      )
    })
  })

  test('are in no file in the clear, and their files are for their owner only', async () => {
    await withVault(async (vault) => {
      await vault.put('aws', new Secret(CANARY))
      await vault.put('aws', new Secret(`${CANARY}!`))
      for (const name of await readdir(directory)) {
        if (name === 'workspace') continue
        const bytes = await readFile(join(directory, name))
        for (const encoding of ['utf8', 'base64', 'hex'] as const) {
          expect(bytes.includes(Buffer.from(CANARY).toString(encoding))).toBe(false)
        }
        expect((await stat(join(directory, name))).mode & 0o777).toBe(0o600)
      }
      expect(inspect(vault, { depth: 10, showHidden: true })).not.toContain(CANARY)
    })
  })

  test('that are removed are gone from the state before as well', async () => {
    await withVault(async (vault) => {
      await vault.put('old', new Secret('x'))
      await vault.remove('old')
    })
    for (const name of ['vault.json', 'vault.previous.json']) {
      expect(await readFile(join(directory, name), 'utf8')).not.toContain('old')
    }
  })

  test('under one key look different each time', async () => {
    await withVault(async (vault) => {
      await vault.put('a', new Secret('same'))
      await vault.put('b', new Secret('same'))
    })
    await edit(({ records }) => {
      expect(records['a']?.['value']?.['data']).not.toBe(records['b']?.['value']?.['data'])
      expect(records['a']?.['key']?.['data']).not.toBe(records['b']?.['key']?.['data'])
    })
  })
})

describe('the key', () => {
  test('is made once and kept by the keychain', async () => {
    await withVault(async (vault) => vault.put('a', new Secret('x')))
    const before = await readFile(join(directory, 'vault.key'), 'utf8')
    await withVault(async (vault) => expect(await valuesOf(vault)).toEqual({ a: 'x' }))
    expect(await readFile(join(directory, 'vault.key'), 'utf8')).toBe(before)
  })

  test('that is another one opens nothing, and changes nothing', async () => {
    await withVault(async (vault) => vault.put('a', new Secret(CANARY)))
    const before = await readFile(join(directory, 'vault.json'), 'utf8')
    const other = fileKeychain(join(directory, 'other.key'))
    await other.store(randomBytes(32))
    const open = withVault(valuesOf, other)
    await expect(open).rejects.toMatchObject({
      code: 'vault.locked',
      message: expect.stringContaining('does not open with the key that the key file holds') as unknown,
    })
    expect(await readFile(join(directory, 'vault.json'), 'utf8')).toBe(before)
  })

  test('that is gone is not replaced by a new one', async () => {
    await withVault(async (vault) => vault.put('a', new Secret('x')))
    await rm(join(directory, 'vault.key'))
    await expect(withVault(valuesOf)).rejects.toMatchObject({ code: 'vault.locked' })
    expect(await readdir(directory)).not.toContain('vault.key')
  })

  test('outlives a crash between its making and the first vault', async () => {
    await fileKeychain(join(directory, 'vault.key')).store(randomBytes(32))
    await withVault(async (vault) => vault.put('a', new Secret('x')))
    expect((await withVault(valuesOf)).result).toEqual({ a: 'x' })
  })

  test('of a wrong length is refused', async () => {
    const short: Keychain = {
      kind: 'system',
      load: async () => Promise.resolve(Buffer.alloc(16)),
      store: async () => Promise.resolve(),
    }
    await expect(withVault(valuesOf, short)).rejects.toMatchObject({ code: 'vault.locked' })
  })
})

describe('damage', () => {
  beforeEach(async () => {
    await withVault(async (vault) => {
      await vault.put('good', new Secret('fine'))
      await vault.put('bad', new Secret(CANARY))
    })
  })

  const parts = ['key', 'value'].flatMap((box) => ['iv', 'tag', 'data'].map((part) => [box, part] as const))
  test.each(parts)(
    'of one bit in %s.%s is told of by the record’s name; the others open',
    async (box, part) => {
      await edit(({ records }) => {
        const sealed = records['bad']?.[box] ?? {}
        const bytes = Buffer.from(sealed[part] ?? '', 'base64')
        bytes.writeUInt8(bytes.readUInt8(0) ^ 1, 0)
        sealed[part] = bytes.toString('base64')
      })
      await withVault(async (vault) => {
        expect((await vault.get('good'))?.reveal()).toBe('fine')
        const failure: unknown = await vault.get('bad').catch((thrown: unknown) => thrown)
        expect(failure).toMatchObject({
          code: 'vault.damaged',
          message: expect.stringContaining('record bad') as unknown,
        })
        expect(inspect(failure, { depth: 10 })).not.toContain(CANARY)
      })
    },
  )

  test('of a record’s shape is told of, stays in the file, and can be put right', async () => {
    await edit(({ records }) => {
      records['bad'] = { key: {} }
    })
    await withVault(async (vault) => {
      await vault.put('new', new Secret('n'))
      await expect(vault.get('bad')).rejects.toMatchObject({ code: 'vault.damaged' })
    })
    await withVault(async (vault) => {
      expect(await vault.ids()).toEqual(['bad', 'good', 'new'])
      await vault.put('bad', new Secret('again'))
      expect(await valuesOf(vault)).toEqual({ bad: 'again', good: 'fine', new: 'n' })
    })
  })

  test('by somebody who swaps records is noticed', async () => {
    await edit(({ records }) => {
      const { good, bad } = records
      if (good === undefined || bad === undefined) throw new Error('Both were put.')
      Object.assign(records, { good: bad, bad: good })
    })
    await withVault(async (vault) => {
      await expect(vault.get('good')).rejects.toMatchObject({ code: 'vault.damaged' })
      await expect(vault.get('bad')).rejects.toMatchObject({ code: 'vault.damaged' })
    })
  })

  test.each([
    ['empty', ''],
    ['truncated', '{"schema":"farmhand.vault/v1","check":{"iv":"'],
    ['something else', '{"schema":"farmhand.farms/v1"}'],
    ['without records', '{"schema":"farmhand.vault/v1"}'],
  ])('of the whole file (%s) brings back the state before, and keeps the file', async (_, text) => {
    await writeFile(join(directory, 'vault.json'), text)
    const { result, findings } = await withVault(valuesOf)
    expect(result).toEqual({ good: 'fine' })
    expect(findings).toHaveLength(1)
    expect(await readFile(join(directory, findings[0]?.setAside ?? ''), 'utf8')).toBe(text)
  })
})

test('a vault of a newer Farmhand is refused and stays as it is', async () => {
  await withVault(async (vault) => vault.put('a', new Secret('x')))
  const newer = '{"schema":"farmhand.vault/v2","sealed":"differently"}'
  await writeFile(join(directory, 'vault.json'), newer)
  await expect(withVault(valuesOf)).rejects.toMatchObject({ code: 'state.newer' })
  expect(await readFile(join(directory, 'vault.json'), 'utf8')).toBe(newer)
})
