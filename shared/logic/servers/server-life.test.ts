import { describe, expect, test } from 'vitest'
import { aServer } from '../../../tests/support/designs.ts'
import { AppError } from '../../model/errors.ts'
import type { InstanceState, Server, ServerStatus } from '../../model/servers.ts'
import { DEFAULT_LIFE_POLICY as policy } from './life-policy.ts'
import { askReboot, askResume, askSuspend, askTerminate } from './server-asks.ts'
import { sshAnswered, timePassed } from './server-contact.ts'
import type { InstanceView } from './server-facts.ts'
import { launchFailed } from './server-launches.ts'
import { absent, seen } from './server-life.ts'

const start = Date.parse('2026-01-01T00:00:00.000Z')

function view(state: InstanceState, change: Partial<InstanceView> = {}): InstanceView {
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
    ...change,
  }
}

/** Rows: the server's status. Columns: what the cloud says of its instance. Reference 4.3 and 5.2. */
const TABLE: Record<ServerStatus, Record<InstanceState, ServerStatus>> = {
  'pending-launch': {
    pending: 'pending',
    running: 'initializing',
    stopping: 'pending-suspend',
    stopped: 'suspended',
    'shutting-down': 'pending-terminate',
    terminated: 'terminated',
  },
  pending: {
    pending: 'pending',
    running: 'initializing',
    stopping: 'pending-suspend',
    stopped: 'suspended',
    'shutting-down': 'pending-terminate',
    terminated: 'terminated',
  },
  initializing: {
    pending: 'initializing',
    running: 'initializing',
    stopping: 'pending-suspend',
    stopped: 'suspended',
    'shutting-down': 'pending-terminate',
    terminated: 'terminated',
  },
  running: {
    pending: 'running',
    running: 'running',
    stopping: 'pending-suspend',
    stopped: 'suspended',
    'shutting-down': 'pending-terminate',
    terminated: 'terminated',
  },
  'pending-suspend': {
    pending: 'pending-suspend',
    running: 'pending-suspend',
    stopping: 'pending-suspend',
    stopped: 'suspended',
    'shutting-down': 'pending-terminate',
    terminated: 'terminated',
  },
  suspended: {
    pending: 'suspended',
    running: 'resuming',
    stopping: 'suspended',
    stopped: 'suspended',
    'shutting-down': 'pending-terminate',
    terminated: 'terminated',
  },
  resuming: {
    pending: 'resuming',
    running: 'resuming',
    stopping: 'resuming',
    stopped: 'resuming',
    'shutting-down': 'pending-terminate',
    terminated: 'terminated',
  },
  'pending-terminate': {
    pending: 'pending-terminate',
    running: 'pending-terminate',
    stopping: 'pending-terminate',
    stopped: 'pending-terminate',
    'shutting-down': 'pending-terminate',
    terminated: 'terminated',
  },
  terminated: {
    pending: 'terminated',
    running: 'terminated',
    stopping: 'terminated',
    stopped: 'terminated',
    'shutting-down': 'terminated',
    terminated: 'terminated',
  },
  missing: {
    pending: 'pending',
    running: 'initializing',
    stopping: 'pending-suspend',
    stopped: 'suspended',
    'shutting-down': 'pending-terminate',
    terminated: 'terminated',
  },
  troubleshooting: {
    pending: 'troubleshooting',
    running: 'troubleshooting',
    stopping: 'troubleshooting',
    stopped: 'troubleshooting',
    'shutting-down': 'pending-terminate',
    terminated: 'terminated',
  },
}

describe('what the cloud says moves a server on', () => {
  for (const [from, row] of Object.entries(TABLE) as [ServerStatus, Record<InstanceState, ServerStatus>][]) {
    for (const [state, to] of Object.entries(row) as [InstanceState, ServerStatus][]) {
      test(`${from} + instance ${state} → ${to}`, () => {
        const unlaunched = from === 'pending-launch' ? { cloudServerId: null, launchedAt: null } : {}
        const step = seen(aServer({ status: from, ...unlaunched }), view(state), start + 1000)
        expect(step.server.status).toBe(to)
        if (from === to && from !== 'pending-launch') expect(step.events).toEqual([])
        else if (!(from === 'suspended' && to === 'resuming')) expect(step.events).not.toEqual([])
      })
    }
  }
})

test('nothing that changed means the same object and no event', () => {
  const server = aServer()
  expect(seen(server, view('running'), start + 5000)).toEqual({ server, events: [] })
  expect(seen(server, view('running'), start + 5000).server).toBe(server)
})

test('the first sight of a launched instance takes its facts over', () => {
  const server = aServer({
    status: 'pending-launch',
    cloudServerId: null,
    ssh: null,
    publicIp: null,
    attempts: 0,
  })
  const { server: after, events } = seen(server, view('pending', { id: 'i-9', sshPort: 2200 }), start)
  expect(after).toMatchObject({
    status: 'pending',
    cloudServerId: 'i-9',
    attempts: 1,
    ssh: { host: '127.0.0.2', port: 2200, user: 'farmhand' },
  })
  expect(events.map((event) => event.kind)).toEqual(['BeforeInstanceLaunch'])
})

test('an address that changes while running is an event; the pinned host key stays', () => {
  const server = aServer({
    ssh: { host: '127.0.0.2', port: 2222, user: 'farmhand', hostKeyFingerprint: 'SHA256:x' },
  })
  const { server: after, events } = seen(server, view('running', { publicIp: '127.0.0.9' }), start)
  expect(after.ssh).toMatchObject({ host: '127.0.0.9', hostKeyFingerprint: 'SHA256:x' })
  expect(events).toMatchObject([{ kind: 'IPAddressChanged' }])
})

test('an instance that is stopped in the cloud lets go of its address without an event of a changed one', () => {
  const server = aServer()
  const { events } = seen(server, view('stopping', { publicIp: null }), start)
  expect(events.map(({ kind }) => kind)).toEqual(['BeforeHostTerminate'])
  const gained = seen(aServer({ publicIp: null }), view('running', { publicIp: '127.0.0.9' }), start)
  expect(gained.events.map(({ message }) => message)).toEqual([
    'The address of web #1 of shop changed: no public address is now 127.0.0.9',
  ])
})

describe('absence (eventual consistency)', () => {
  const late = start + policy.appearMs

  test('just after the launch it means nothing', () => {
    const server = aServer()
    expect(absent(server, late - 1, policy).server).toBe(server)
  })

  test('then it is noted, then Missing, then Terminated as crashed', () => {
    const noted = absent(aServer(), late, policy).server
    expect(noted).toMatchObject({ status: 'running', absentSince: new Date(late).toISOString() })
    expect(absent(noted, late + policy.missingMs - 1, policy).server.status).toBe('running')
    const missing = absent(noted, late + policy.missingMs, policy)
    expect(missing.server.status).toBe('missing')
    expect(missing.events).toMatchObject([{ kind: 'ServerMissing' }])
    const gone = absent(missing.server, late + policy.missingMs + policy.goneMs, policy)
    expect(gone.server).toMatchObject({ status: 'terminated', terminateReason: 'crashed' })
    expect(gone.events).toMatchObject([{ kind: 'HostDown' }])
  })

  test('seen again, it is as if nothing had been', () => {
    const noted = absent(aServer(), late, policy).server
    expect(seen(noted, view('running'), late + 1000).server).toMatchObject({
      status: 'running',
      absentSince: null,
    })
  })

  test('a server on its way out that is no longer listed is gone', () => {
    const leaving = aServer({ status: 'pending-terminate', terminateReason: 'manual' })
    const noted = absent(leaving, start, policy).server
    expect(absent(noted, start + policy.missingMs, policy).server).toMatchObject({
      status: 'terminated',
      terminateReason: 'manual',
    })
  })
})

describe('SSH', () => {
  const waiting = aServer({ status: 'initializing', since: new Date(start).toISOString(), runningAt: null })

  test('an answer makes it Running', () => {
    const { server, events } = sshAnswered(waiting, 'yes', start + 10, policy)
    expect(server).toMatchObject({
      status: 'running',
      runningAt: new Date(start + 10).toISOString(),
      error: null,
    })
    expect(events).toMatchObject([{ kind: 'HostUp' }])
  })

  test('no answer waits, and at last lets it run with the fault shown', () => {
    expect(sshAnswered(waiting, 'no', start + policy.sshWaitMs - 1, policy).server).toBe(waiting)
    const { server } = sshAnswered(waiting, 'no', start + policy.sshWaitMs, policy)
    expect(server).toMatchObject({ status: 'running', error: { code: 'ssh.unreachable' } })
  })

  test('after a resume it is ResumeComplete and not HostUp', () => {
    const { events } = sshAnswered(aServer({ status: 'resuming' }), 'yes', start, policy)
    expect(events).toMatchObject([{ kind: 'ResumeComplete' }])
  })

  test('after a reboot it is RebootComplete', () => {
    const rebooting = askReboot(aServer(), 'person').server
    expect(rebooting).toMatchObject({ status: 'running', rebooting: true })
    const { server, events } = sshAnswered(rebooting, 'yes', start, policy)
    expect(server.rebooting).toBe(false)
    expect(events).toMatchObject([{ kind: 'RebootComplete' }])
  })
})

describe('a failed launch', () => {
  const waiting = aServer({ status: 'pending-launch', cloudServerId: null, attempts: 0 })
  const error = new AppError('cloud.capacity', { message: 'No room.' })

  test('refused: the next try is a new call', () => {
    const { server, events } = launchFailed(waiting, error, 'no', start, 0.5)
    expect(server).toMatchObject({
      status: 'pending-launch',
      launch: null,
      attempts: 1,
      error: { message: 'No room.' },
    })
    expect(events).toMatchObject([{ kind: 'InstanceLaunchFailed' }])
  })

  test('answer lost: the same token is asked again', () => {
    expect(launchFailed(waiting, error, 'unknown', start, 0.5).server.launch).toEqual(waiting.launch)
  })

  test.each([
    [0, 2_000],
    [1, 4_000],
    [4, 32_000],
    [50, 256_000],
  ])('after %i failures it waits about %i ms', (attempts, expectedMs) => {
    const { server } = launchFailed({ ...waiting, attempts }, error, 'no', start, 0.5)
    expect(Date.parse(server.retryAt ?? '') - start).toBe(expectedMs)
  })
})

describe('what a person or the engine asks for', () => {
  const statuses = Object.keys(TABLE) as ServerStatus[]
  const asks: [string, (server: Server) => Server, Partial<Record<ServerStatus, ServerStatus>>][] = [
    ['suspend', (server) => askSuspend(server, 'person', start).server, { running: 'pending-suspend' }],
    ['resume', (server) => askResume(server, start).server, { suspended: 'resuming' }],
    [
      'terminate',
      (server) => askTerminate(server, 'manual', 'person', start).server,
      Object.fromEntries(
        statuses.filter((status) => status !== 'terminated').map((s) => [s, 'pending-terminate']),
      ),
    ],
  ]
  for (const [name, ask, moves] of asks) {
    test.each(statuses)(`${name} a server that is %s`, (status) => {
      expect(ask(aServer({ status })).status).toBe(moves[status] ?? status)
    })
  }

  test('a server that the cloud never heard of is terminated at once', () => {
    const never = aServer({ status: 'pending-launch', cloudServerId: null, launch: null })
    expect(askTerminate(never, 'farm-terminated', 'system', start).server.status).toBe('terminated')
  })

  test('one that was asked for without an answer is not', () => {
    const asked = aServer({ status: 'pending-launch', cloudServerId: null })
    expect(askTerminate(asked, 'farm-terminated', 'system', start).server.status).toBe('pending-terminate')
  })
})

test('a server that does not come up within the launch timeout is given up', () => {
  const slow = aServer({ status: 'pending' })
  expect(timePassed(slow, start + policy.launchTimeoutMs - 1, policy).server).toBe(slow)
  const { server } = timePassed(slow, start + policy.launchTimeoutMs, policy)
  expect(server).toMatchObject({ status: 'pending-terminate', terminateReason: 'launch-timeout' })
})
