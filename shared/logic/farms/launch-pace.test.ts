import { expect, test } from 'vitest'
import { aFarm, aServer } from '../../../tests/support/designs.ts'
import { launchableNow, paceWords } from './launch-pace.ts'

const now = Date.parse('2026-01-01T00:10:00.000Z')
const ago = (seconds: number, change: Parameters<typeof aServer>[0] = {}) =>
  aServer({ createdAt: new Date(now - seconds * 1000).toISOString(), ...change })

function aRole(scaling: object) {
  const [role] = aFarm({}, [{ scaling }]).roles
  if (!role) throw new Error('a farm role')
  return role
}

test.each([
  ['no pace: all at once', {}, [ago(1)], [2, 3, 4]],
  ['the first of a paced farm role', { paceSeconds: 60 }, [], [2]],
  ['within the pace', { paceSeconds: 60 }, [ago(59)], []],
  ['after the pace', { paceSeconds: 60 }, [ago(60)], [2]],
  ['one that failed counts too', { paceSeconds: 60 }, [ago(30, { status: 'terminated' })], []],
  ['an imported one does not', { paceSeconds: 60 }, [ago(30, { launchReason: 'imported' })], [2]],
  ['a clock that went back a day holds up nothing', { paceSeconds: 60 }, [ago(-86_400)], [2]],
  [
    'scenario 49: waiting while one initializes',
    { waitForPending: true },
    [ago(500, { status: 'initializing' })],
    [],
  ],
  ['waiting for pending, and none is', { waitForPending: true }, [ago(1)], [2]],
  ['both', { waitForPending: true, paceSeconds: 60 }, [ago(30)], []],
])('reference 2.4: %s', (_title, scaling, own, launched) => {
  expect(launchableNow(aRole(scaling), own, [2, 3, 4], now)).toEqual(launched)
})

test('is said in words', () => {
  expect(paceWords(aRole({}))).toBeNull()
  expect(paceWords(aRole({ paceSeconds: 60, waitForPending: true }))).toBe(
    'the next one once the former runs, one every 60 s',
  )
})
