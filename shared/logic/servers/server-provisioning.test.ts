import { describe, expect, test } from 'vitest'
import { aFarm, aFarmState, aServer } from '../../../tests/support/designs.ts'
import { AppError } from '../../model/errors.ts'
import type { FarmRole } from '../../model/farm-roles.ts'
import type { FarmState } from '../../model/farms.ts'
import {
  isFollowed,
  type Provision,
  provisionBegan,
  provisioned,
  provisionFailed,
  provisioningDue,
  type ProvisioningTime,
  provisioningTime,
} from './server-provisioning.ts'

type ServerChange = NonNullable<Parameters<typeof aServer>[0]>

const nowMs = Date.parse('2026-01-01T00:00:00.000Z')
const initializing: ServerChange = { status: 'initializing', waitingFor: 'SSH' }
const failedFor = (name: string): ServerChange => ({
  unkept: [{ name, error: { code: 'cloud.refused', message: 'Taken.', retryable: true, details: {} } }],
})

function aRole(): FarmRole {
  const [role] = aFarm().roles
  if (!role) throw new Error('a farm role')
  return role
}

/** The server's own facts say whether it is there: a name, and an address. */
const hostname: Provision = {
  name: 'hostname',
  beforeRunning: { waitingFor: 'its host name', needs: 'ssh', isWanted: () => true },
  whileRunning: { what: 'its host name', isThere: (server) => server.hostname === 'web-1' },
}
const address: Provision = {
  name: 'elastic-ip',
  beforeRunning: { waitingFor: 'its Elastic IP', needs: 'instance', isWanted: ({ index }) => index > 0 },
  whileRunning: { what: 'its Elastic IP', isThere: (server) => server.elasticIp !== null },
}
const tags: Provision = { name: 'tags', whileRunning: { what: 'its tags', isThere: () => true } }

describe('when a server is given what its design says', () => {
  const cases: [string, ServerChange, FarmState['status'], ProvisioningTime | null][] = [
    ['it initialises', initializing, 'running', 'before-running'],
    ['it initialises, and its farm ends', initializing, 'terminating', 'before-running'],
    [
      'its initialisation failed for good',
      { ...initializing, initFailedAt: '2026-01-01T00:00:00.000Z' },
      'running',
      null,
    ],
    ['it runs', {}, 'running', 'while-running'],
    ['it runs, and its farm does not', {}, 'terminating', null],
    ['it is rebooting', { rebooting: true }, 'running', null],
    ['its instance is on its way down', { instanceState: 'stopping' }, 'running', null],
    ['it is suspended', { status: 'suspended' }, 'running', null],
    ['it resumes', { status: 'resuming' }, 'running', null],
    ['it ends', { status: 'pending-terminate' }, 'running', null],
  ]
  test.each(cases)('%s', (_title, change, status, time) => {
    expect(provisioningTime(aServer(change), { state: { status } })).toBe(time)
  })
})

test('only what runs and is not rebooting is held to its design', () => {
  const follows = (change: ServerChange) => isFollowed(aServer(change))
  expect(follows({})).toBe(true)
  expect(follows({ status: 'initializing' })).toBe(false)
  expect(follows({ instanceState: 'stopping' })).toBe(false)
  expect(follows({ rebooting: true })).toBe(false)
})

describe('what is due at one look at a server', () => {
  type Due = ReturnType<typeof provisioningDue>
  const both = ['elastic-ip', 'hostname']
  const cases: [string, ServerChange, Provision[], { sshAnswers: boolean }, Due][] = [
    ['what needs its instance only', initializing, [hostname, address], { sshAnswers: false }, 'now'],
    ['what needs SSH', initializing, [hostname], { sshAnswers: false }, 'later'],
    ['what needs SSH, which answers', initializing, [hostname], { sshAnswers: true }, 'now'],
    ['done already', { ...initializing, prepared: both }, [address, hostname], { sshAnswers: true }, 'never'],
    ['not wanted', { ...initializing, index: 0 }, [address], { sshAnswers: true }, 'never'],
    ['given to running servers only', initializing, [tags], { sshAnswers: true }, 'never'],
    ['it runs as designed', { hostname: 'web-1' }, [hostname, tags], { sshAnswers: false }, 'never'],
    ['it runs and is called otherwise', {}, [tags, hostname], { sshAnswers: false }, 'now'],
    ['what it got before it ran was taken away', { prepared: both }, [address], { sshAnswers: false }, 'now'],
    ['it still says that it lacks it', failedFor('tags'), [tags], { sshAnswers: false }, 'now'],
    ['it says so of something else', failedFor('volumes'), [tags], { sshAnswers: false }, 'never'],
    ['given before it runs only', {}, [{ name: 'volumes' }], { sshAnswers: true }, 'never'],
  ]
  test.each(cases)('%s', (_title, change, provisions, { sshAnswers }, due) => {
    const server = aServer(change)
    const time = provisioningTime(server, { state: aFarmState() }) ?? 'while-running'
    expect(provisioningDue(server, aRole(), provisions, time, sshAnswers)).toBe(due)
  })
})

test('before it runs, a server says what it waits for, and what is done goes on with it', () => {
  const began = provisionBegan(aServer(initializing), hostname)
  expect(began).toMatchObject({ server: { waitingFor: 'its host name' }, events: [] })
  expect(provisioned(began.server, hostname).server.prepared).toEqual(['hostname'])
  const running = aServer()
  expect(provisionBegan(running, hostname).server).toBe(running)
  expect(provisioned(running, hostname).server).toBe(running)
})

describe('a failure before a server runs', () => {
  const cases: [string, AppError, 'Failed' | 'tried again'][] = [
    ['may heal', new AppError('cloud.throttled', { message: 'Slow down.', retryable: true }), 'tried again'],
    ['is of a key that its first boot brings', new AppError('ssh.auth', { message: 'No.' }), 'tried again'],
    ['cannot heal', new AppError('cloud.not_found', { message: 'It is gone.' }), 'Failed'],
  ]
  test.each(cases)('that %s', (_title, error, then) => {
    const { server, events } = provisionFailed(aServer(initializing), hostname, error, nowMs)
    expect(server.error).toMatchObject({ code: error.code })
    expect(server.initFailedAt === null ? 'tried again' : 'Failed').toBe(then)
    expect(events.map(({ kind }) => kind)).toEqual(then === 'Failed' ? ['HostInitFailed'] : [])
  })
})

test('a failure while it runs is told once, stands on the server, and goes when it is mended', () => {
  const error = new AppError('cloud.refused', { message: 'It is taken.', retryable: true })
  const first = provisionFailed(aServer(), address, error, nowMs)
  expect(first.events).toMatchObject([
    { kind: 'UpkeepFailed', message: 'web #1 of shop did not get its Elastic IP: It is taken.' },
  ])
  expect(provisionFailed(first.server, address, error, nowMs)).toEqual({ server: first.server, events: [] })
  expect(provisioned(first.server, hostname).server).toBe(first.server)
  expect(provisioned(first.server, address).server.unkept).toEqual([])
})

test('a failure says nothing of a server that is past the time for it', () => {
  const error = new AppError('cloud.refused', { message: 'It is taken.' })
  const ending = aServer({ status: 'pending-terminate' })
  expect(provisionFailed(ending, address, error, nowMs)).toEqual({ server: ending, events: [] })
})
