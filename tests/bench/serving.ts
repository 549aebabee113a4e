import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { nodeFlags } from '../../build/node-flags.mjs'

const root = join(import.meta.dirname, '../..')

/** The built headless host in a process of its own. */
export interface Serving {
  url: string
  token: string
  /** From spawning to the line that says it is ready. */
  readyMs: number
  /** Resident memory now. */
  rssBytes(): Promise<number>
  /** Ends it in order; resolves when it is gone. */
  stop(): Promise<void>
}

/** `farmhand serve` out of `dist/` on a data directory; resolves when it is ready. */
export async function startServing(dataDir: string): Promise<Serving> {
  const program = join(root, 'dist/cli.js')
  if (!existsSync(program)) throw new Error('There is no dist/cli.js: start this with "npm run bench".')
  const kept = Object.entries(process.env).filter(([name]) => !/^(AWS_|FARMHAND_)/.test(name))
  const startedMs = performance.now()
  const serve = [program, 'serve', '--port', '0', '--data-dir', dataDir]
  const child = spawn(process.execPath, [...nodeFlags, ...serve], {
    env: { ...Object.fromEntries(kept), HOME: dataDir },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const line = await firstLine(child)
  const readyMs = performance.now() - startedMs
  const { url, token } = JSON.parse(line) as { url: string; token: string }
  return {
    url,
    token,
    readyMs,
    rssBytes: () => residentBytes(child.pid ?? 0),
    async stop() {
      const gone = new Promise((resolve) => child.once('exit', resolve))
      child.kill('SIGTERM')
      await gone
    },
  }
}

/** The first line that a child prints. Rejects when it ends before. */
function firstLine(child: ChildProcess): Promise<string> {
  const { stdout, stderr } = child
  if (!stdout || !stderr) throw new Error('The child has no output.')
  const said: string[] = []
  createInterface({ input: stderr }).on('line', (text) => said.push(text))
  return new Promise((resolve, reject) => {
    createInterface({ input: stdout }).once('line', resolve)
    child.once('error', reject)
    child.once('exit', (code) => {
      reject(new Error(`The process ended with ${String(code)} before it was ready: ${said.join(' ')}`))
    })
  })
}

async function residentBytes(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8')
  const kilobytes = /^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]
  if (kilobytes === undefined) throw new Error(`Nothing tells how much memory process ${pid} holds.`)
  return Number(kilobytes) * 1024
}
