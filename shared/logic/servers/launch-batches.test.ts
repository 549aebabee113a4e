import { expect, test } from 'vitest'
import { aServer } from '../../../tests/support/designs.ts'
import { launchBatches, serverIdOf, serverTag } from './launch-batches.ts'
import { TAGS } from '../../model/tags.ts'

test('a hundred servers take few calls, and each instance is told apart again', () => {
  const servers = Array.from({ length: 100 }, (_, n) => aServer({ id: `s-${String(n).padStart(10, '0')}` }))
  const batches = launchBatches(servers)
  expect(batches.length).toBeLessThanOrEqual(20)
  expect(batches.flat()).toEqual(servers)
  for (const batch of batches) {
    expect(serverTag(batch).length).toBeLessThanOrEqual(256)
    const tags = { [TAGS.server]: serverTag(batch) }
    for (const [launchPosition, server] of batch.entries()) {
      expect(serverIdOf({ tags, launchPosition })).toBe(server.id)
    }
  }
})

test('an instance without the tag belongs to no server', () => {
  expect(serverIdOf({ tags: {}, launchPosition: 0 })).toBeNull()
  expect(serverIdOf({ tags: { [TAGS.server]: 'a b' }, launchPosition: 2 })).toBeNull()
})
