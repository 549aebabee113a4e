import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Farm } from '../../shared/model/farms.ts'
import type { Server } from '../../shared/model/servers.ts'
import {
  designFarm,
  killHost,
  liveInstances,
  moments,
  type RunningHost,
  startHost,
} from '../support/running-host.ts'
import { type SandboxProcess, startSandboxProcess } from '../support/sandbox-client.ts'
import { temporaryDirectory, until } from '../support/test-engine.ts'

const SERVERS = 20
const ROUNDS = 20

let directory: Awaited<ReturnType<typeof temporaryDirectory>>
let sandboxDirectory: Awaited<ReturnType<typeof temporaryDirectory>>
let sandbox: SandboxProcess
let host: RunningHost | undefined

beforeAll(async () => {
  directory = await temporaryDirectory()
  sandboxDirectory = await temporaryDirectory()
  sandbox = await startSandboxProcess({ dir: sandboxDirectory.path, bootMs: 0 })
})
afterAll(async () => {
  if (host) await killHost(host)
  await sandbox.stop()
  await directory.remove()
  await sandboxDirectory.remove()
})

/** Waits for what `look` wants to see; a failure says how things stood. */
async function reach<T>(
  { call }: RunningHost,
  farmId: string,
  where: string,
  look: (farm: Farm, servers: Server[]) => T | undefined,
): Promise<T> {
  let farm: Farm | undefined
  let servers: Server[] = []
  try {
    return await until(async () => {
      farm = await call<Farm>('GET', `/farms/${farmId}`)
      servers = await call<Server[]>('GET', '/servers')
      return look(farm, servers)
    }, 60_000)
  } catch (error) {
    const states = servers.map(
      ({ index, status, cloudServerId, instanceState, error: why }) =>
        `#${index} ${status} ${cloudServerId ?? '-'} ${instanceState ?? '-'} ${why?.message ?? ''}`,
    )
    const story = [
      `${where}: farm ${farm?.state.status ?? ''} ${farm?.state.problem?.message ?? ''}`,
      ...states,
    ]
    const inCloud = (await liveInstances(sandbox)).map(({ id, state }) => `${id} ${state}`)
    throw new Error([...story, 'in the cloud:', ...inCloud].join('\n'), { cause: error })
  }
}

test(`killed at ${ROUNDS} random moments of a launch of ${SERVERS} servers: none lost, none twice, no orphan`, async () => {
  host = await startHost(directory.path)
  const farmId = await designFarm(host, sandbox, 'killed', SERVERS)
  for (const momentMs of moments(ROUNDS, 2_500)) {
    const launching = host.call('POST', `/farms/${farmId}/launch`, {}).catch(() => undefined)
    await new Promise((resolve) => setTimeout(resolve, momentMs))
    await killHost(host)
    await launching
    host = await startHost(directory.path)
    const again: RunningHost = host
    // A kill before the launch was acknowledged may have left the farm as it was: then it is launched now.
    if ((await again.call<Farm>('GET', `/farms/${farmId}`)).state.status === 'terminated') {
      await again.call('POST', `/farms/${farmId}/launch`, {})
    }
    const where = `after a kill at ${momentMs} ms`
    const servers = await reach(again, farmId, where, (_farm, list) =>
      list.length === SERVERS && list.every((server) => server.status === 'running') ? list : undefined,
    )
    const instances = await liveInstances(sandbox)
    expect(instances.length, where).toBe(SERVERS)
    expect(new Set(servers.map((server) => server.cloudServerId)), where).toEqual(
      new Set(instances.map((instance) => instance.id)),
    )
    expect(new Set(servers.map((server) => server.index)).size, where).toBe(SERVERS)
    await again.call('POST', `/farms/${farmId}/terminate`, { force: true })
    await reach(again, farmId, where, (farm) => farm.state.status === 'terminated' || undefined)
    expect(await liveInstances(sandbox), where).toEqual([])
  }
}, 1_200_000)
