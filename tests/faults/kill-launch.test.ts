import { expect, onTestFinished, test } from 'vitest'
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
/** Worlds side by side, each killed several times in turn: most of a launch is waiting. */
const WORLDS = 4
const ROUNDS = 5

/** Waits for what `look` wants to see; a failure says how things stood. */
async function reach<T>(
  sandbox: SandboxProcess,
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

/** Launches, kills, launches to the end and terminates, once for each moment. */
async function killedAt(momentsMs: readonly number[], stops: (() => Promise<void>)[]): Promise<void> {
  const directory = await temporaryDirectory()
  stops.push(directory.remove)
  const sandbox = await startSandboxProcess({ bootMs: 0 })
  stops.push(sandbox.stop)
  let host = await startHost(directory.path)
  stops.push(() => killHost(host))
  const farmId = await designFarm(host, sandbox, 'killed', SERVERS)
  for (const momentMs of momentsMs) {
    const launching = host.call('POST', `/farms/${farmId}/launch`, {}).catch(() => undefined)
    await new Promise((resolve) => setTimeout(resolve, momentMs))
    await killHost(host)
    await launching
    host = await startHost(directory.path)
    // A kill before the launch was acknowledged may have left the farm as it was: then it is launched now.
    if ((await host.call<Farm>('GET', `/farms/${farmId}`)).state.status === 'terminated') {
      await host.call('POST', `/farms/${farmId}/launch`, {})
    }
    const where = `after a kill at ${momentMs} ms`
    const servers = await reach(sandbox, host, farmId, where, (_farm, list) =>
      list.length === SERVERS && list.every((server) => server.status === 'running') ? list : undefined,
    )
    const instances = await liveInstances(sandbox)
    expect(instances.length, where).toBe(SERVERS)
    expect(new Set(servers.map((server) => server.cloudServerId)), where).toEqual(
      new Set(instances.map((instance) => instance.id)),
    )
    expect(new Set(servers.map((server) => server.index)).size, where).toBe(SERVERS)
    await host.call('POST', `/farms/${farmId}/terminate`, { force: true })
    await reach(sandbox, host, farmId, where, (farm) => farm.state.status === 'terminated' || undefined)
    expect(await liveInstances(sandbox), where).toEqual([])
  }
}

test(`killed at ${WORLDS * ROUNDS} random moments of a launch of ${SERVERS} servers: none lost, none twice, no orphan`, async () => {
  const stops: (() => Promise<void>)[] = []
  onTestFinished(async () => {
    for (const stop of stops.reverse()) await stop()
  })
  const all = moments(WORLDS * ROUNDS, 2_500)
  const worlds = Array.from({ length: WORLDS }, (_, world) =>
    all.filter((_moment, n) => n % WORLDS === world),
  )
  const outcomes = await Promise.allSettled(worlds.map((own) => killedAt(own, stops)))
  expect(outcomes.filter(({ status }) => status === 'rejected')).toEqual([])
}, 1_200_000)
