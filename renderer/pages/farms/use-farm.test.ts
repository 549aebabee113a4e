import { flushPromises } from '@vue/test-utils'
import { expect, test } from 'vitest'
import { AppError } from '../../../shared/model/errors.ts'
import { aFarm, aFarmState } from '../../../tests/support/designs.ts'
import { onlineConnection, runInApp } from '../../../tests/support/mounting.ts'
import { useFarm } from './use-farm.ts'

/** A feed that knows no farm, and an engine that answers `get` as told. */
function connection(get: () => Promise<unknown>) {
  const subscribe = async () =>
    (async function* () {
      yield { kind: 'snapshot', topic: 'farms', epoch: 'e', revision: 1, entities: [] }
      await new Promise(() => undefined)
    })()
  return onlineConnection({ feed: { subscribe: subscribe as never }, farms: { get: get as never } })
}

test.each<[string, () => Promise<unknown>, boolean]>([
  [
    'a farm that the feed does not show yet is not gone',
    async () => ({ ...aFarm(), state: aFarmState() }),
    false,
  ],
  [
    'a farm that the engine does not know is gone',
    () => Promise.reject(new AppError('input.not_found', { message: 'There is no farm.' })),
    true,
  ],
  [
    'a failed question proves nothing',
    () => Promise.reject(new AppError('internal', { message: 'No answer.' })),
    false,
  ],
])('%s', async (_, get, gone) => {
  const { result, unmount } = await runInApp(() => useFarm(() => 'farm-1'), { connection: connection(get) })
  await flushPromises()
  expect(result.farm.value).toBeUndefined()
  expect(result.isGone.value).toBe(gone)
  unmount()
})

test('a farm that is not made yet is null, and not gone', async () => {
  const { result, unmount } = await runInApp(() => useFarm(() => null), {
    connection: connection(() => Promise.reject(new Error('not asked'))),
  })
  await flushPromises()
  expect(result.farm.value).toBeNull()
  expect(result.isGone.value).toBe(false)
  unmount()
})
