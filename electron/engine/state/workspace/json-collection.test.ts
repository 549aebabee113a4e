import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { temporaryDirectory, withDataDir } from '../../../../tests/support/state.ts'
import { JsonCollection } from './json-collection.ts'
import type { ItemMigration, Noun } from './noun.ts'

const Plant = z.strictObject({ id: z.string(), name: z.string(), heightCm: z.number() })
type Plant = z.infer<typeof Plant>

const renamed: ItemMigration = ({ label, ...rest }) => ({ ...rest, name: label })
const measured: ItemMigration = ({ heightM, ...rest }) => {
  if (typeof heightM !== 'number') throw new Error('It has no height.')
  return { ...rest, heightCm: heightM * 100 }
}
const plants: Noun<Plant> = {
  name: 'plants',
  version: 3,
  schema: Plant,
  migrations: new Map([
    [1, renamed],
    [2, measured],
  ]),
}

test('items of an older schema take every step to the newest, and a copy of the old file stays', async () => {
  const directory = await temporaryDirectory()
  const old = JSON.stringify({
    schema: 'farmhand.plants/v1',
    items: { a: { id: 'a', label: 'Oak', heightM: 30 }, b: { id: 'b', label: 'Moss' } },
  })
  await withDataDir(directory, async (dataDir) => {
    await writeFile(join(directory, 'workspace/plants.json'), old)
    const collection = await JsonCollection.open(dataDir, plants)
    expect(await collection.list()).toEqual([{ id: 'a', name: 'Oak', heightCm: 3000 }])
    expect(dataDir.findings[0]?.wrong).toBe(
      'b cannot be read: It could not be brought from version 2 to the next: It has no height.',
    )
    await collection.close()
  })
  expect(await readFile(join(directory, 'workspace/plants.v1.json'), 'utf8')).toBe(old)
  const stored = JSON.parse(await readFile(join(directory, 'workspace/plants.json'), 'utf8')) as unknown
  expect(stored).toEqual({
    schema: 'farmhand.plants/v3',
    items: { a: { id: 'a', name: 'Oak', heightCm: 3000 } },
  })
})

const id = fc.constantFrom('a', 'b', 'c', '10', '9', '__proto__', 'constructor')
const plant = fc.record({
  id,
  name: fc.string(),
  heightCm: fc.double({ noNaN: true, noDefaultInfinity: true }).map((height) => height + 0),
})
const step = fc.oneof(
  fc.record({ kind: fc.constant('put' as const), items: fc.array(plant, { maxLength: 4 }) }),
  fc.record({ kind: fc.constant('remove' as const), id }),
  fc.record({ kind: fc.constant('reopen' as const) }),
)

test('behaves as a map that survives restarts, whatever is done to it', async () => {
  const directory = await temporaryDirectory()
  await withDataDir(directory, async (dataDir) => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
        let collection = await JsonCollection.open(dataDir, plants)
        const model = new Map((await collection.list()).map((item) => [item.id, item]))
        let writes: Promise<void>[] = []
        for (const taken of steps) {
          if (taken.kind === 'put') {
            writes.push(...taken.items.map((item) => collection.put(item)))
            for (const item of taken.items) model.set(item.id, item)
          } else if (taken.kind === 'remove') {
            writes.push(collection.remove(taken.id))
            model.delete(taken.id)
          } else {
            await Promise.all(writes)
            writes = []
            await collection.close()
            collection = await JsonCollection.open(dataDir, plants)
          }
        }
        await Promise.all(writes)
        await collection.close()
        const expected = [...model.values()].sort((a, b) => (a.id < b.id ? -1 : 1))
        expect(await collection.list()).toEqual(expected)
        expect(await (await JsonCollection.open(dataDir, plants)).list()).toEqual(expected)
        expect(dataDir.findings).toEqual([])
      }),
      { numRuns: 40 },
    )
  })
})
