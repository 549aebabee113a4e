import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Job } from '../../../../shared/model/jobs.ts'
import { MemoryCloud } from '../../../../tests/support/memory-cloud.ts'
import { endedJob } from '../../../../tests/support/sandbox-engine.ts'
import {
  memoryDoors,
  memoryEngine,
  openEngine,
  temporaryDirectory,
  until,
} from '../../../../tests/support/test-engine.ts'

let directory: Awaited<ReturnType<typeof temporaryDirectory>>
let cloud: MemoryCloud
let world: Awaited<ReturnType<typeof memoryEngine>>
let farmId: string
/** Opens the gate before which the cloud's second release stands. */
let open: () => void

beforeEach(async () => {
  directory = await temporaryDirectory()
  cloud = new MemoryCloud()
  world = await memoryEngine(directory.path, cloud)
  farmId = await terminatedFarm()
  const gate = Promise.withResolvers<undefined>()
  open = () => gate.resolve(undefined)
  const release = cloud.addresses.delete.bind(cloud.addresses)
  let calls = 0
  cloud.addresses.delete = async (location, id) => {
    calls += 1
    if (calls === 2) await gate.promise
    await release(location, id)
  }
})
afterEach(async () => {
  open()
  await world.engine.stop()
  await directory.remove()
})

/** A farm that was terminated and kept three addresses. */
async function terminatedFarm(): Promise<string> {
  const { engine, roleId, cloudId } = world
  const farm = await engine.farms.create({
    name: 'shop',
    roles: [
      {
        alias: 'web',
        roleId,
        cloudId,
        location: 'eu-central-1',
        instanceType: 't3.micro',
        scaling: { min: 3, max: 3 },
        network: { elasticIps: { enabled: true } },
      },
    ],
  })
  expect(await endedJob(engine, (await engine.farms.launch({ farmId: farm.id })).jobId)).toMatchObject({
    state: 'done',
  })
  await endedJob(engine, (await engine.farms.terminate({ farmId: farm.id })).jobId)
  return farm.id
}

/** Begins to delete the farm with what it holds; resolves in the middle of it. */
async function inTheMiddle(): Promise<Job> {
  const { jobId } = await world.engine.farms.remove({ farmId, deleteCloudObjects: true })
  return until(async () => {
    const job = await world.engine.jobs.get({ jobId })
    return job.progress.done === 1 && job
  })
}

async function expectDeletedByAnotherTry(): Promise<void> {
  const { engine } = world
  const again = await engine.farms.remove({ farmId, deleteCloudObjects: true })
  expect(await endedJob(engine, again.jobId)).toMatchObject({ state: 'done', error: null })
  expect(cloud.addresses.all.size).toBe(0)
  expect(await engine.farms.list()).toEqual([])
}

test('a farm is deleted with what it holds as a job with its progress; asked twice, it is one job', async () => {
  const job = await inTheMiddle()
  expect(job).toMatchObject({
    kind: 'farm.remove',
    title: 'Delete shop',
    cancellable: true,
    progress: { done: 1, total: 3 },
  })
  expect(job.progress.step).toContain('203.0.113.')
  const { engine } = world
  expect(await engine.farms.remove({ farmId, deleteCloudObjects: true })).toEqual({ jobId: job.id })
  open()
  expect(await endedJob(engine, job.id)).toMatchObject({ state: 'done' })
  expect(cloud.addresses.all.size).toBe(0)
  expect(await engine.farms.list()).toEqual([])
})

test('cancelled in the middle, the farm is still there with what is left, and another try goes on', async () => {
  const { engine } = world
  const { id: jobId } = await inTheMiddle()
  await engine.jobs.cancel({ jobId })
  open()
  expect(await endedJob(engine, jobId)).toMatchObject({ state: 'cancelled' })
  expect(cloud.addresses.all.size).toBe(1)
  expect(await engine.farms.resources({ farmId })).toHaveLength(1)
  await expectDeletedByAnotherTry()
})

test('cut off by a crash, the job says that it was interrupted, and another try goes on', async () => {
  const { id: jobId } = await inTheMiddle()
  await world.engine.stop()
  open()
  const engine = await openEngine({ dataDir: directory.path, doors: memoryDoors(cloud) })
  world = { ...world, engine }
  await engine.start()
  expect(await engine.jobs.get({ jobId })).toMatchObject({ state: 'interrupted' })
  expect((await engine.farms.list()).map(({ id }) => id)).toEqual([farmId])
  await expectDeletedByAnotherTry()
})

test('launched in the middle, the farm is not deleted', async () => {
  const { engine } = world
  const { id: jobId } = await inTheMiddle()
  await engine.farms.launch({ farmId })
  open()
  expect(await endedJob(engine, jobId)).toMatchObject({
    state: 'failed',
    error: { code: 'farm.wrong_status' },
  })
  expect((await engine.farms.get({ farmId })).state.status).toBe('running')
})
