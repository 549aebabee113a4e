import { describe, expect, test } from 'vitest'
import { aServer } from '../../../tests/support/designs.ts'
import { HealthRule } from '../../model/farm-roles.ts'
import type { Server } from '../../model/servers.ts'
import {
  checked,
  type HealthCheck,
  type HealthRecord,
  healthVerdict,
  isWatched,
  replaceUnhealthy,
  watched,
} from './health-rule.ts'

const minute = 60_000
const rule = HealthRule.parse({ enabled: true, failedChecks: 3, minutes: 2 })

const fine: HealthCheck = { sshAnswers: true, instanceIsOk: true }
const silent: HealthCheck = { sshAnswers: false, instanceIsOk: true }
const impaired: HealthCheck = { sshAnswers: true, instanceIsOk: false }
const untold: HealthCheck = { sshAnswers: true, instanceIsOk: null }

test.each<[string, HealthCheck[], HealthRecord | null]>([
  ['no check', [], null],
  ['it answers', [fine, fine], null],
  ['the cloud does not tell', [untold], null],
  ['SSH is silent', [silent], { failures: 1, firstFailedMs: 0 }],
  ['the cloud says impaired', [fine, impaired], { failures: 1, firstFailedMs: minute }],
  ['failures add up from the first', [silent, impaired, silent], { failures: 3, firstFailedMs: 0 }],
  ['an answer forgets them', [silent, silent, fine], null],
])('%s', (_what, checks, expected) => {
  const record = checks.reduce<HealthRecord | null>(
    (before, check, at) => checked(before, check, at * minute),
    null,
  )
  expect(record).toEqual(expected)
})

test.each<[string, Partial<HealthRule>, HealthRecord | null, number, string]>([
  ['nothing failed', {}, null, 9 * minute, 'fine'],
  ['too few failures', {}, { failures: 2, firstFailedMs: 0 }, 9 * minute, 'watch'],
  ['too little time', {}, { failures: 9, firstFailedMs: 0 }, 2 * minute - 1, 'watch'],
  ['enough of both', {}, { failures: 3, firstFailedMs: 0 }, 2 * minute, 'replace'],
  ['a rule that reboots', { action: 'reboot' }, { failures: 3, firstFailedMs: 0 }, 2 * minute, 'reboot'],
  ['a rule that is off', { enabled: false }, { failures: 99, firstFailedMs: 0 }, 99 * minute, 'fine'],
])('%s', (_what, change, record, nowMs, expected) => {
  expect(healthVerdict({ ...rule, ...change }, record, nowMs)).toBe(expected)
})

describe('left alone', () => {
  const lock = { comment: 'mine', at: '2026-01-01T00:00:00.000Z' }
  test.each<[string, Partial<Server>, boolean]>([
    ['a running server is watched', {}, true],
    ['one that reboots', { rebooting: true }, false],
    ['one that is locked', { lock }, false],
    ['one that a person examines', { status: 'troubleshooting' }, false],
    ['one whose instance stops', { instanceState: 'stopping' }, false],
  ])('%s', (_what, change, expected) => {
    expect(isWatched({ ...aServer(), ...change }, rule)).toBe(expected)
  })
})

test('a server says that it fails its checks, and no longer once it answers; another fault stays', () => {
  const record = { failures: 2, firstFailedMs: 0 }
  const said = watched(aServer(), record, rule).server
  expect(said.error).toMatchObject({ code: 'server.unhealthy' })
  expect(watched(said, null, rule).server.error).toBeNull()
  const other = aServer({ error: { code: 'ssh.auth', message: 'No.', retryable: false, details: {} } })
  expect(watched(other, record, rule).server).toBe(other)
})

test('replacing tells why, then ends the server', () => {
  const { server, events } = replaceUnhealthy(aServer(), { failures: 3, firstFailedMs: 0 }, Date.UTC(2026, 1))
  expect(server).toMatchObject({ status: 'pending-terminate', terminateReason: 'unhealthy' })
  expect(events.map(({ kind }) => kind)).toEqual(['ServerUnhealthy', 'BeforeHostTerminate'])
})
