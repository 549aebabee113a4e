import { expect, test } from 'vitest'
import { JobId } from '../../shared/model/ids.ts'
import type { Job, JobState } from '../../shared/model/jobs.ts'
import { newlyEnded } from './notifications.ts'

function jobs(states: Record<string, JobState>): Map<string, Job> {
  return new Map(
    Object.entries(states).map(([id, state]) => [
      id,
      {
        id: JobId.parse(id),
        kind: 'farm.launch',
        title: id,
        target: { kind: 'farm', id: 'f' },
        state,
        progress: { done: 0, total: 1, step: '' },
        error: null,
        cancellable: true,
        bulk: null,
        startedAt: '2026-01-01T00:00:00.000Z',
        endedAt: null,
      },
    ]),
  )
}

test('only work that was running and has ended is news', () => {
  const before = jobs({ a: 'running', b: 'running', c: 'done' })
  const after = jobs({ a: 'done', b: 'running', c: 'done', d: 'failed' })
  expect(newlyEnded(before, after).map(({ id }) => id)).toEqual(['a'])
})
