import { afterEach, beforeEach, expect, it } from 'vitest'
import { contract } from '../../shared/contract/index.ts'
import { memoryDoors, openEngine, temporaryDirectory } from '../../tests/support/test-engine.ts'
import { MemoryCloud } from '../../tests/support/memory-cloud.ts'
import type { HostVerb } from '../api/engine-shape.ts'
import type { Engine } from './engine.ts'

const ofTheHost: Record<HostVerb, true> = { info: true, doctor: true, settings: true, changeSettings: true }

let directory: Awaited<ReturnType<typeof temporaryDirectory>>
let engine: Engine

beforeEach(async () => {
  directory = await temporaryDirectory()
  engine = await openEngine({ dataDir: directory.path, doors: memoryDoors(new MemoryCloud()) })
})
afterEach(async () => {
  await engine.stop()
  await directory.remove()
})

it('every noun of the contract is one object of a class, whose methods are the contract’s', () => {
  for (const [noun, entries] of Object.entries(contract)) {
    const face: object = Reflect.get(engine, noun)
    const methods: object = Object.getPrototypeOf(face)
    expect(methods, noun).not.toBe(Object.prototype)
    const verbs = Object.keys(entries).filter((verb) => noun !== 'system' || !(verb in ofTheHost))
    expect(
      verbs.filter((verb) => Object.hasOwn(face, verb) || !Object.hasOwn(methods, verb)),
      noun,
    ).toEqual([])
  }
})

it('what is put together can be asked, and stopped, before it was started', async () => {
  await expect(engine.farms.list()).resolves.toEqual([])
  await expect(engine.servers.list()).resolves.toEqual([])
  await expect(engine.clouds.refresh({ cloudId: 'cloud-1' })).rejects.toMatchObject({
    code: 'input.not_found',
  })
})
