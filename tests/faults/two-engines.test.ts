import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Farm } from '../../shared/model/farms.ts'
import type { Server } from '../../shared/model/servers.ts'
import {
  designFarm,
  killHost,
  liveInstances,
  refusedHost,
  type RunningHost,
  startHost,
} from '../support/running-host.ts'
import { type SandboxProcess, startSandboxProcess } from '../support/sandbox-client.ts'
import { temporaryDirectory, until } from '../support/test-engine.ts'

const SERVERS = 3

let directory: Awaited<ReturnType<typeof temporaryDirectory>>
let sandbox: SandboxProcess
let host: RunningHost | undefined

beforeAll(async () => {
  directory = await temporaryDirectory()
  sandbox = await startSandboxProcess({ bootMs: 0 })
})
afterAll(async () => {
  if (host) await killHost(host)
  await sandbox.stop()
  await directory.remove()
})

function running({ call }: RunningHost): Promise<Server[]> {
  return until(async () => {
    const servers = await call<Server[]>('GET', '/servers')
    return servers.length === SERVERS && servers.every(({ status }) => status === 'running') && servers
  }, 120_000)
}

function facts(servers: readonly Server[]) {
  return servers.map(({ id, index, cloudServerId, status }) => ({ id, index, cloudServerId, status }))
}

test('a second engine on a data directory asks no cloud anything and names the first; once that was killed, another takes over', async () => {
  host = await startHost(directory.path)
  const farmId = await designFarm(host, sandbox, 'one-owner', SERVERS)
  await host.call('POST', `/farms/${farmId}/launch`, {})
  const servers = await running(host)

  // The first stands still, so that every call that the cloud gets now is the second's.
  host.child.kill('SIGSTOP')
  const before = await sandbox.calls()
  const { code, said } = await refusedHost(directory.path)
  expect(code).not.toBe(0)
  expect(said).toContain(`process ${String(host.child.pid)}`)
  expect(await sandbox.calls()).toEqual(before)
  host.child.kill('SIGCONT')
  expect(facts(await running(host))).toEqual(facts(servers))

  // It holds the directory as long as it lives, also in the middle of its work.
  const instanceIds = (await liveInstances(sandbox)).map(({ id }) => id).sort()
  await host.call('POST', `/farms/${farmId}/suspend`, {})
  expect((await refusedHost(directory.path)).said).toContain(`process ${String(host.child.pid)}`)
  await killHost(host)

  const launches = (await sandbox.calls())['RunInstances']
  host = await startHost(directory.path)
  const next = host
  await until(async () => {
    const all = await next.call<Server[]>('GET', '/servers')
    return all.length === SERVERS && all.every(({ status }) => status === 'suspended')
  }, 120_000)
  await next.call('POST', `/farms/${farmId}/resume`, {})
  expect(facts(await running(next))).toEqual(facts(servers))
  expect((await next.call<Farm>('GET', `/farms/${farmId}`)).state.status).toBe('running')
  expect((await liveInstances(sandbox)).map(({ id }) => id).sort()).toEqual(instanceIds)
  expect((await sandbox.calls())['RunInstances']).toBe(launches)
}, 600_000)
