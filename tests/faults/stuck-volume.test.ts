import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Engine } from '../../electron/engine/engine.ts'
import { FarmInput } from '../../shared/model/farms.ts'
import { FastClock } from '../support/clocks.ts'
import { MemoryCloud } from '../support/memory-cloud.ts'
import { memoryEngine, temporaryDirectory, until } from '../support/test-engine.ts'

let directory: Awaited<ReturnType<typeof temporaryDirectory>>
let engine: Engine | undefined
beforeEach(async () => {
  directory = await temporaryDirectory()
})
afterEach(async () => {
  await engine?.stop()
  await directory.remove()
})

test('a volume that stays in attaching is detached by force after two minutes and attached again; its server waits, and runs', async () => {
  const cloud = new MemoryCloud()
  const { volumes } = cloud
  const [attach, detach] = [volumes.attach.bind(volumes), volumes.detach.bind(volumes)]
  let attached = 0
  const forced: boolean[] = []
  volumes.attach = async (location, request) => {
    await attach(location, request)
    attached += 1
    const volume = volumes.all.get(request.volumeId)
    if (attached > 1 || !volume?.attachment) return
    volumes.all.set(volume.id, { ...volume, attachment: { ...volume.attachment, state: 'attaching' } })
  }
  volumes.detach = async (location, request: { volumeId: string; force?: boolean }) => {
    forced.push(request.force === true)
    await detach(location, request)
  }
  const clock = new FastClock(40)
  const world = await memoryEngine(directory.path, cloud, clock)
  engine = world.engine
  const farm = await engine.farms.create(
    FarmInput.parse({
      name: 'shop',
      roles: [
        {
          ...{ alias: 'db', roleId: world.roleId, cloudId: world.cloudId, location: 'eu-central-1' },
          ...{ instanceType: 't3.micro', scaling: { min: 1, max: 1 } },
          storage: { volumes: [{ name: 'data', sizeGib: 1 }] },
        },
      ],
    }),
  )
  const begunMs = clock.monotonic()
  await engine.farms.launch({ farmId: farm.id })
  const servers = () => world.engine.servers.list({ farm: farm.id })
  // While it is stuck, the server says what it waits for.
  await until(async () => (await servers()).some(({ waitingFor }) => waitingFor === 'its volumes'))
  const running = await until(async () => (await servers()).find(({ status }) => status === 'running'))
  expect(clock.monotonic() - begunMs).toBeGreaterThanOrEqual(120_000)
  expect(forced).toEqual([true])
  expect(attached).toBe(2)
  expect([...volumes.all.values()]).toMatchObject([
    { attachment: { instanceId: running.cloudServerId, state: 'attached' } },
  ])
  expect(await servers()).toHaveLength(1)
})
