import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeEach, describe, expect, test } from 'vitest'
import { ZodError } from 'zod'
import { AppError } from '../../../../shared/model/errors.ts'
import type { FarmDesign } from '../../../../shared/model/farms.ts'
import { aFarm } from '../../../../tests/support/designs.ts'
import { temporaryDirectory, withDataDir } from '../../../../tests/support/state.ts'
import type { StateFinding } from '../data-dir/findings.ts'
import type { Workspace } from './index.ts'
import { openWorkspace } from './index.ts'

let directory: string
beforeEach(async () => {
  directory = await temporaryDirectory()
})

/** Opens the workspace for some work, closes it again, and answers what the work did and what was found. */
async function withWorkspace<T>(
  work: (workspace: Workspace) => Promise<T>,
): Promise<{ result: T; findings: readonly StateFinding[] }> {
  return withDataDir(directory, async (dataDir) => {
    const workspace = await openWorkspace(dataDir)
    const result = await work(workspace)
    await workspace.close()
    return { result, findings: dataDir.findings }
  })
}

function fileOf(name: string): string {
  return join(directory, 'workspace', name)
}

async function farmsNow(): Promise<FarmDesign[]> {
  return (await withWorkspace(async ({ farms }) => farms.list())).result
}

describe('a collection', () => {
  test('keeps what was put, by id, over a restart', async () => {
    await withWorkspace(async ({ farms }) => {
      await farms.put(aFarm({ id: 'b', name: 'Bees' }))
      await Promise.all([
        farms.put(aFarm({ id: 'c', name: 'Cats' })),
        farms.put(aFarm({ id: 'a', name: 'Ants' })),
      ])
      await farms.put(aFarm({ id: 'b', name: 'Bears' }))
      await farms.remove('c')
      await farms.remove('never there')
    })
    expect((await farmsNow()).map(({ id, name }) => [id, name])).toEqual([
      ['a', 'Ants'],
      ['b', 'Bears'],
    ])
    const { result } = await withWorkspace(async ({ farms }) => [await farms.get('a'), await farms.get('c')])
    expect(result).toEqual([aFarm({ id: 'a', name: 'Ants' }), undefined])
  })

  test('hands out what nobody can change, and keeps no hold on what it was given', async () => {
    await withWorkspace(async ({ farms }) => {
      const mine = aFarm()
      await farms.put(mine)
      mine.name = 'changed'
      const kept = await farms.get(mine.id)
      expect(kept?.name).toBe('shop')
      expect(() => kept?.roles.pop()).toThrow(TypeError)
      ;(await farms.list()).pop()
      expect(await farms.list()).toHaveLength(1)
    })
  })

  test('refuses what is no valid item, names each fault, and keeps nothing', async () => {
    await withWorkspace(async ({ farms }) => {
      const bad = { ...aFarm({ id: 'bad' }), timezone: 'Europe/Nowhere', surprise: 1 }
      const refused = farms.put(bad)
      await expect(refused).rejects.toThrow(AppError)
      await expect(refused).rejects.not.toThrow(ZodError)
      await expect(refused).rejects.toMatchObject({
        code: 'input.invalid',
        details: { faults: [{ path: 'timezone' }, { path: 'surprise' }] },
      })
      expect(await farms.list()).toEqual([])
    })
  })

  test('writes a document that reads and diffs well', async () => {
    await withWorkspace(async ({ roles }) => {
      const at = '2026-01-01T00:00:00.000Z'
      const role = {
        description: '',
        category: 'base',
        osFamily: 'ubuntu',
        imageIds: [],
        tags: ['x'],
        isSystem: false,
        deprecated: null,
      } as const
      const common = { ...role, imageIds: [], tags: ['x'], createdAt: at, updatedAt: at }
      await roles.put({ ...common, name: 'web', id: 'role-2' as never })
      await roles.put({ ...common, name: 'db', id: 'role-1' as never })
    })
    const text = await readFile(fileOf('roles.json'), 'utf8')
    expect(text.split('\n').slice(0, 15)).toEqual([
      '{',
      '  "schema": "farmhand.roles/v1",',
      '  "items": {',
      '    "role-1": {',
      '      "id": "role-1",',
      '      "name": "db",',
      '      "category": "base",',
      '      "createdAt": "2026-01-01T00:00:00.000Z",',
      '      "deprecated": null,',
      '      "description": "",',
      '      "imageIds": [],',
      '      "isSystem": false,',
      '      "osFamily": "ubuntu",',
      '      "tags": [',
      '        "x"',
    ])
    expect(text.indexOf('"role-1"')).toBeLessThan(text.indexOf('"role-2"'))
    expect(text.endsWith('}\n')).toBe(true)
  })
})

test('has an id that stays, also when its file is damaged', async () => {
  const { result: id } = await withWorkspace(async (workspace) => Promise.resolve(workspace.id))
  expect(id).toMatch(/^[0-9a-f-]{36}$/)
  await writeFile(fileOf('workspace.json'), '')
  const again = await withWorkspace(async (workspace) => Promise.resolve(workspace.id))
  expect(again.result).toBe(id)
  expect(again.findings).toHaveLength(1)
})

describe('a damaged file', () => {
  const good = '{"schema":"farmhand.farms/v1","items":{}}'

  test.each([
    ['empty', '', 'It is empty.'],
    ['truncated', '{"schema":"farmhand.farms/v1","items":{"far', /^It is not valid JSON/],
    ['no JSON', 'farms: []', /^It is not valid JSON/],
    ['no object', '[]', 'It is JSON, but no object.'],
    [
      'of another noun',
      '{"schema":"farmhand.roles/v1","items":{}}',
      'Its “schema” is not farmhand.farms/v1.',
    ],
    ['without a schema', '{"items":{}}', 'Its “schema” is not farmhand.farms/v1.'],
    ['without items', '{"schema":"farmhand.farms/v1"}', 'It has no “items”.'],
    ['with items of a wrong type', '{"schema":"farmhand.farms/v1","items":[]}', 'It has no “items”.'],
  ])('that is %s is set aside, the state before it restored, the rest untouched', async (_, text, wrong) => {
    await withWorkspace(async ({ farms }) => {
      await farms.put(aFarm({ id: 'a' }))
      await farms.put(aFarm({ id: 'b' }))
    })
    await writeFile(fileOf('farms.json'), text)
    const { result, findings } = await withWorkspace(async ({ farms }) => farms.list())
    expect(result.map(({ id }) => id)).toEqual(['a'])
    expect(findings).toHaveLength(1)
    const [finding] = findings
    expect(finding).toMatchObject({
      file: 'workspace/farms.json',
      wrong: expect.stringMatching(wrong) as unknown,
    })
    expect(finding?.kept).toContain('(1 farms)')
    expect(await readFile(join(directory, finding?.setAside ?? ''), 'utf8')).toBe(text)
    expect((await withWorkspace(async () => Promise.resolve())).findings).toEqual([])
  })

  test('is never overwritten by what comes after it', async () => {
    await writeFileIn('farms.json', '{ damaged')
    await withWorkspace(async ({ farms }) => {
      await farms.put(aFarm())
      await farms.put(aFarm({ name: 'other' }))
    })
    const aside = (await readdir(join(directory, 'workspace'))).filter((name) => name.includes('damaged'))
    expect(aside).toHaveLength(1)
    expect(await readFile(fileOf(aside[0] ?? ''), 'utf8')).toBe('{ damaged')
  })

  test('that begins with a byte order mark is none', async () => {
    await writeFileIn('farms.json', `\uFEFF${good}`)
    expect((await withWorkspace(async ({ farms }) => farms.list())).findings).toEqual([])
  })

  async function writeFileIn(name: string, text: string): Promise<void> {
    await withWorkspace(async () => Promise.resolve())
    await writeFile(fileOf(name), text)
  }
})

describe('a file with one faulty item', () => {
  /** Changes the stored farms by hand, as a person with an editor would. */
  async function edit(
    change: (document: { items: Record<string, Record<string, unknown>> }) => void,
  ): Promise<string> {
    const document = JSON.parse(await readFile(fileOf('farms.json'), 'utf8')) as {
      items: Record<string, Record<string, unknown>>
    }
    change(document)
    const text = JSON.stringify(document)
    await writeFile(fileOf('farms.json'), text)
    return text
  }

  beforeEach(async () => {
    await withWorkspace(async ({ farms }) => {
      await Promise.all([farms.put(aFarm({ id: 'a', name: 'first name' })), farms.put(aFarm({ id: 'b' }))])
      await farms.put(aFarm({ id: 'a', name: 'second name' }))
    })
  })

  test('loads the rest, takes that item from the state before, and keeps a copy', async () => {
    const text = await edit(({ items }) => {
      items['a'] = { ...items['a'], timezone: 'nowhere' }
    })
    const { result, findings } = await withWorkspace(async ({ farms }) => farms.list())
    expect(result.map(({ id, name }) => [id, name])).toEqual([
      ['a', 'first name'],
      ['b', 'shop'],
    ])
    expect(findings).toHaveLength(1)
    expect(findings[0]?.wrong).toMatch(/^a cannot be read: timezone: /)
    expect(findings[0]?.kept).toContain('Restored as before the last change: a.')
    expect(await readFile(join(directory, findings[0]?.setAside ?? ''), 'utf8')).toBe(text)
    expect((await withWorkspace(async () => Promise.resolve())).findings).toEqual([])
  })

  test('says which item is lost when no state before has it', async () => {
    await edit(({ items }) => {
      items['new'] = { id: 'new' }
      items['other'] = { ...items['b'] }
    })
    const { result, findings } = await withWorkspace(async ({ farms }) => farms.list())
    expect(result.map(({ id }) => id)).toEqual(['a', 'b'])
    expect(findings[0]?.lost).toBe('new, other of the farms.')
    expect(findings[0]?.wrong).toContain('It stands under other but its id is b.')
  })

  test('keeps a copy before an unknown key at the top goes', async () => {
    const text = await edit((document) => {
      Object.assign(document, { $comment: 'mine' })
    })
    const { result, findings } = await withWorkspace(async ({ farms }) => farms.list())
    expect(result).toHaveLength(2)
    expect(findings[0]?.wrong).toBe('“$comment” has no place there.')
    expect(await readFile(join(directory, findings[0]?.setAside ?? ''), 'utf8')).toBe(text)
  })
})

test('a file of a newer Farmhand is refused and stays as it is', async () => {
  await withWorkspace(async ({ farms }) => farms.put(aFarm()))
  const newer = '{"schema":"farmhand.farms/v2","items":{"x":{"shape":"unknown"}}}'
  await writeFile(fileOf('farms.json'), newer)
  const before = await readdir(join(directory, 'workspace'))
  await expect(withWorkspace(async () => Promise.resolve())).rejects.toMatchObject({
    code: 'state.newer',
    message: expect.stringContaining('workspace/farms.json was written by a newer Farmhand') as unknown,
  })
  expect(await readFile(fileOf('farms.json'), 'utf8')).toBe(newer)
  expect(await readdir(join(directory, 'workspace'))).toEqual(before)
})
