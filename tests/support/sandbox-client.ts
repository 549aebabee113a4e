import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { z } from 'zod'
import type { SandboxFaultInput } from '../../electron/clouds/sandbox/faults/fault.ts'
import type { SandboxInstance } from '../../electron/clouds/sandbox/sandbox.ts'

const Address = z.object({
  endpoint: z.string(),
  accessKeyId: z.string(),
  secretAccessKey: z.string(),
  controlUrl: z.string(),
  pid: z.number(),
})

export interface SandboxProcessOptions {
  /** Holds its state; without it, a directory of its own that goes when it is ended. */
  dir?: string
  port?: number
  bootMs?: number
  stopMs?: number
  terminateMs?: number
  terminatedListedMs?: number
  invisibleMs?: number
  imageMs?: number
  idSeed?: string
}

/** A Sandbox in a process of its own, and how to make things go wrong in it. */
export interface SandboxProcess extends z.infer<typeof Address> {
  /** Switches faults on, in this order. */
  faults(...faults: SandboxFaultInput[]): Promise<void>
  /** Switches all faults off. */
  clearFaults(): Promise<void>
  /** Number of calls of each action since the process started. */
  calls(): Promise<Record<string, number>>
  /** All instances, behind the API's back: terminated ones too, as long as they are listed. */
  instances(): Promise<SandboxInstance[]>
  /** Ends it in order; resolves when it is gone. */
  stop(): Promise<void>
  /** SIGKILL; resolves when it is gone. */
  kill(): Promise<void>
}

/** Starts a Sandbox in a process of its own and resolves when it answers. */
export async function startSandboxProcess(options: SandboxProcessOptions): Promise<SandboxProcess> {
  const ownDir = options.dir === undefined ? await mkdtemp(join(tmpdir(), 'sandbox-')) : undefined
  const program = join(import.meta.dirname, 'sandbox-process.ts')
  const child = spawn(process.execPath, [program, ...flags({ dir: ownDir, ...options })], {
    stdio: ['pipe', 'pipe', 'pipe'],
    env: withoutTestSettings(),
  })
  const address = Address.parse(JSON.parse(await firstLine(child)))
  const control = async (method: string, path: string, body?: unknown): Promise<unknown> => {
    const response = await fetch(`${address.controlUrl}${path}`, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    const reply: unknown = await response.json()
    if (!response.ok) throw new Error(`The Sandbox refused ${method} ${path}: ${JSON.stringify(reply)}`)
    return reply
  }
  return {
    ...address,
    async faults(...faults) {
      await control('POST', '/faults', faults)
    },
    async clearFaults() {
      await control('DELETE', '/faults')
    },
    calls: async () => (await control('GET', '/calls')) as Record<string, number>,
    instances: async () => (await control('GET', '/instances')) as SandboxInstance[],
    async stop() {
      await end(child, 'SIGTERM')
      if (ownDir !== undefined) await rm(ownDir, { recursive: true, force: true, maxRetries: 3 })
    },
    kill: () => end(child, 'SIGKILL'),
  }
}

function flags(options: object): string[] {
  return Object.entries(options).flatMap(([name, value]: [string, unknown]) => {
    const flag = `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`
    return typeof value === 'string' || typeof value === 'number' ? [flag, String(value)] : []
  })
}

/** A test runner's settings for its own processes are none of this one's. */
function withoutTestSettings(): NodeJS.ProcessEnv {
  const own = /^(?:VITEST|NODE_OPTIONS$|NODE_V8_COVERAGE$)/
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !own.test(name)))
}

async function firstLine(child: ChildProcess): Promise<string> {
  const { stdout, stderr } = child
  if (!stdout || !stderr) throw new Error('The process has no output.')
  const said: string[] = []
  createInterface({ input: stderr }).on('line', (line) => said.push(line))
  return new Promise((resolve, reject) => {
    createInterface({ input: stdout }).once('line', resolve)
    child.once('error', reject)
    child.once('exit', (code) => {
      reject(new Error(`The Sandbox ended with ${String(code)}:\n${said.join('\n')}`))
    })
  })
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const gone = new Promise((resolve) => child.once('exit', resolve))
  child.kill(signal)
  await gone
}
