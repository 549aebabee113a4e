import { open, readdir, readFile, rm, stat, truncate, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { beforeEach, describe, expect, test } from 'vitest'
import { ManualClock } from '../../../../tests/support/clocks.ts'
import { aServer } from '../../../../tests/support/designs.ts'
import { takeDataDir, temporaryDirectory, withDataDir } from '../../../../tests/support/state.ts'
import type { StateFinding } from '../data-dir/findings.ts'
import { openDatabaseFile } from './database-file.ts'
import { openLedger } from './index.ts'
import { migrations } from './migrations.ts'

const DAY_MS = 24 * 60 * 60 * 1000

let directory: string
let clock: ManualClock
beforeEach(async () => {
  directory = await temporaryDirectory()
  clock = new ManualClock()
})

function fileOf(name: string): string {
  return join(directory, name)
}

/** Opens the ledger, puts servers, closes it; answers the ids of all servers and what was found. */
async function visit(...ids: string[]): Promise<{ ids: string[]; findings: readonly StateFinding[] }> {
  return withDataDir(
    directory,
    async (dataDir) => {
      const ledger = await openLedger(dataDir)
      const known = await ledger.servers.recent(0)
      const servers = ids.map((id, index) => aServer({ id, index: known.length + index + 1 }))
      await ledger.servers.putMany(servers)
      const all = await ledger.servers.recent(0)
      await ledger.close()
      return { ids: all.map(({ id }) => id), findings: dataDir.findings }
    },
    clock,
  )
}

/** A ledger with servers a and b, whose last copy has only a. */
async function withOldCopy(): Promise<void> {
  await visit('a')
  await utimes(fileOf('ledger.backup.db'), clock.now() / 1000, clock.now() / 1000)
  await visit('b')
}

test('the ledger is for its owner only, and leaves no work files behind', async () => {
  await visit('a')
  const names = (await readdir(directory)).filter((name) => name.startsWith('ledger'))
  expect(names.sort()).toEqual(['ledger.backup.db', 'ledger.db'])
  for (const name of names) expect((await stat(fileOf(name))).mode & 0o777).toBe(0o600)
})

test('a copy is made once a day, of the open ledger', async () => {
  await withOldCopy()
  expect(serversIn('ledger.backup.db')).toEqual(['a'])
  clock.advance(DAY_MS)
  await visit('c')
  expect(serversIn('ledger.backup.db')).toEqual(['a', 'b', 'c'])
})

function serversIn(name: string): unknown[] {
  const database = new DatabaseSync(fileOf(name), { readOnly: true })
  const ids = database
    .prepare('SELECT id FROM servers ORDER BY id')
    .all()
    .map(({ id }) => id)
  database.close()
  return ids
}

describe('a damaged ledger', () => {
  /** Spoils the page at which a table or the schema begins. */
  async function spoil(table: 'servers' | 'sqlite_schema'): Promise<void> {
    const database = new DatabaseSync(fileOf('ledger.db'))
    const row = database.prepare('SELECT rootpage FROM sqlite_schema WHERE name = ?').get(table)
    database.close()
    const page = Number(row?.['rootpage'] ?? 1)
    const file = await open(fileOf('ledger.db'), 'r+')
    const headerBytes = page === 1 ? 100 : 0
    await file.write(
      Buffer.alloc(4096 - headerBytes, 0xa5),
      0,
      4096 - headerBytes,
      (page - 1) * 4096 + headerBytes,
    )
    await file.close()
  }

  test.each([
    ['no database', async () => writeFile(fileOf('ledger.db'), 'rubbish '.repeat(4096)), /cannot be read/],
    ['empty', async () => truncate(fileOf('ledger.db'), 0), /empty/],
    ['truncated', async () => truncate(fileOf('ledger.db'), 8192), /cannot be read/],
    [
      'damaged inside after a crash',
      async () => {
        await spoil('servers')
        await writeFile(fileOf('ledger.db-wal'), '')
      },
      /damaged inside/,
    ],
    ['damaged in its schema', async () => spoil('sqlite_schema'), /cannot be read/],
  ])('that is %s is set aside and its last copy restored', async (_, damage, wrong) => {
    await withOldCopy()
    await damage()
    const damaged = await readFile(fileOf('ledger.db'))
    const { ids, findings } = await visit()
    expect(ids).toEqual(['a'])
    expect(findings).toMatchObject([
      {
        file: 'ledger.db',
        wrong: expect.stringMatching(wrong) as unknown,
        kept: 'The copy of 2026-01-01T00:00:00.000Z was restored; the damaged file is kept as ledger.damaged-20260101T000000Z.db.',
        setAside: 'ledger.damaged-20260101T000000Z.db',
      },
    ])
    expect((await readFile(fileOf('ledger.damaged-20260101T000000Z.db'))).equals(damaged)).toBe(true)
    expect(await visit()).toEqual({ ids: ['a'], findings: [] })
  })

  test('starts anew when there is no good copy', async () => {
    await visit('a')
    await writeFile(fileOf('ledger.db'), 'rubbish')
    await writeFile(fileOf('ledger.backup.db'), 'rubbish too')
    const { ids, findings } = await visit('b')
    expect(ids).toEqual(['b'])
    expect(findings[0]?.kept).toMatch(/^There is no good copy/)
    const aside = (await readdir(directory)).filter((name) => name.includes('damaged'))
    expect(aside.sort()).toEqual([
      'ledger.backup.damaged-20260101T000000Z.db',
      'ledger.damaged-20260101T000000Z.db',
    ])
  })

  test('that is missing comes back from its copy', async () => {
    await withOldCopy()
    await rm(fileOf('ledger.db'))
    const { ids, findings } = await visit()
    expect(ids).toEqual(['a'])
    expect(findings).toMatchObject([{ wrong: 'It is missing.', setAside: null }])
  })

  test('that is another program’s database is not taken for ours', async () => {
    await visit('a')
    await writeFile(fileOf('ledger.db'), '')
    const other = new DatabaseSync(fileOf('ledger.db'))
    other.exec('CREATE TABLE theirs (id); PRAGMA user_version = 1')
    other.close()
    const { findings } = await visit()
    expect(findings[0]?.wrong).toBe('It is empty, or no ledger of Farmhand.')
  })

  test('that is found while it is in use says so, and is set aside at the next start', async () => {
    await withOldCopy()
    await spoil('servers')
    await withDataDir(
      directory,
      async (dataDir) => {
        const ledger = await openLedger(dataDir)
        await expect(ledger.servers.recent(10)).rejects.toMatchObject({ code: 'state.damaged' })
        await ledger.close()
      },
      clock,
    )
    const { ids, findings } = await visit()
    expect(ids).toEqual(['a'])
    expect(findings).toHaveLength(1)
  })
})

test('a ledger of a newer Farmhand is refused and stays as it is', async () => {
  await visit('a')
  const database = new DatabaseSync(fileOf('ledger.db'))
  database.exec('PRAGMA user_version = 99')
  database.close()
  const before = await readFile(fileOf('ledger.db'))
  await expect(visit()).rejects.toMatchObject({
    code: 'state.newer',
    message: expect.stringContaining('version 99') as unknown,
  })
  expect((await readFile(fileOf('ledger.db'))).equals(before)).toBe(true)
})

describe('a migration', () => {
  const added = 'ALTER TABLE servers ADD COLUMN color TEXT; UPDATE servers SET color = location'

  test('takes each step once, and keeps a copy of the ledger before it', async () => {
    await visit('a')
    const dataDir = await takeDataDir(directory)
    for (let start = 0; start < 2; start += 1) {
      const database = await openDatabaseFile(dataDir, [...migrations, added])
      expect(database.prepare('SELECT id, color FROM servers').all()).toEqual([
        { id: 'a', color: 'sandbox-east-1' },
      ])
      database.close()
    }
    expect(serversIn(`ledger.v${migrations.length}.db`)).toEqual(['a'])
    expect((await stat(fileOf(`ledger.v${migrations.length}.db`))).mode & 0o777).toBe(0o600)
  })

  test('that fails leaves the ledger as it was', async () => {
    await visit('a')
    const dataDir = await takeDataDir(directory)
    const failing = openDatabaseFile(dataDir, [...migrations, `${added}; SELECT * FROM nowhere`])
    await expect(failing).rejects.toMatchObject({ code: 'internal' })
    await dataDir.close()
    expect(await visit()).toEqual({ ids: ['a'], findings: [] })
  })
})
