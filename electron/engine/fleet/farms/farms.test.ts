import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { FarmInput } from '../../../../shared/model/farms.ts'
import {
  memoryEngine,
  openEngine,
  memoryDoors,
  temporaryDirectory,
  until,
} from '../../../../tests/support/test-engine.ts'

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

/** Resolves when the farm is deleted. */
async function removed(farmId: string): Promise<void> {
  const { jobId } = await world.engine.farms.remove({ farmId })
  await until(async () => (await world.engine.jobs.get({ jobId })).state === 'done')
}

function design(
  change: Partial<FarmInput> = {},
  role: Partial<NonNullable<FarmInput['roles']>[number]> = {},
): FarmInput {
  return {
    name: 'shop',
    roles: [
      {
        alias: 'web',
        roleId: world.roleId,
        cloudId: world.cloudId,
        location: 'eu-central-1',
        instanceType: 't3.micro',
        scaling: { enabled: true, min: 2, max: 3 },
        ...role,
      },
    ],
    ...change,
  }
}

async function launched(input = design()) {
  const { engine } = world
  const farm = await engine.farms.create(input)
  const { jobId } = await engine.farms.launch({ farmId: farm.id })
  await until(async () => (await engine.jobs.get({ jobId })).state === 'done')
  return farm
}

function alive(): number {
  return [...world.cloud.instances.all.values()].filter((instance) => instance.state !== 'terminated').length
}

describe('a farm’s life', () => {
  test('launch keeps the minimum, one key and two groups, and tells what happened', async () => {
    const farm = await launched()
    const servers = await world.engine.servers.list({ farm: farm.id })
    expect(servers.map((server) => [server.index, server.status])).toEqual([
      [1, 'running'],
      [2, 'running'],
    ])
    expect(world.cloud.calls).toMatchObject({
      'instances.launch': 1,
      'keyPairs.ensure': 1,
      'securityGroups.ensure': 2,
    })
    const kinds = (await world.engine.events.list({ farmId: farm.id, limit: 100 })).map((event) => event.kind)
    expect(kinds).toEqual(expect.arrayContaining(['BeforeFarmLaunch', 'FarmLaunched', 'HostInit', 'HostUp']))
  })

  test('a lost server is replaced, and the replacement takes its index', async () => {
    const farm = await launched()
    const [first] = await world.engine.servers.list({ farm: farm.id })
    const id = first?.cloudServerId ?? ''
    const instance = world.cloud.instances.all.get(id)
    if (!instance) throw new Error('no instance')
    world.cloud.instances.all.set(id, { ...instance, state: 'terminated' })
    await world.engine.clouds.refresh({ cloudId: world.cloudId })
    const replacement = await until(
      async () =>
        (await world.engine.servers.list({ farm: farm.id })).find(
          (server) => server.index === 1 && server.id !== first?.id && server.status === 'running',
        ),
      40_000,
    )
    expect(replacement.launchReason).toBe('replacement')
    expect(alive()).toBe(2)
  }, 60_000)

  test('terminate takes everything down; then the farm can be deleted', async () => {
    const farm = await launched()
    await expect(world.engine.farms.remove({ farmId: farm.id })).rejects.toMatchObject({
      code: 'farm.wrong_status',
    })
    const { jobId } = await world.engine.farms.terminate({ farmId: farm.id })
    await until(async () => (await world.engine.jobs.get({ jobId })).state === 'done')
    expect(alive()).toBe(0)
    await removed(farm.id)
    expect(await world.engine.farms.list()).toEqual([])
    expect(await world.engine.keys.list()).toEqual([])
  })

  test('cancelling a launch takes down what was launched', async () => {
    const { engine } = world
    const farm = await engine.farms.create(design({ launchOrder: 'sequential' }))
    const { jobId } = await engine.farms.launch({ farmId: farm.id })
    expect(await engine.jobs.cancel({ jobId })).toMatchObject({ state: 'cancelled' })
    await until(async () => (await engine.farms.get({ farmId: farm.id })).state.status === 'terminated')
    expect(alive()).toBe(0)
  })

  test('suspend and resume', async () => {
    const farm = await launched()
    const { engine } = world
    await engine.farms.suspend({ farmId: farm.id })
    await until(async () => (await engine.servers.list({ status: 'suspended' })).length === 2)
    await engine.farms.resume({ farmId: farm.id })
    await until(async () => (await engine.servers.list({ status: 'running' })).length === 2)
    // What happened is in the ledger a moment after the servers show it.
    const kinds = await until(async () => {
      const told = (await engine.events.list({ farmId: farm.id, limit: 100 })).map((event) => event.kind)
      return told.filter((kind) => kind === 'ResumeComplete').length === 2 && told
    })
    expect(kinds.filter((kind) => kind === 'HostUp')).toHaveLength(2)
  })

  test('a locked farm refuses, naming who and why', async () => {
    const { engine } = world
    const farm = await engine.farms.create(design())
    await engine.farms.lock({ farmId: farm.id, comment: 'audit' })
    const refusal = { code: 'farm.locked', message: expect.stringContaining('audit') as string }
    await expect(engine.farms.launch({ farmId: farm.id })).rejects.toMatchObject(refusal)
    await expect(engine.farms.remove({ farmId: farm.id })).rejects.toMatchObject(refusal)
    await engine.farms.unlock({ farmId: farm.id })
    await removed(farm.id)
  })

  test('raising the minimum of a running farm launches, lowering the maximum ends the newest', async () => {
    const farm = await launched()
    const { engine } = world
    const now = await engine.farms.get({ farmId: farm.id })
    const { id: _, ...role } = now.roles[0] ?? never()
    const save = (min: number, max: number) =>
      engine.farms.update({
        farmId: farm.id,
        farm: {
          name: 'shop',
          roles: [{ ...role, id: now.roles[0]?.id, scaling: { enabled: true, min, max } }],
        },
      })
    await save(3, 3)
    await until(async () => (await engine.servers.list({ status: 'running' })).length === 3)
    await save(1, 1)
    const left = await until(async () => {
      const list = await engine.servers.list()
      return list.length === 1 && list
    })
    expect(left[0]?.index).toBe(1)
  })
})

test('plan says what launch then does, and touches nothing', async () => {
  const { engine, cloud } = world
  const farm = await engine.farms.create(design())
  const plan = await engine.farms.plan({ farmId: farm.id })
  expect(plan).toMatchObject({ purpose: 'launch', counts: { create: 2 }, faults: [] })
  expect(plan.groups[0]?.items.map((item) => item.name)).toEqual([
    'SSH key of shop in eu-central-1',
    'web #1',
    'web #2',
  ])
  expect(cloud.calls).toEqual({})
})

test('export and import are inverse', async () => {
  const { engine } = world
  const farm = await engine.farms.create(design({ description: 'with words', launchOrder: 'sequential' }))
  const document = await engine.farms.export({ farmId: farm.id })
  await removed(farm.id)
  const again = await engine.farms.import({ document })
  expect(await engine.farms.export({ farmId: again.id })).toEqual(document)
})

test('a document put in the place of a design: farm roles of the same alias stay the same', async () => {
  const { engine } = world
  const farm = await engine.farms.create(design())
  const [web] = farm.roles
  const document = await engine.farms.export({ farmId: farm.id })
  const changed = {
    ...document,
    roles: document.roles.flatMap((role) => [
      { ...role, scaling: { ...role.scaling, max: 7 } },
      { ...role, alias: 'worker' },
    ]),
  }
  const draft = await engine.farms.readDocument({ farmId: farm.id, document: changed })
  const after = await engine.farms.update({ farmId: farm.id, farm: draft })
  expect(after.roles.map(({ alias, scaling }) => [alias, scaling.max])).toEqual([
    ['web', 7],
    ['worker', web?.scaling.max],
  ])
  expect(after.roles[0]?.id).toBe(web?.id)
  expect(await engine.farms.export({ farmId: farm.id })).toEqual(changed)
  await expect(
    engine.farms.readDocument({ farmId: farm.id, document: { ...document, launchOdrer: 'sequential' } }),
  ).rejects.toMatchObject({ code: 'input.invalid' })
})

test('clones are numbered', async () => {
  const { engine } = world
  const farm = await engine.farms.create(design())
  expect((await engine.farms.clone({ farmId: farm.id })).name).toBe('shop (clone #1)')
  const second = await engine.farms.clone({ farmId: farm.id })
  expect(second.name).toBe('shop (clone #2)')
  expect((await engine.farms.clone({ farmId: second.id })).name).toBe('shop (clone #3)')
})

test('another run of the engine finds its servers again and launches none twice', async () => {
  const farm = await launched()
  const { engine, cloud } = world
  const before = (await engine.servers.list()).map((server) => server.id)
  await engine.stop()
  world.engine = await openEngine({ dataDir: directory.path, doors: memoryDoors(cloud) })
  await world.engine.start()
  await until(async () => cloud.calls['instances.listByTag'] !== undefined)
  expect((await world.engine.servers.list({ farm: farm.id })).map((server) => server.id)).toEqual(before)
  expect(cloud.calls['instances.launch']).toBe(1)
})

function never(): never {
  throw new Error('unexpected')
}
