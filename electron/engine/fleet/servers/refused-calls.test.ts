import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { type SandboxEngine, startSandboxEngine } from '../../../../tests/support/sandbox-engine.ts'
import { until } from '../../../../tests/support/test-engine.ts'
import { type BulkAction, BulkOptions, type Server } from '../../../../shared/model/servers.ts'

let world: SandboxEngine
let pair: Server[]

beforeAll(async () => {
  world = await startSandboxEngine()
  pair = await world.launch('pair', { scaling: { min: 2, max: 2 } })
}, 60_000)
afterEach(() => world.sandbox.sandbox.faults.clear())
afterAll(() => world.remove())

/** The cloud refuses a call as EC2 does, naming one instance or none. */
function refuse(action: string, code: string, message: string): Promise<void> {
  return world.sandbox.sandbox.faults.inject({ kind: 'refuse', action, code, message })
}

function get(serverId: string): Promise<Server> {
  return world.engine.servers.get({ serverId })
}

function ids(): Server['id'][] {
  return pair.map(({ id }) => id)
}

function asked(action: BulkAction) {
  return { serverIds: ids(), action, options: BulkOptions.parse({}), via: 'api' as const }
}

async function kindsOf(serverId: string): Promise<string[]> {
  return (await world.engine.events.list({ serverId, limit: 100 })).map(({ kind }) => kind)
}

describe('one server', () => {
  test('that the cloud does not stop runs on, says the cloud’s words, and is suspended when asked again', async () => {
    const [server] = pair
    if (!server) throw new Error('There is no server.')
    const words = `The instance '${server.cloudServerId ?? ''}' may not be stopped. Modify its 'disableApiStop' instance attribute and try again.`
    await refuse('StopInstances', 'OperationNotPermitted', words)
    const job = await world.ended((await world.engine.servers.suspend({ serverId: server.id })).jobId)
    expect(job).toMatchObject({ state: 'failed', error: { code: 'server.suspend_refused' } })
    expect(job.error?.message).toContain(words)
    expect(await get(server.id)).toMatchObject({
      status: 'running',
      error: { code: 'server.suspend_refused', retryable: true, details: { cloudMessage: words } },
    })
    expect(await kindsOf(server.id)).toContain('SuspendRefused')

    world.sandbox.sandbox.faults.clear()
    const again = await world.ended((await world.engine.servers.suspend({ serverId: server.id })).jobId)
    expect(again).toMatchObject({ state: 'done' })
    expect(await get(server.id)).toMatchObject({ status: 'suspended', error: null })
  }, 60_000)

  test('that the cloud does not start stays suspended, says the cloud’s words, and is resumed when asked again', async () => {
    const [server] = pair
    if (!server) throw new Error('There is no server.')
    const words = 'We currently do not have sufficient t3.micro capacity in the zone you requested.'
    await refuse('StartInstances', 'InsufficientInstanceCapacity', words)
    const job = await world.ended((await world.engine.servers.resume({ serverId: server.id })).jobId)
    expect(job).toMatchObject({ state: 'failed', error: { code: 'server.resume_refused' } })
    expect(await get(server.id)).toMatchObject({
      status: 'suspended',
      instanceState: 'stopped',
      error: { code: 'server.resume_refused', details: { cloudMessage: words } },
    })
    expect(await kindsOf(server.id)).toContain('ResumeRefused')

    world.sandbox.sandbox.faults.clear()
    const again = await world.ended((await world.engine.servers.resume({ serverId: server.id })).jobId)
    expect(again).toMatchObject({ state: 'done' })
    expect(await get(server.id)).toMatchObject({ status: 'running', error: null })
  }, 60_000)

  test('that is rebooted hard and not stopped runs on; not started again, it is suspended and can be resumed', async () => {
    const [server] = pair
    if (!server) throw new Error('There is no server.')
    const { engine } = world
    await refuse('StopInstances', 'UnsupportedOperation', 'It cannot be stopped.')
    const first = await world.ended(
      (await engine.servers.reboot({ serverId: server.id, mode: 'hard' })).jobId,
    )
    expect(first).toMatchObject({ state: 'failed', error: { code: 'server.reboot_refused' } })
    expect(await get(server.id)).toMatchObject({ status: 'running', rebooting: false, restart: null })

    world.sandbox.sandbox.faults.clear()
    await refuse('StartInstances', 'InsufficientInstanceCapacity', 'No room.')
    const second = await world.ended(
      (await engine.servers.reboot({ serverId: server.id, mode: 'hard' })).jobId,
    )
    expect(second).toMatchObject({ state: 'failed', error: { code: 'server.resume_refused' } })
    expect(await get(server.id)).toMatchObject({ status: 'suspended', rebooting: false, restart: null })

    world.sandbox.sandbox.faults.clear()
    await world.ended((await engine.servers.resume({ serverId: server.id })).jobId)
    expect(await get(server.id)).toMatchObject({ status: 'running', error: null })
  }, 60_000)
})

describe('a selection', () => {
  test('of which the cloud refuses one: the others are suspended, and the one says the cloud’s words', async () => {
    const [bad, good] = pair
    if (!bad || !good) throw new Error('There are no servers.')
    const words = `The instance '${bad.cloudServerId ?? ''}' may not be stopped.`
    // Of the call for both, that is: the other one is asked for again by itself.
    await world.sandbox.sandbox.faults.inject({
      kind: 'refuse',
      action: 'StopInstances',
      code: 'OperationNotPermitted',
      message: words,
      calls: 1,
    })
    const { jobId } = await world.engine.servers.bulk(asked('suspend'))
    const job = await world.ended(jobId)
    expect(job.state).toBe('failed')
    expect(job.error?.message).toContain(words)
    expect(job.bulk?.outcomes).toMatchObject([
      { serverId: bad.id, state: 'failed', message: `OperationNotPermitted ${words}` },
      { serverId: good.id, state: 'done' },
    ])
    expect((await Promise.all(ids().map(get))).map(({ status }) => status)).toEqual(['running', 'suspended'])
  }, 60_000)

  test('that the cloud refuses to start without naming one: each says so and stays suspended', async () => {
    const [first] = pair
    if (!first) throw new Error('There is no server.')
    await world.ended((await world.engine.servers.suspend({ serverId: first.id })).jobId)
    await refuse(
      'StartInstances',
      'UnauthorizedOperation',
      'You are not authorized to perform this operation.',
    )
    const { jobId } = await world.engine.servers.bulk(asked('resume'))
    const job = await world.ended(jobId)
    expect(job.bulk?.outcomes.map(({ state }) => state)).toEqual(['failed', 'failed'])
    for (const id of ids()) {
      expect(await get(id)).toMatchObject({ status: 'suspended', error: { code: 'server.resume_refused' } })
    }
    world.sandbox.sandbox.faults.clear()
    const again = await world.engine.servers.bulk(asked('resume'))
    expect(await world.ended(again.jobId)).toMatchObject({ state: 'done' })
  }, 60_000)
})

describe('a farm', () => {
  test('whose suspend is refused for all says so; resumed, its servers run as they did', async () => {
    const [{ farmId } = { farmId: '' }] = pair
    await refuse('StopInstances', 'UnsupportedOperation', 'Not on this hardware.')
    const job = await world.ended((await world.engine.farms.suspend({ farmId })).jobId)
    expect(job).toMatchObject({ state: 'failed' })
    expect(job.error?.message).toContain('0 of 2 servers are suspended')
    expect(job.error?.message).toContain('Not on this hardware.')
    world.sandbox.sandbox.faults.clear()
    const resumed = await world.ended((await world.engine.farms.resume({ farmId })).jobId)
    expect(resumed).toMatchObject({ state: 'done' })
  }, 60_000)

  test('whose servers the cloud does not end says why on each, and ends once it may', async () => {
    const [{ farmId } = { farmId: '' }] = pair
    await refuse('TerminateInstances', 'UnauthorizedOperation', 'You are not authorized.')
    const { jobId } = await world.engine.farms.terminate({ farmId, force: true })
    await until(async () => {
      const servers = await Promise.all(ids().map(get))
      return servers.every(({ status, error }) => status === 'pending-terminate' && error !== null)
    })
    expect(await kindsOf(ids()[0] ?? '')).toContain('TerminationRefused')
    world.sandbox.sandbox.faults.clear()
    // Asked again by a person, it does not wait for the engine's next try.
    await world.engine.farms.terminate({ farmId, force: true })
    expect(await world.ended(jobId)).toMatchObject({ state: 'done' })
  }, 60_000)
})
