import type { Clock } from '../../ports.ts'
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { FarmInput } from '../../../../shared/model/farms.ts'
import { realClock } from '../../../../tests/support/clocks.ts'
import { type SandboxCloud, startSandboxCloud } from '../../../../tests/support/sandbox-cloud.ts'
import {
  endedJob,
  launchedFarm,
  outputOf,
  runningServers,
  sandboxEngine,
} from '../../../../tests/support/sandbox-engine.ts'
import { temporaryDirectory, until } from '../../../../tests/support/test-engine.ts'

let cloud: SandboxCloud
let directory: Awaited<ReturnType<typeof temporaryDirectory>>
let here: Awaited<ReturnType<typeof sandboxEngine>>

async function begin(
  times: Parameters<typeof startSandboxCloud>[0] = {},
  clock: Clock = realClock,
): Promise<void> {
  cloud = await startSandboxCloud(times)
  directory = await temporaryDirectory()
  here = await sandboxEngine(directory.path, cloud, clock)
}
async function end(): Promise<void> {
  await here.engine.stop()
  await cloud.remove()
  await directory.remove()
}
beforeEach(() => begin())
afterEach(() => end())

/** A clock on which so many seconds pass in one: what waits long is waited for shortly. */
function hurriedClock(times: number): Clock {
  const startMs = realClock.now()
  return {
    now: () => startMs + (realClock.now() - startMs) * times,
    monotonic: () => realClock.monotonic() * times,
    sleep: (ms, signal) => realClock.sleep(ms / times, signal),
  }
}

/** Puts another image in the place of the role's and replaces what runs; answers the job. */
async function rollOut(): Promise<string> {
  const {
    id: _,
    deprecated: _old,
    createdAt: _made,
    updatedAt: _changed,
    ...image
  } = (await here.engine.images.list()).find(({ id }) => id === here.imageId) ?? never('no image')
  const next = await here.engine.images.create({ ...image, name: 'base next' })
  const { jobId } = await here.engine.images.replace({
    imageId: here.imageId,
    byImageId: next.id,
    rebuild: true,
  })
  return jobId ?? never('nothing to replace')
}

function never(message: string): never {
  throw new Error(message)
}

async function nameTag(cloudServerId: string | null | undefined): Promise<string | undefined> {
  const [instance] = await cloud.describe(cloudServerId ?? '')
  return instance?.Tags?.find(({ Key }) => Key === 'Name')?.Value
}

async function rolloutsOf(farmId: string) {
  return (await here.engine.farms.get({ farmId })).state.rollouts
}

it('the tags of a replacement speak of the index that it took over, not of the one that it was launched with', async () => {
  const { farm } = await launchedFarm(here, 'shop', 2)
  const { state: _, id: _id, createdAt: _made, updatedAt: _changed, ...design } = farm
  const tags = { slot: 'web-{index}', team: 'shop' }
  await here.engine.farms.update({ farmId: farm.id, farm: { ...design, tags } })
  await endedJob(here.engine, await rollOut())
  const servers = await runningServers(here.engine, 'shop', 2)
  expect(servers.map(({ index }) => index)).toEqual([1, 2])
  for (const { id, cloudServerId, index } of servers) {
    expect(await until(async () => (await nameTag(cloudServerId)) === `shop web #${index}`)).toBe(true)
    const [instance] = await cloud.describe(cloudServerId ?? '')
    const all = Object.fromEntries(instance?.Tags?.map(({ Key = '', Value }) => [Key, Value]) ?? [])
    expect(all).toMatchObject({ slot: `web-${index}`, team: 'shop', 'farmhand:server': id })
  }
})

it('where an index holds an address and volumes the old server goes first, and the new one has them', async () => {
  const role: NonNullable<FarmInput['roles']>[number] = {
    alias: 'db',
    roleId: here.roleId,
    cloudId: here.cloudId,
    location: 'sandbox-east-1',
    instanceType: 't3.micro',
    scaling: { enabled: true, min: 1, max: 1 },
    network: { elasticIps: { enabled: true } },
    storage: { volumes: [{ name: 'data', sizeGib: 1, mountPoint: '/mnt/data' }] },
  }
  const farm = await here.engine.farms.create({ name: 'store', roles: [role] })
  await here.engine.farms.launch({ farmId: farm.id })
  const [old] = await runningServers(here.engine, 'store', 1)
  await outputOf(here.engine, old?.id ?? '', 'echo kept > mnt/data/file')
  const job = await endedJob(here.engine, await rollOut())
  expect(job).toMatchObject({ state: 'done', error: null })
  expect(job.log?.map(({ text }) => text).join('\n')).toMatch(
    /ends; a new one takes its place[\s\S]*was replaced/,
  )
  const [next] = await runningServers(here.engine, 'store', 1)
  expect(next).toMatchObject({ index: 1, elasticIp: old?.elasticIp, launchReason: 'image-rollout' })
  expect(next?.cloudServerId).not.toBe(old?.cloudServerId)
  expect(await outputOf(here.engine, next?.id ?? '', 'cat mnt/data/file')).toBe('kept')
  // Never two at once: the volume can only be in one place.
  expect((await cloud.describe()).filter(({ State }) => State?.Name === 'running')).toHaveLength(1)
  expect(await rolloutsOf(farm.id)).toEqual([])
})

it('cancelled midway it finishes the server that it is at and leaves the others as they are', async () => {
  const { farm, servers } = await launchedFarm(here, 'shop', 3)
  const launches = (): number => cloud.sandbox.faults.calls()['RunInstances'] ?? 0
  const before = launches()
  await cloud.sandbox.faults.inject({ kind: 'latency', action: 'RunInstances', ms: 300 })
  const jobId = await rollOut()
  await until(async () => launches() > before)
  await here.engine.jobs.cancel({ jobId })
  const job = await endedJob(here.engine, jobId)
  expect(job).toMatchObject({ state: 'cancelled' })
  expect(job.log?.at(-1)?.text).toBe('1 of 3 servers were replaced')
  const after = await runningServers(here.engine, 'shop', 3)
  const kept = after.filter(({ id }) => servers.some((old) => old.id === id))
  expect(kept).toHaveLength(2)
  expect(after.map(({ index }) => index)).toEqual([1, 2, 3])
  expect(await rolloutsOf(farm.id)).toEqual([])
})

it('failed in the middle it rolls the replacement back (reason 9) and the old server goes on', async () => {
  await end()
  await begin({}, hurriedClock(10))
  const { farm, servers } = await launchedFarm(here, 'shop', 1)
  await cloud.sandbox.faults.inject({
    kind: 'refuse',
    action: 'RunInstances',
    code: 'VcpuLimitExceeded',
    message: 'You have requested more vCPU capacity than your current limit.',
  })
  const jobId = await rollOut()
  const replacement = await until(async () =>
    (await here.engine.servers.list({ farm: 'shop' })).find(
      ({ launchReason }) => launchReason === 'image-rollout',
    ),
  )
  // Tried again and again until the farm role pauses.
  const job = await endedJob(here.engine, jobId)
  expect(job).toMatchObject({ state: 'failed', error: { code: 'rollout.failed' } })
  expect(job.error?.message).toContain('limit')
  const all = await here.engine.servers.list({ farm: 'shop', includeTerminated: true })
  const ended = await until(async () =>
    (await here.engine.servers.list({ farm: 'shop', includeTerminated: true })).find(
      ({ id, status }) => id === replacement.id && status === 'terminated',
    ),
  )
  expect(ended).toMatchObject({ terminateReason: 'rolled-back', cloudServerId: null })
  expect(all.find(({ id }) => id === servers[0]?.id)).toMatchObject({ status: 'running' })
  expect(await rolloutsOf(farm.id)).toEqual([])
  expect((await cloud.describe()).filter(({ State }) => State?.Name === 'running')).toHaveLength(1)
})

it('a farm that is suspended in the middle ends it: the replacement goes, the old server is kept', async () => {
  await end()
  await begin({ bootMs: 600 })
  const { farm, servers } = await launchedFarm(here, 'shop', 1)
  await cloud.sandbox.faults.inject({ kind: 'ssh-hang' })
  const jobId = await rollOut()
  const replacement = await until(async () =>
    (await here.engine.servers.list({ farm: 'shop' })).find(
      ({ launchReason, cloudServerId }) => launchReason === 'image-rollout' && cloudServerId !== null,
    ),
  )
  await here.engine.farms.suspend({ farmId: farm.id })
  expect(await endedJob(here.engine, jobId)).toMatchObject({
    state: 'failed',
    error: { code: 'rollout.failed' },
  })
  cloud.sandbox.faults.clear()
  await cloud.whenAll('terminated', [replacement.cloudServerId ?? ''])
  const ended = await until(async () =>
    (await here.engine.servers.list({ farm: 'shop', includeTerminated: true })).find(
      ({ id, status }) => id === replacement.id && status === 'terminated',
    ),
  )
  expect(ended.terminateReason).toBe('rolled-back')
  const kept = await until(async () =>
    (await here.engine.servers.list({ farm: 'shop' })).find(({ status }) => status === 'suspended'),
  )
  expect(kept.id).toBe(servers[0]?.id)
})
