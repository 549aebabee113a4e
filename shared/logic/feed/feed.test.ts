import { describe, expect, test } from 'vitest'
import type { FeedMessage } from '../../model/feed.ts'
import type { Notice } from '../../model/notices.ts'
import { applyPatch, emptyTopic, type TopicState } from './feed.ts'

function notice(id: string, title = id): Notice {
  return { id, title, severity: 'info', message: '', at: '2026-01-01T00:00:00.000Z' }
}

function snapshot(revision: number, ...ids: string[]): FeedMessage {
  return {
    kind: 'snapshot',
    topic: 'notices',
    epoch: 'e1',
    revision,
    entities: ids.map((id) => notice(id)),
  }
}

function patch(
  from: number,
  to: number,
  change: { put?: Notice[]; drop?: string[]; epoch?: string },
): FeedMessage {
  return {
    kind: 'patch',
    topic: 'notices',
    epoch: change.epoch ?? 'e1',
    from,
    to,
    put: change.put ?? [],
    drop: change.drop ?? [],
  }
}

function known(...messages: FeedMessage[]): TopicState<Notice> {
  return messages.reduce<TopicState<Notice>>((state, message) => {
    const next = applyPatch<'notices'>(state, message)
    if (next === 'gap') throw new Error('an unexpected gap')
    return next
  }, emptyTopic())
}

describe('applyPatch', () => {
  test('a snapshot replaces everything that was known', () => {
    const state = known(snapshot(3, 'a', 'b'), snapshot(9, 'c'))
    expect([...state.entities.keys()]).toEqual(['c'])
    expect(state.revision).toBe(9)
  })

  test('a patch that joins puts and drops', () => {
    const state = known(
      snapshot(3, 'a', 'b'),
      patch(3, 5, { put: [notice('b', 'changed'), notice('c')], drop: ['a'] }),
    )
    expect([...state.entities.values()].map((entity) => entity.title)).toEqual(['changed', 'c'])
    expect(state.revision).toBe(5)
  })

  test('the former state is left as it was', () => {
    const before = known(snapshot(1, 'a'))
    applyPatch(before, patch(1, 2, { drop: ['a'] }))
    expect(before.entities.has('a')).toBe(true)
  })

  test.each([
    ['a patch that starts later than what is known', known(snapshot(3, 'a')), patch(4, 5, {})],
    ['a patch of another run of the engine', known(snapshot(3, 'a')), patch(3, 4, { epoch: 'e2' })],
    ['a patch before any snapshot', emptyTopic<Notice>(), patch(0, 1, {})],
  ])('%s is a gap', (_, state, message) => {
    expect(applyPatch(state, message)).toBe('gap')
  })

  test('a patch that is included already changes nothing', () => {
    const state = known(snapshot(5, 'a'))
    expect(applyPatch(state, patch(3, 5, { drop: ['a'] }))).toBe(state)
  })

  test('a patch that overlaps what is known is applied whole', () => {
    const state = applyPatch<'notices'>(known(snapshot(5, 'a')), patch(3, 7, { put: [notice('b')] }))
    expect(state).toMatchObject({ revision: 7 })
  })
})
