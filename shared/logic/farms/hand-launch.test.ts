import { describe, expect, test } from 'vitest'
import { aServer } from '../../../tests/support/designs.ts'
import { Scaling } from '../../model/farm-roles.ts'
import type { ServerStatus } from '../../model/servers.ts'
import { launchByHand } from './hand-launch.ts'

const own = (...statuses: ServerStatus[]) =>
  statuses.map((status, position) => aServer({ status, index: position + 1 }))
const role = (scaling: Partial<Scaling>) => ({ alias: 'web', scaling: Scaling.parse(scaling) })
const raised = (from: number, to: number) => `The maximum of web was raised from ${from} to ${to}.`

describe('one more server by hand (reference 3.1)', () => {
  test.each([
    // min, max, its servers → index, min, max, warning
    [1, 3, own('running'), 2, 2, 3, null],
    [1, 3, own(), 1, 1, 3, null],
    [2, 3, own('running'), 2, 2, 3, null],
    [1, 4, own('running', 'pending', 'initializing'), 4, 2, 4, null],
    [1, 3, own('terminated', 'running'), 1, 2, 3, null],
    [1, 3, own('running', 'suspended'), 3, 2, 3, null],
    // Scenario 55: at the maximum, it rises by one.
    [1, 1, own('running'), 2, 2, 2, raised(1, 2)],
    [1, 3, own('running', 'running', 'running'), 4, 2, 4, raised(3, 4)],
  ])('keeps %i to %i with %j', (min, max, servers, index, newMin, newMax, warning) => {
    const { scaling } = role({ min, max })
    expect(launchByHand(role({ min, max }), servers)).toEqual({
      index,
      scaling: { ...scaling, min: newMin, max: newMax },
      warning,
    })
  })

  test('a farm role that is scaled by hand just gets it', () => {
    const manual = role({ enabled: false, min: 1, max: 1 })
    const launch = launchByHand(manual, own('running', 'running'))
    expect(launch).toEqual({ index: 3, scaling: manual.scaling, warning: null })
  })

  test('a full farm role refuses', () => {
    const full = Array.from({ length: 400 }, (_, position) =>
      aServer({ status: 'running', index: position + 1 }),
    )
    expect(launchByHand(role({ min: 400, max: 400 }), full)).toBe(
      'web has 400 servers; a farm role has at most 400.',
    )
  })
})
