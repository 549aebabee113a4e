import { expect, test } from 'vitest'
import { aServer } from '../../../tests/support/designs.ts'
import { AppError } from '../../model/errors.ts'
import type { InstanceState, Server, ServerAction, ServerStatus } from '../../model/servers.ts'
import { applies } from './server-actions.ts'
import { cloudCallFor } from './server-cloud-calls.ts'
import { decreasedMin, HOOKS_DELAY_MS, terminateDelayMs } from './server-ends.ts'
import { askRelease, askTroubleshoot } from './server-holds.ts'
import { DEFAULT_LIFE_POLICY } from './life-policy.ts'
import { askReboot, askResume, askSuspend, askTerminate } from './server-asks.ts'
import { sshAnswered, timePassed } from './server-contact.ts'
import type { InstanceView } from './server-facts.ts'
import { launched, launchFailed } from './server-launches.ts'
import { absent, gone, seen } from './server-life.ts'
import type { LifeStep } from './server-steps.ts'
import { provisionFailed } from './server-provisioning.ts'
import { LAUNCH_REASON_CODES, TERMINATE_REASON_CODES } from './server-reasons.ts'

const start = Date.parse('2026-01-01T00:00:00.000Z')
const late = start + DEFAULT_LIFE_POLICY.launchTimeoutMs
const policy = DEFAULT_LIFE_POLICY

function view(state: InstanceState): InstanceView {
  return {
    id: 'i-1',
    state,
    zone: 'sandbox-east-1a',
    imageId: 'ami-1',
    instanceType: 't3.micro',
    platform: 'linux',
    rootDevice: null,
    publicIp: '127.0.0.2',
    privateIp: '127.0.0.2',
    hostname: null,
    keyName: 'key',
    securityGroupIds: ['sg-1'],
    sshPort: null,
    stateReason: null,
  }
}

const refused = new AppError('cloud.capacity', { message: 'No room.' })
const missedLong = new Date(start).toISOString()

/** What can happen to a server, each as the engine's pure functions do it. */
const TRIGGERS: Readonly<Record<string, (server: Server) => LifeStep>> = {
  'cloud call succeeds': (server) => launched(server, view('pending'), start),
  'cloud call fails': (server) => launchFailed(server, refused, 'no', start, 0.5),
  'cloud says running': (server) => seen(server, view('running'), start),
  'first contact': (server) => sshAnswered(server, 'yes', start, policy),
  'init fails for good': (server) => provisionFailed(server, { name: 'volumes' }, refused, start),
  'launch timeout': (server) => timePassed(server, late, policy),
  'asked to reboot': (server) => askReboot(server, 'person'),
  'asked to suspend': (server) => askSuspend(server, 'person', start),
  'cloud says stopped': (server) => seen(server, view('stopped'), start),
  'asked to resume': (server) => askResume(server, start),
  'asked to terminate': (server) => askTerminate(server, 'manual', 'person', start),
  'cloud says terminated': (server) => gone(server, start, null),
  'not listed for long': (server) => absent({ ...server, absentSince: missedLong }, start + 200_000, policy),
  'held by a person': (server) => askTroubleshoot(server, start),
  released: (server) => askRelease(server, start),
}

const STATUSES: readonly ServerStatus[] = [
  'pending-launch',
  'pending',
  'initializing',
  'running',
  'pending-suspend',
  'suspended',
  'resuming',
  'pending-terminate',
  'missing',
  'troubleshooting',
  'terminated',
]

/** The server as it is when it comes into a status. */
function serverIn(status: ServerStatus): Server {
  const isNew = status === 'pending-launch'
  return aServer({
    status,
    ...(isNew ? { cloudServerId: null, launchedAt: null, runningAt: null, launch: null } : {}),
    ...(status === 'missing' || status === 'troubleshooting' ? { heldFrom: 'running' as const } : {}),
    instanceState: status === 'suspended' ? 'stopped' : 'running',
  })
}

/** `status | trigger → status (events)` for everything that changes a server. */
function printed(): string[] {
  return STATUSES.flatMap((status) =>
    Object.entries(TRIGGERS).flatMap(([trigger, step]) => {
      // The cloud is asked to launch what is in Pending launch, and nothing else.
      if (trigger.startsWith('cloud call') && status !== 'pending-launch') return []
      const before = serverIn(status)
      const { server, events } = step(before)
      const shown = server.initFailedAt !== null ? 'Failed' : server.rebooting ? 'Rebooting' : server.status
      if (shown === before.status && events.length === 0) return []
      const kinds = events.map(({ kind }) => kind).join(', ')
      return [`${status} | ${trigger} → ${shown}${kinds === '' ? '' : ` (${kinds})`}`]
    }),
  )
}

/**
 * Reference 4.3, row by row; "any live" is written out, and SSH stands where the reference's agent speaks. An instance that is
 * found although its launch call was never answered takes the call's row and its own at once.
 */
const REFERENCE = `
pending-launch | cloud call succeeds → pending (BeforeInstanceLaunch)
pending-launch | cloud call fails → pending-launch (InstanceLaunchFailed)
pending-launch | cloud says running → initializing (BeforeInstanceLaunch, HostInit)
pending-launch | cloud says stopped → suspended (BeforeInstanceLaunch, HostDown)
pending-launch | asked to terminate → terminated (HostDown)
pending-launch | cloud says terminated → terminated (HostDown)
pending | cloud says running → initializing (HostInit)
pending | launch timeout → pending-terminate (BeforeHostTerminate)
pending | cloud says stopped → suspended (HostDown)
pending | asked to terminate → pending-terminate (BeforeHostTerminate)
pending | cloud says terminated → terminated (HostDown)
pending | not listed for long → missing (ServerMissing)
pending | held by a person → troubleshooting (TroubleshootingBegan)
initializing | first contact → running (HostUp)
initializing | init fails for good → Failed (HostInitFailed)
initializing | launch timeout → pending-terminate (BeforeHostTerminate)
initializing | asked to reboot → Rebooting (RebootBegin)
initializing | cloud says stopped → suspended (HostDown)
initializing | asked to terminate → pending-terminate (BeforeHostTerminate)
initializing | cloud says terminated → terminated (HostDown)
initializing | not listed for long → missing (ServerMissing)
initializing | held by a person → troubleshooting (TroubleshootingBegan)
running | asked to reboot → Rebooting (RebootBegin)
running | asked to suspend → pending-suspend (BeforeHostTerminate)
running | cloud says stopped → suspended (HostDown)
running | asked to terminate → pending-terminate (BeforeHostTerminate)
running | cloud says terminated → terminated (HostDown)
running | not listed for long → missing (ServerMissing)
running | held by a person → troubleshooting (TroubleshootingBegan)
pending-suspend | cloud says stopped → suspended (HostDown)
pending-suspend | asked to terminate → pending-terminate (BeforeHostTerminate)
pending-suspend | cloud says terminated → terminated (HostDown)
pending-suspend | not listed for long → missing (ServerMissing)
suspended | cloud says running → resuming
suspended | asked to resume → resuming
suspended | asked to terminate → pending-terminate (BeforeHostTerminate)
suspended | cloud says terminated → terminated (HostDown)
suspended | not listed for long → missing (ServerMissing)
resuming | first contact → running (ResumeComplete)
resuming | asked to terminate → pending-terminate (BeforeHostTerminate)
resuming | cloud says terminated → terminated (HostDown)
resuming | not listed for long → missing (ServerMissing)
pending-terminate | cloud says terminated → terminated (HostDown)
pending-terminate | not listed for long → terminated (HostDown)
missing | cloud says running → running (ServerFound)
missing | cloud says stopped → suspended (ServerFound, HostDown)
missing | asked to terminate → pending-terminate (BeforeHostTerminate)
missing | cloud says terminated → terminated (HostDown)
troubleshooting | asked to terminate → pending-terminate (BeforeHostTerminate)
troubleshooting | cloud says terminated → terminated (HostDown)
troubleshooting | not listed for long → missing (ServerMissing)
troubleshooting | released → running (TroubleshootingEnded)
`
  .trim()
  .split('\n')

test('the state machine’s transitions are the reference’s (4.3)', () => {
  const table = printed()
  process.stdout.write(`${table.join('\n')}\n`)
  expect(table).toEqual(REFERENCE)
})

/** Reference 4.6: pending launch, pending, initializing, running, suspended, pending terminate, terminated. */
const APPLICABILITY: readonly [ServerAction, string][] = [
  ['cancel', 'yes - - - - - -'],
  ['console', '- yes yes yes yes yes -'],
  ['reboot', '- - yes yes - - -'],
  ['suspend', '- - - yes - - -'],
  ['resume', '- - - - yes - -'],
  ['terminate', 'yes yes yes yes yes - -'],
  ['change-type', '- - - - yes - -'],
  ['protect', '- yes yes yes yes - -'],
  ['key', '- yes yes yes - - -'],
  ['connect', '- - yes yes - - -'],
  ['troubleshoot', '- yes yes yes - - -'],
  ['properties', '- yes yes yes yes yes -'],
  ['log', 'yes yes yes yes yes yes yes'],
]
const COLUMNS: readonly ServerStatus[] = [
  'pending-launch',
  'pending',
  'initializing',
  'running',
  'suspended',
  'pending-terminate',
  'terminated',
]

test.each(APPLICABILITY)('the statuses in which “%s” applies are the reference’s (4.6)', (action, row) => {
  expect(COLUMNS.map((status) => (applies(serverIn(status), action) ? 'yes' : '-')).join(' ')).toBe(row)
})

test('scenario 33: a terminated server has its log and nothing else', () => {
  const all: ServerAction[] = APPLICABILITY.map(([action]) => action)
  expect(all.filter((action) => applies(serverIn('terminated'), action))).toEqual(['log'])
})

test('scenario 27: a spot server, and one with an instance-store root, has no Suspend', () => {
  expect(applies(aServer({ spot: true }), 'suspend')).toBe(false)
  expect(applies(aServer({ rootDevice: 'instance-store' }), 'suspend')).toBe(false)
  expect(applies(aServer({ rootDevice: 'ebs' }), 'suspend')).toBe(true)
})

test('the password is Windows’s, the terminal everybody else’s', () => {
  const windows = aServer({ platform: 'windows' })
  expect([applies(windows, 'password'), applies(windows, 'connect')]).toEqual([true, false])
  expect(applies(aServer(), 'password')).toBe(false)
})

test.each([
  ['auto', { isForced: false, hasHooks: false, status: 'running' }, 0],
  ['auto', { isForced: false, hasHooks: true, status: 'running' }, HOOKS_DELAY_MS],
  ['auto', { isForced: true, hasHooks: true, status: 'running' }, 0],
  ['auto', { isForced: false, hasHooks: true, status: 'suspended' }, 0],
  [60_000, { isForced: false, hasHooks: false, status: 'initializing' }, 60_000],
  [60_000, { isForced: true, hasHooks: false, status: 'running' }, 0],
  [60_000, { isForced: false, hasHooks: false, status: 'pending' }, 0],
] as const)('a delay of %s with %j is %i ms', (delay, asked, expected) => {
  expect(terminateDelayMs(delay, asked)).toBe(expected)
})

test.each([
  [1, 1, 1],
  [2, 1, 1],
  [3, 2, 1],
  [2, 2, 2],
  [0, 1, 0],
])('a minimum of %i less %i is %i (scenarios 20 and 21)', (min, count, expected) => {
  expect(decreasedMin(min, count)).toBe(expected)
})

test('reasons have the reference’s codes', () => {
  expect(LAUNCH_REASON_CODES).toMatchObject({
    'image-rollout': 1,
    'scaling-up': 2,
    replacement: 2,
    'farm-launched': 3,
    'manual-api': 4,
    manual: 5,
  })
  expect(TERMINATE_REASON_CODES).toMatchObject({
    'farm-role-removed': 4,
    'launch-timeout': 5,
    'scaling-down': 8,
    'rolled-back': 9,
    manual: 10,
    'manual-api': 11,
    'farm-terminated': 13,
    'image-rollout': 14,
    crashed: 16,
  })
})

test('what is asked of the cloud follows from status and instance alone', () => {
  const at = (change: Partial<Server>) => cloudCallFor(aServer(change), start)
  const soon = new Date(start + 60_000).toISOString()
  const dayAhead = new Date(start + 86_400_000).toISOString()
  expect(at({ status: 'pending-suspend' })).toBe('stop')
  expect(at({ status: 'pending-suspend', instanceState: 'stopping' })).toBeNull()
  expect(at({ status: 'resuming', instanceState: 'stopped' })).toBe('start')
  expect(at({ status: 'pending-terminate' })).toBe('terminate')
  expect(at({ status: 'pending-terminate', instanceState: 'shutting-down' })).toBeNull()
  expect(at({ status: 'pending-terminate', terminateAt: soon })).toBeNull()
  // The clock went back a day since it was asked for: nothing waits a day for that.
  expect(at({ status: 'pending-terminate', terminateAt: dayAhead })).toBe('terminate')
  expect(at({ restart: 'stop' })).toBe('force-stop')
  expect(at({ restart: 'start', instanceState: 'stopped' })).toBe('start')
  expect(at({ status: 'troubleshooting' })).toBeNull()
  expect(at({ status: 'missing' })).toBeNull()
})

test('time that the engine did not see counts for no timer (clocks that jump, machines that sleep)', () => {
  const day = 86_400_000
  const slow = aServer({ status: 'pending' })
  const woken = { ...policy, countFromMs: start + day }
  expect(timePassed(slow, start + day + 1000, woken).server.status).toBe('pending')
  expect(timePassed(slow, start + day + policy.launchTimeoutMs, woken).server.status).toBe(
    'pending-terminate',
  )
  const unseen = aServer({ absentSince: new Date(start + 1000).toISOString() })
  expect(absent(unseen, start + day + 1000, woken).server.status).toBe('running')
  expect(absent(unseen, start + day + policy.appearMs, woken).server.status).toBe('missing')
  // A day back: what was noted lies ahead now, and its timers begin anew.
  const back = { ...policy, countFromMs: start - day }
  expect(timePassed(slow, start - day + 1000, back).server.status).toBe('pending')
  expect(timePassed(slow, start - day + policy.launchTimeoutMs, back).server.status).toBe('pending-terminate')
})
