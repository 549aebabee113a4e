import { type ChildProcess, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Farm } from '../../shared/model/farms.ts'
import type { Server } from '../../shared/model/servers.ts'
import { type SandboxProcess, startSandboxProcess } from '../support/sandbox-client.ts'
import { temporaryDirectory, until } from '../support/test-engine.ts'

const SERVERS = 20
const ROUNDS = 20
const cli = join(import.meta.dirname, '../../electron/cli/main.ts')

let directory: Awaited<ReturnType<typeof temporaryDirectory>>
let sandboxDirectory: Awaited<ReturnType<typeof temporaryDirectory>>
let sandbox: SandboxProcess
let host: RunningHost | undefined

/** The headless host as its own process, spoken to over REST. */
interface RunningHost {
  child: ChildProcess
  call: <T>(method: string, path: string, body?: object) => Promise<T>
}

beforeAll(async () => {
  directory = await temporaryDirectory()
  sandboxDirectory = await temporaryDirectory()
  sandbox = await startSandboxProcess({ dir: sandboxDirectory.path, bootMs: 0 })
})
afterAll(async () => {
  if (host) await kill(host)
  await sandbox.stop()
  await directory.remove()
  await sandboxDirectory.remove()
})

async function start(): Promise<RunningHost> {
  const child = spawn(process.execPath, [cli, 'serve', '--port', '0', '--data-dir', directory.path], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { PATH: process.env['PATH'], HOME: directory.path },
  })
  const line = await new Promise<string>((resolve, reject) => {
    createInterface({ input: child.stdout }).once('line', resolve)
    child.once('exit', (code) => reject(new Error(`the host ended with ${String(code)}`)))
  })
  const { url, token } = JSON.parse(line) as { url: string; token: string }
  const call = async <T>(method: string, path: string, body?: object): Promise<T> => {
    const response = await fetch(`${url.replace(/\/$/, '')}/api${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, ...(body ? { 'content-type': 'application/json' } : {}) },
      ...(body ? { body: JSON.stringify(body) } : {}),
    })
    const text = await response.text()
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`)
    return (text === '' ? undefined : JSON.parse(text)) as T
  }
  return { child, call }
}

async function kill({ child }: RunningHost): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const gone = new Promise((resolve) => child.once('exit', resolve))
  child.kill('SIGKILL')
  await gone
}

async function liveInstances() {
  return (await sandbox.instances()).filter((instance) => !/terminated|shutting-down/.test(instance.state))
}

async function design(running: RunningHost): Promise<string> {
  const cloud = await running.call<{ id: string; locations: string[] }>('POST', '/clouds/aws', {
    name: 'Test cloud',
    accessKeyId: sandbox.accessKeyId,
    secretAccessKey: sandbox.secretAccessKey,
    endpoint: sandbox.endpoint,
    locations: ['sandbox-east-1'],
  })
  const image = await running.call<{ id: string }>('POST', '/images', {
    name: 'linux',
    cloudId: cloud.id,
    location: 'sandbox-east-1',
    source: { kind: 'newest', owner: 'sandbox', namePattern: 'sandbox-linux-*' },
    os: { family: 'sandbox' },
    architecture: 'x86_64',
    ssh: { user: 'farmhand', port: 2222 },
  })
  const role = await running.call<{ id: string }>('POST', '/roles', {
    name: 'linux',
    osFamily: 'sandbox',
    imageIds: [image.id],
  })
  const farm = await running.call<Farm>('POST', '/farms', {
    name: 'killed',
    roles: [
      {
        alias: 'web',
        roleId: role.id,
        cloudId: cloud.id,
        location: 'sandbox-east-1',
        instanceType: 't3.micro',
        scaling: { enabled: true, min: SERVERS, max: SERVERS },
      },
    ],
  })
  return farm.id
}

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
    const inCloud = (await liveInstances()).map(({ id, state }) => `${id} ${state}`)
    throw new Error([...story, 'in the cloud:', ...inCloud].join('\n'), { cause: error })
  }
}

/** Spread over the launch: from before the first call to after the last server runs. */
function moments(count: number, spanMs: number): number[] {
  return Array.from({ length: count }, (_, n) => Math.round(((n + Math.random()) / count) * spanMs))
}

test(`killed at ${ROUNDS} random moments of a launch of ${SERVERS} servers: none lost, none twice, no orphan`, async () => {
  host = await start()
  const farmId = await design(host)
  for (const momentMs of moments(ROUNDS, 2_500)) {
    const launching = host.call('POST', `/farms/${farmId}/launch`, {}).catch(() => undefined)
    await new Promise((resolve) => setTimeout(resolve, momentMs))
    await kill(host)
    await launching
    host = await start()
    const again: RunningHost = host
    // A kill before the launch was acknowledged may have left the farm as it was: then it is launched now.
    if ((await again.call<Farm>('GET', `/farms/${farmId}`)).state.status === 'terminated') {
      await again.call('POST', `/farms/${farmId}/launch`, {})
    }
    const where = `after a kill at ${momentMs} ms`
    const servers = await reach(again, farmId, where, (_farm, list) =>
      list.length === SERVERS && list.every((server) => server.status === 'running') ? list : undefined,
    )
    const instances = await liveInstances()
    expect(instances.length, where).toBe(SERVERS)
    expect(new Set(servers.map((server) => server.cloudServerId)), where).toEqual(
      new Set(instances.map((instance) => instance.id)),
    )
    expect(new Set(servers.map((server) => server.index)).size, where).toBe(SERVERS)
    await again.call('POST', `/farms/${farmId}/terminate`, { force: true })
    await reach(again, farmId, where, (farm) => farm.state.status === 'terminated' || undefined)
    expect(await liveInstances(), where).toEqual([])
  }
}, 1_200_000)
