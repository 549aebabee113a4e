import { describe, expect, test } from 'vitest'
import { aServer } from '../../../tests/support/designs.ts'
import { AppError, type ErrorCode } from '../../model/errors.ts'
import { askSuspendAgain, callRefused, isRefusal } from './call-refusals.ts'
import { askReboot, askResume, askSuspend } from './server-asks.ts'

const start = Date.parse('2026-01-01T00:00:00.000Z')
const error = new AppError('cloud.refused', {
  message: 'The cloud refused StopInstances.',
  details: { cloudCode: 'OperationNotPermitted', cloudMessage: 'It may not be stopped.' },
})

test.each<[ErrorCode, boolean]>([
  ['cloud.refused', true],
  ['cloud.quota', true],
  ['cloud.capacity', true],
  ['cloud.throttled', false],
  ['cloud.unreachable', false],
  ['cloud.credentials', false],
  ['cloud.not_found', false],
  ['internal', false],
])('%s is a refusal: %s', (code, expected) => {
  expect(isRefusal({ code })).toBe(expected)
})

describe('what the cloud refuses', () => {
  test.each([
    ['stop', aServer({ status: 'pending-suspend' }), 'running', 'server.suspend_refused', 'SuspendRefused'],
    ['start', aServer({ status: 'resuming' }), 'suspended', 'server.resume_refused', 'ResumeRefused'],
    [
      'force-stop',
      aServer({ rebooting: true, restart: 'stop' }),
      'running',
      'server.reboot_refused',
      'RebootRefused',
    ],
    [
      'start',
      aServer({ rebooting: true, restart: 'start' }),
      'suspended',
      'server.resume_refused',
      'RebootRefused',
    ],
  ] as const)('%s of a server in %o leaves it %s', (call, server, status, code, kind) => {
    const step = callRefused(server, call, error, start)
    expect(step.server).toMatchObject({
      status,
      rebooting: false,
      restart: null,
      error: { code, retryable: true, details: { cloudMessage: 'It may not be stopped.' } },
    })
    expect(step.events).toMatchObject([{ kind, firedBy: 'cloud', reason: 'It may not be stopped.' }])
  })

  test.each(['stop', 'force-stop', 'start'] as const)(
    '%s that nobody waits for any more changes nothing',
    (call) => {
      const server = aServer({ status: 'pending-terminate' })
      expect(callRefused(server, call, error, start).server).toBe(server)
    },
  )
})

test('asked again, a server no longer says what was refused before', () => {
  const running = callRefused(aServer({ status: 'pending-suspend' }), 'stop', error, start).server
  expect(running.retryAt).not.toBeNull()
  expect(askSuspend(running, 'person', start).server).toMatchObject({ error: null, retryAt: null })
  expect(askReboot(running, 'person').server).toMatchObject({ error: null })
  expect(askSuspendAgain(running).server).toMatchObject({ error: null, retryAt: null })
  const suspended = callRefused(aServer({ status: 'resuming' }), 'start', error, start).server
  expect(askResume(suspended, start).server).toMatchObject({ status: 'resuming', error: null })
})
