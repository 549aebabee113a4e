import { afterEach, beforeEach, expect, test } from 'vitest'
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

async function launched(scaling: { enabled?: boolean; min: number; max: number }) {
  const { engine, roleId, cloudId } = world
  const farm = await engine.farms.create({
    name: 'shop',
    roles: [{ alias: 'web', roleId, cloudId, location: 'eu-central-1', instanceType: 't3.micro', scaling }],
  })
  await ended((await engine.farms.launch({ farmId: farm.id })).jobId)
  const [role] = farm.roles
  if (!role) throw new Error('no farm role')
  return { farmId: farm.id, farmRoleId: role.id }
}

async function ended(jobId: string): Promise<void> {
  await until(async () => (await world.engine.jobs.get({ jobId })).state === 'done')
}

async function servers() {
  return (await world.engine.servers.list()).map(({ index, status, launchReason }) => [
    index,
    status,
    launchReason,
  ])
}

async function scaling(farmId: string) {
  const { roles } = await world.engine.farms.get({ farmId })
  return roles[0]?.scaling
}

test('scenario 54: with scaling by hand nothing is launched by itself, a server asked for is, and none replaces it', async () => {
  const web = await launched({ enabled: false, min: 1, max: 1 })
  expect(await servers()).toEqual([])
  const { jobId, server, warning } = await world.engine.farms.launchServer(web)
  expect(warning).toBeNull()
  await ended(jobId)
  expect(await servers()).toEqual([[1, 'running', 'manual-api']])
  const gone = await world.engine.servers.terminate({ serverId: server.id })
  await ended(gone.jobId)
  expect(await servers()).toEqual([])
  expect(await scaling(web.farmId)).toMatchObject({ enabled: false, min: 1, max: 1 })
})

test('scenario 55: a server launched by hand at the maximum raises it by one, with a warning', async () => {
  const web = await launched({ min: 1, max: 1 })
  const { jobId, warning } = await world.engine.farms.launchServer({ ...web, via: 'ui' })
  expect(warning).toBe('The maximum of web was raised from 1 to 2.')
  await ended(jobId)
  expect(await servers()).toEqual([
    [1, 'running', 'farm-launched'],
    [2, 'running', 'manual'],
  ])
  expect(await scaling(web.farmId)).toMatchObject({ min: 2, max: 2 })
  expect(world.cloud.instances.all.size).toBe(2)
})

test('a farm that does not run, or is locked, gets no server', async () => {
  const web = await launched({ min: 1, max: 3 })
  await world.engine.farms.lock({ farmId: web.farmId, comment: 'release' })
  await expect(world.engine.farms.launchServer(web)).rejects.toMatchObject({ code: 'farm.locked' })
  await world.engine.farms.unlock({ farmId: web.farmId })
  await ended((await world.engine.farms.terminate({ farmId: web.farmId })).jobId)
  await expect(world.engine.farms.launchServer(web)).rejects.toMatchObject({ code: 'farm.wrong_status' })
})

test('two at once are two: each has its index, and room in the limits', async () => {
  const web = await launched({ min: 1, max: 1 })
  const both = await Promise.all([1, 2].map(() => world.engine.farms.launchServer(web)))
  for (const { jobId } of both) await ended(jobId)
  expect((await servers()).map(([index, status]) => [index, status])).toEqual([
    [1, 'running'],
    [2, 'running'],
    [3, 'running'],
  ])
  expect(await scaling(web.farmId)).toMatchObject({ min: 3, max: 3 })
})
