import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { FarmInput } from '../../../../shared/model/farms.ts'
import type { Job } from '../../../../shared/model/jobs.ts'
import { BulkOptions, type Server } from '../../../../shared/model/servers.ts'
import { memoryEngine, temporaryDirectory, until } from '../../../../tests/support/test-engine.ts'

let directory: Awaited<ReturnType<typeof temporaryDirectory>>
let world: Awaited<ReturnType<typeof memoryEngine>>

beforeEach(async () => {
  directory = await temporaryDirectory()
  world = await memoryEngine(directory.path)
})
afterEach(async () => {
  await world.engine.stop()
  await directory.remove()
})

type RoleInput = NonNullable<FarmInput['roles']>[number]

/** A launched farm with one farm role, and its servers once all run. */
async function launched(min: number, role: Partial<RoleInput> = {}) {
  const { engine } = world
  const farm = await engine.farms.create({
    name: 'shop',
    roles: [
      {
        alias: 'web',
        roleId: world.roleId,
        cloudId: world.cloudId,
        location: 'eu-central-1',
        instanceType: 't3.micro',
        scaling: { enabled: true, min, max: Math.max(min, 5) },
        ...role,
      },
    ],
  })
  const { jobId } = await engine.farms.launch({ farmId: farm.id })
  await until(async () => (await engine.jobs.get({ jobId })).state === 'done')
  return { farmId: farm.id, servers: await engine.servers.list({ farm: farm.id }) }
}

function serverAt(servers: readonly Server[], index: number): Server {
  const found = servers.find((server) => server.index === index)
  if (!found) throw new Error(`There is no server #${index}.`)
  return found
}

function reaches(id: string, status: Server['status']): Promise<Server> {
  return until(async () => {
    const server = await world.engine.servers.get({ serverId: id })
    return server.status === status ? server : undefined
  })
}

async function ended(jobId: string): Promise<Job> {
  return until(async () => {
    const job = await world.engine.jobs.get({ jobId })
    return job.state === 'running' ? undefined : job
  })
}

async function kinds(serverId: string): Promise<string[]> {
  const events = await world.engine.events.list({ serverId, limit: 100 })
  return events.map(({ kind }) => kind)
}

/** Has the engine look at the cloud now, which it else does every 15 seconds while nothing is on its way. */
async function lookNow(): Promise<void> {
  const [server] = await world.engine.servers.list({})
  if (!server) return
  await world.engine.servers.lock({ serverId: server.id, comment: 'look' })
  await world.engine.servers.unlock({ serverId: server.id })
}

async function minOf(farmId: string): Promise<number | undefined> {
  return (await world.engine.farms.get({ farmId })).roles[0]?.scaling.min
}

describe('ending servers', () => {
  test('scenario 18: a graceful end fires BeforeHostTerminate, and the cloud is asked after the stated delay', async () => {
    const { servers } = await launched(1, { timeouts: { terminateSeconds: 180 } })
    const server = serverAt(servers, 1)
    await world.engine.servers.terminate({ serverId: server.id, decreaseMin: true, via: 'ui' })
    const waiting = await world.engine.servers.get({ serverId: server.id })
    expect(waiting).toMatchObject({ status: 'pending-terminate', terminateReason: 'manual' })
    expect(Date.parse(waiting.terminateAt ?? '') - Date.parse(waiting.since)).toBe(180_000)
    expect(await kinds(server.id)).toContain('BeforeHostTerminate')
    // The replacement comes while the old one still has its time.
    await until(async () =>
      (await world.engine.servers.list({})).some(
        ({ id, status }) => id !== server.id && status === 'running',
      ),
    )
    expect(world.cloud.calls['instances.terminate'] ?? 0).toBe(0)
    expect(world.cloud.instances.all.get(server.cloudServerId ?? '')?.state).toBe('running')

    await world.engine.servers.terminate({ serverId: server.id, force: true, via: 'ui' })
    await reaches(server.id, 'terminated')
    expect(world.cloud.calls['instances.terminate']).toBe(1)
  })

  test('scenario 19: a forced end asks the cloud at once', async () => {
    const { servers } = await launched(1, { timeouts: { terminateSeconds: 180 } })
    const { jobId } = await world.engine.servers.terminate({
      serverId: serverAt(servers, 1).id,
      force: true,
    })
    expect(await ended(jobId)).toMatchObject({ state: 'done' })
    expect(await reaches(serverAt(servers, 1).id, 'terminated')).toMatchObject({
      terminateReason: 'manual-api',
      terminateAt: null,
    })
  })

  test('scenario 20: without “decrease minimum” a substitute is launched, with it the minimum sinks and none is', async () => {
    const { farmId, servers } = await launched(2)
    const first = serverAt(servers, 1)
    await ended((await world.engine.servers.terminate({ serverId: first.id })).jobId)
    await until(async () => {
      const now = await world.engine.servers.list({ farm: farmId })
      return now.length === 2 && now.every(({ status }) => status === 'running')
    })
    expect(await minOf(farmId)).toBe(2)

    const second = serverAt(await world.engine.servers.list({ farm: farmId }), 2)
    const launches = world.cloud.calls['instances.launch']
    await ended((await world.engine.servers.terminate({ serverId: second.id, decreaseMin: true })).jobId)
    expect(await minOf(farmId)).toBe(1)
    const passes = world.cloud.calls['instances.listByTag'] ?? 0
    await lookNow()
    await until(async () => (world.cloud.calls['instances.listByTag'] ?? 0) > passes)
    await lookNow()
    await until(async () => (world.cloud.calls['instances.listByTag'] ?? 0) > passes + 1)
    expect(world.cloud.calls['instances.launch']).toBe(launches)
  })

  test('scenario 21: the minimum of 1 stays 1', async () => {
    const { farmId, servers } = await launched(1)
    await world.engine.servers.terminate({ serverId: serverAt(servers, 1).id, decreaseMin: true })
    expect(await minOf(farmId)).toBe(1)
  })

  test('scenario 22: a new server takes the index that was freed', async () => {
    const { farmId, servers } = await launched(3)
    const second = serverAt(servers, 2)
    await world.engine.servers.terminate({ serverId: second.id })
    const substitute = await until(async () =>
      (await world.engine.servers.list({ farm: farmId })).find(
        ({ id, status }) => status === 'running' && !servers.some((old) => old.id === id),
      ),
    )
    expect(substitute.index).toBe(2)
  })

  test('scenario 28: an instance killed in the cloud is HostDown with reason 16, and the minimum is restored', async () => {
    const { farmId, servers } = await launched(1)
    const lost = serverAt(servers, 1)
    const instance = world.cloud.instances.all.get(lost.cloudServerId ?? '')
    if (!instance) throw new Error('There is no instance.')
    world.cloud.instances.all.set(instance.id, { ...instance, state: 'terminated' })
    await lookNow()
    await reaches(lost.id, 'terminated')
    const events = await world.engine.events.list({ serverId: lost.id, limit: 100 })
    expect(events.find(({ kind }) => kind === 'HostDown')?.reason).toContain('(code 16)')
    await until(async () =>
      (await world.engine.servers.list({ farm: farmId })).some(({ status }) => status === 'running'),
    )
  })

  test('a protected server is not ended while that is known, and a discovered protection is told and asked for again', async () => {
    const { servers } = await launched(2)
    const [one, two] = [serverAt(servers, 1), serverAt(servers, 2)]
    await world.engine.servers.setTerminationProtection({ serverId: one.id, isOn: true })
    await expect(world.engine.servers.terminate({ serverId: one.id })).rejects.toMatchObject({
      code: 'server.protected',
    })
    // Switched on behind our back: the cloud says no, and the others of the same call are ended all the same.
    world.cloud.instances.protectedIds.add(two.cloudServerId ?? '')
    await world.engine.servers.terminate({ serverId: two.id })
    const held = await until(async () => {
      const server = await world.engine.servers.get({ serverId: two.id })
      return server.error === null ? undefined : server
    })
    expect(held).toMatchObject({
      status: 'pending-terminate',
      terminationProtected: true,
      error: { code: 'server.protected' },
    })
    await world.engine.servers.setTerminationProtection({ serverId: two.id, isOn: false })
    await reaches(two.id, 'terminated')
  })

  test('a launch that fails is cancelled, and its record ends', async () => {
    world.cloud.instances.launch = () => Promise.reject(new Error('No answer.'))
    const farm = await world.engine.farms.create({
      name: 'shop',
      roles: [
        {
          alias: 'web',
          roleId: world.roleId,
          cloudId: world.cloudId,
          location: 'eu-central-1',
          instanceType: 't3.micro',
        },
      ],
    })
    await world.engine.farms.launch({ farmId: farm.id })
    const server = await until(async () =>
      (await world.engine.servers.list({ farm: farm.id })).find(({ error }) => error !== null),
    )
    const after = await world.engine.servers.cancel({ serverId: server.id, via: 'ui' })
    expect(after).toMatchObject({ status: 'pending-terminate', terminateReason: 'manual' })
  })
})

describe('power', () => {
  test('scenario 24: after a soft reboot it is Running again, with RebootComplete and without HostInit and HostUp', async () => {
    const { servers } = await launched(1)
    const server = serverAt(servers, 1)
    const before = await kinds(server.id)
    const { jobId } = await world.engine.servers.reboot({ serverId: server.id })
    expect(await ended(jobId)).toMatchObject({ state: 'done' })
    const since = (await kinds(server.id)).slice(0, -before.length)
    expect(since).toEqual(['RebootComplete', 'RebootBegin'])
    expect(world.cloud.calls).toMatchObject({ 'instances.reboot': 1 })
  })

  test('a hard reboot stops the instance by force, starts it again, and is no suspension', async () => {
    const { servers } = await launched(1)
    const server = serverAt(servers, 1)
    const before = await kinds(server.id)
    const { jobId } = await world.engine.servers.reboot({ serverId: server.id, mode: 'hard' })
    expect(await ended(jobId)).toMatchObject({ state: 'done' })
    expect((await kinds(server.id)).slice(0, -before.length)).toEqual(['RebootComplete', 'RebootBegin'])
    expect(world.cloud.calls).toMatchObject({ 'instances.forceStop': 1 })
    expect(world.cloud.calls['instances.reboot'] ?? 0).toBe(0)
  })

  test('scenario 36: the type of a running server cannot be changed, that of a suspended one can', async () => {
    const { servers } = await launched(1)
    const server = serverAt(servers, 1)
    const change = () => world.engine.servers.changeType({ serverId: server.id, instanceType: 't3.large' })
    await expect(change()).rejects.toMatchObject({ code: 'server.wrong_status' })
    await ended((await world.engine.servers.suspend({ serverId: server.id })).jobId)
    expect(await change()).toMatchObject({ instanceType: 't3.large' })
    expect(world.cloud.instances.all.get(server.cloudServerId ?? '')?.instanceType).toBe('t3.large')
    expect(await kinds(server.id)).toContain('TypeChanged')
    await ended((await world.engine.servers.resume({ serverId: server.id })).jobId)
  })

  test('a server held for troubleshooting is left alone and replaced; released, it runs again', async () => {
    const { farmId, servers } = await launched(1)
    const server = serverAt(servers, 1)
    await world.engine.servers.troubleshoot({ serverId: server.id })
    await until(async () =>
      (await world.engine.servers.list({ farm: farmId })).some(
        ({ id, status }) => id !== server.id && status === 'running',
      ),
    )
    expect(await world.engine.servers.get({ serverId: server.id })).toMatchObject({
      status: 'troubleshooting',
      heldFrom: 'running',
    })
    expect(await world.engine.servers.release({ serverId: server.id })).toMatchObject({ status: 'running' })
  })
})

describe('a selection', () => {
  const ask = async (
    ids: readonly Server['id'][],
    action: Parameters<typeof world.engine.servers.bulk>[0]['action'],
    options: Partial<BulkOptions> = {},
  ) => {
    const { jobId } = await world.engine.servers.bulk({
      serverIds: [...ids],
      action,
      options: BulkOptions.parse(options),
    })
    return ended(jobId)
  }

  test('is rebooted by one call, and says of each server how it fared', async () => {
    const { servers } = await launched(4)
    await world.engine.servers.lock({ serverId: serverAt(servers, 3).id, comment: 'hands off' })
    const job = await ask(
      servers.map(({ id }) => id),
      'reboot',
    )
    expect(world.cloud.calls['instances.reboot']).toBe(1)
    expect(job.state).toBe('failed')
    expect(job.bulk?.outcomes.map(({ name, state }) => [name, state])).toEqual([
      ['web #1 of shop', 'done'],
      ['web #2 of shop', 'done'],
      ['web #3 of shop', 'refused'],
      ['web #4 of shop', 'done'],
    ])
    expect(job.bulk?.outcomes[2]?.message).toBe('Locked: hands off')
    expect(job.error?.message).toContain('3 done, 1 refused')
  })

  test('has the cloud’s own words for those that it refuses, and can be asked again', async () => {
    const { servers } = await launched(2)
    world.cloud.instances.protectedIds.add(serverAt(servers, 2).cloudServerId ?? '')
    const job = await ask(
      servers.map(({ id }) => id),
      'terminate',
      { decreaseMin: true },
    )
    expect(job.bulk?.outcomes.map(({ state }) => state)).toEqual(['done', 'failed'])
    expect(job.bulk?.outcomes[1]?.message).toContain('OperationNotPermitted')
    const left = serverAt(servers, 2).id
    expect(await ask([left], 'unprotect')).toMatchObject({ state: 'done' })
    await reaches(left, 'terminated')
  })

  test('lowers the minimum by as many as it ends', async () => {
    const { farmId, servers } = await launched(3)
    await ask([serverAt(servers, 1).id, serverAt(servers, 2).id], 'terminate', { decreaseMin: true })
    expect(await minOf(farmId)).toBe(1)
    expect((await world.engine.servers.list({ farm: farmId })).map(({ index }) => index)).toEqual([3])
  })

  test('that is cancelled asks no more servers, and says so of each', async () => {
    const { servers } = await launched(2)
    const asked = Promise.withResolvers<undefined>()
    const answer = Promise.withResolvers<undefined>()
    world.cloud.instances.reboot = async () => {
      asked.resolve(undefined)
      await answer.promise
    }
    const other = await world.engine.farms.create({
      name: 'far',
      roles: [
        {
          alias: 'web',
          roleId: world.roleId,
          cloudId: world.cloudId,
          location: 'eu-west-1',
          instanceType: 't3.micro',
        },
      ],
    })
    await ended((await world.engine.farms.launch({ farmId: other.id })).jobId)
    const far = await world.engine.servers.list({ farm: other.id })
    const { jobId } = await world.engine.servers.bulk({
      serverIds: [...servers, ...far].map(({ id }) => id),
      action: 'reboot',
      options: BulkOptions.parse({}),
    })
    await asked.promise
    await world.engine.jobs.cancel({ jobId })
    answer.resolve(undefined)
    const job = await ended(jobId)
    expect(job.bulk?.outcomes.map(({ state }) => state)).toEqual(['done', 'done', 'skipped'])
  })
})
