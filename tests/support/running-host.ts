import { type ChildProcess, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { join } from 'node:path'
import type { Farm } from '../../shared/model/farms.ts'
import { childEnvironment } from './child-environment.ts'
import type { SandboxProcess } from './sandbox-client.ts'

const cli = join(import.meta.dirname, '../../electron/cli/main.ts')

/** The headless host as a process of its own, spoken to over REST. */
export interface RunningHost {
  child: ChildProcess
  call: <T>(method: string, path: string, body?: object) => Promise<T>
}

function spawnHost(dataDir: string, stderr: 'inherit' | 'pipe'): ChildProcess {
  return spawn(process.execPath, [cli, 'serve', '--port', '0', '--data-dir', dataDir], {
    stdio: ['ignore', 'pipe', stderr],
    env: childEnvironment(dataDir),
  })
}

/** Starts `farmhand serve` on a data directory and resolves when it serves. */
export async function startHost(dataDir: string): Promise<RunningHost> {
  const child = spawnHost(dataDir, 'inherit')
  const line = await new Promise<string>((resolve, reject) => {
    if (child.stdout) createInterface({ input: child.stdout }).once('line', resolve)
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

/** Starts `farmhand serve` where it is to fail; answers how it ended and what it said. */
export async function refusedHost(dataDir: string): Promise<{ code: number | null; said: string }> {
  const child = spawnHost(dataDir, 'pipe')
  let said = ''
  child.stdout?.on('data', (bytes: Buffer) => (said += bytes.toString('utf8')))
  child.stderr?.on('data', (bytes: Buffer) => (said += bytes.toString('utf8')))
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve))
  return { code, said }
}

/** SIGKILL; resolves when it is gone. */
export async function killHost({ child }: RunningHost): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const gone = new Promise((resolve) => child.once('exit', resolve))
  child.kill('SIGKILL')
  await gone
}

/** Designs a farm of `count` servers on a Sandbox of its own process, reached as AWS is; answers its id. */
export async function designFarm(
  { call }: RunningHost,
  sandbox: SandboxProcess,
  name: string,
  count: number,
): Promise<string> {
  const cloud = await call<{ id: string }>('POST', '/clouds/aws', {
    name: 'Test cloud',
    accessKeyId: sandbox.accessKeyId,
    secretAccessKey: sandbox.secretAccessKey,
    endpoint: sandbox.endpoint,
    locations: ['sandbox-east-1'],
  })
  const image = await call<{ id: string }>('POST', '/images', {
    name: 'linux',
    cloudId: cloud.id,
    location: 'sandbox-east-1',
    source: { kind: 'newest', owner: 'sandbox', namePattern: 'sandbox-linux-*' },
    os: { family: 'sandbox' },
    architecture: 'x86_64',
    ssh: { user: 'farmhand', port: 2222 },
  })
  const role = await call<{ id: string }>('POST', '/roles', {
    name: 'linux',
    osFamily: 'sandbox',
    imageIds: [image.id],
  })
  const farm = await call<Farm>('POST', '/farms', {
    name,
    roles: [
      {
        alias: 'web',
        roleId: role.id,
        cloudId: cloud.id,
        location: 'sandbox-east-1',
        instanceType: 't3.micro',
        scaling: { enabled: true, min: count, max: count },
      },
    ],
  })
  return farm.id
}

/** Instances that are not on their way out. */
export async function liveInstances(sandbox: SandboxProcess) {
  return (await sandbox.instances()).filter((instance) => !/terminated|shutting-down/.test(instance.state))
}

/** `count` random moments, one in each equal part of a span. */
export function moments(count: number, spanMs: number): number[] {
  return Array.from({ length: count }, (_, n) => Math.round(((n + Math.random()) / count) * spanMs))
}
