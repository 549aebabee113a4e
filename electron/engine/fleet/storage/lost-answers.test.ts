import { expect, it } from 'vitest'
import { testEvents } from '../../../../tests/support/events.ts'
import { ManualClock } from '../../../../tests/support/clocks.ts'
import { MemoryCloud } from '../../../../tests/support/memory-cloud.ts'
import { LostAnswers } from './lost-answers.ts'

it('a volume that was asked for when the engine died is found by its tag and told of; what was never made is let go', async () => {
  const clock = new ManualClock()
  const cloud = new MemoryCloud()
  const call = (token: string, action: string, cloudId = 'c') => ({
    ...{ token, action, cloudId, location: 'east', at: new Date(clock.now()).toISOString() },
  })
  const answers: unknown[] = []
  const told: string[] = []
  let isDown = true
  const lost = new LostAnswers({
    calls: {
      unanswered: async () => [
        call('t1', 'CreateVolume'),
        call('t2', 'CreateSnapshot'),
        call('t3', 'CreateVolume'),
        call('t4', 'CreateVolume', 'gone'),
        call('t5', 'RunInstances'),
      ],
      answered: async (token, state, answer) => void answers.push([token, state, answer]),
    },
    clouds: {
      has: (id) => id === 'c',
      watch: (_cloud, _location, work) => (isDown ? Promise.reject(new Error('down')) : work(cloud)),
    },
    events: testEvents(clock, ({ message }) => told.push(message)),
    clock,
  })
  const volume = await cloud.volumes.create('east', {
    ...{ clientToken: 't1', zone: 'a', sizeGib: 1, type: 'gp3', iops: null, throughputMibps: null },
    ...{ encrypted: false, kmsKeyId: null, snapshotId: null, tags: { 'farmhand:volume': 't1' } },
  })
  const snapshot = await cloud.snapshots.create('east', {
    ...{ volumeId: volume.id, description: '', tags: { 'farmhand:snapshot': 't2' } },
  })
  await lost.start()
  await lost.look()
  expect(answers).toEqual([])
  isDown = false
  await lost.look()
  expect(answers).toEqual([
    ['t1', 'answered', { volumeId: volume.id }],
    ['t2', 'answered', { snapshotId: snapshot.id }],
  ])
  expect(told).toEqual([
    `Volume ${volume.id} was made in east while Farmhand was interrupted`,
    `Snapshot ${snapshot.id} was begun in east while Farmhand was interrupted`,
  ])
  clock.advance(120_000)
  await lost.look()
  await lost.look()
  expect(answers.slice(2)).toEqual([['t3', 'failed', { reason: 'The cloud has nothing with its tag.' }]])
})
