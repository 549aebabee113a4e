import { expect, test } from 'vitest'
import { lanePauseMs } from './lane-pace.ts'

const minute = 60_000

test.each([
  ['something starts', { isBusy: true, tookMs: 20, unchangedMs: 0 }, 1_000],
  ['something has been starting for long', { isBusy: true, tookMs: 20, unchangedMs: 20 * minute }, 1_000],
  ['busy and slow', { isBusy: true, tookMs: 4_000, unchangedMs: 0 }, 8_000],
  ['idle', { isBusy: false, tookMs: 20, unchangedMs: minute }, 15_000],
  ['idle and slow', { isBusy: false, tookMs: 4_000, unchangedMs: minute }, 40_000],
  ['nothing for ten minutes', { isBusy: false, tookMs: 20, unchangedMs: 10 * minute }, 30_000],
  ['nothing ever', { isBusy: false, tookMs: 20, unchangedMs: Infinity }, 30_000],
])('%s', (_, lane, pauseMs) => expect(lanePauseMs(lane)).toBe(pauseMs))
