import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { _electron, chromium, type Page, test as base } from '@playwright/test'

const root = join(import.meta.dirname, '../..')

/** A running Farmhand with its own data directory, and a page that shows it. */
export interface Host {
  page: Page
  dataDir: string
  kind: 'headless' | 'stand-in' | 'electron'
  /** Runs the command line against the same data directory. */
  cli: (args: string[]) => Promise<{ code: number; stdout: string; stderr: string }>
}

interface Started {
  page: Page
  stop: () => Promise<void>
}

/** Where real Electron is, or undefined on machines that have none. */
export function findElectron(): string | undefined {
  const dist = process.env['ELECTRON_OVERRIDE_DIST_PATH'] ?? join(root, 'node_modules/electron/dist')
  const binary = join(dist, process.platform === 'win32' ? 'electron.exe' : 'electron')
  return existsSync(binary) ? binary : undefined
}

function environment(dataDir: string): Record<string, string> {
  const kept = Object.entries(process.env).filter(
    (entry): entry is [string, string] => entry[1] !== undefined && !/^(AWS_|FARMHAND_)/.test(entry[0]),
  )
  return { ...Object.fromEntries(kept), FARMHAND_DATA: dataDir, HOME: dataDir, STAND_IN_USER_DATA: dataDir }
}

async function firstJsonLine(child: ChildProcess): Promise<Record<string, string>> {
  const errors: string[] = []
  child.stderr?.on('data', (bytes: Buffer) => errors.push(bytes.toString()))
  if (!child.stdout) throw new Error('no stdout')
  for await (const line of createInterface({ input: child.stdout })) {
    if (line.startsWith('{')) return JSON.parse(line) as Record<string, string>
  }
  throw new Error(`It ended before it was ready: ${errors.join('')}`)
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const gone = new Promise((resolve) => child.once('exit', resolve))
  child.kill('SIGTERM')
  await gone
}

async function startHeadless(dataDir: string, page: Page): Promise<Started> {
  const child = spawn(process.execPath, ['dist/cli.js', 'serve', '--port', '0'], {
    cwd: root,
    env: environment(dataDir),
  })
  const { url, token } = await firstJsonLine(child)
  await page.goto(`${url}/#token=${token}`.replace('//#', '/#'))
  return { page, stop: () => end(child) }
}

async function startStandIn(dataDir: string): Promise<Started> {
  const register = join(root, 'tests/support/electron-stand-in/register.mjs')
  const child = spawn(process.execPath, ['--import', register, 'dist/main.js'], {
    cwd: root,
    env: environment(dataDir),
  })
  const { cdp } = await firstJsonLine(child)
  const browser = await chromium.connectOverCDP(cdp ?? '')
  const [context] = browser.contexts()
  if (!context) throw new Error('The stand-in shows no window.')
  const page = context.pages()[0] ?? (await context.waitForEvent('page'))
  return {
    page,
    stop: async () => {
      await browser.close()
      await end(child)
    },
  }
}

async function startElectron(dataDir: string, executablePath: string): Promise<Started> {
  const app = await _electron.launch({ executablePath, args: [root], env: environment(dataDir) })
  return { page: await app.firstWindow(), stop: () => app.close() }
}

async function runCli(
  dataDir: string,
  args: string[],
): Promise<{ code: number; stdout: string; stderr: string }> {
  const child = spawn(process.execPath, ['dist/cli.js', ...args], { cwd: root, env: environment(dataDir) })
  let stdout = ''
  let stderr = ''
  child.stdout.on('data', (bytes: Buffer) => (stdout += bytes.toString()))
  child.stderr.on('data', (bytes: Buffer) => (stderr += bytes.toString()))
  const code = await new Promise<number>((resolve) => child.once('close', (status) => resolve(status ?? 1)))
  return { code, stdout, stderr }
}

/** `host` starts what the project's name says: the headless host, the stand-in for Electron, or real Electron. */
export const test = base.extend<{ host: Host }>({
  host: async ({ page }, use, info) => {
    const kind = info.project.name as Host['kind']
    const electron = findElectron()
    base.skip(kind === 'electron' && electron === undefined, 'No Electron binary on this machine.')
    const dataDir = await mkdtemp(join(tmpdir(), 'farmhand-e2e-'))
    let started: Started
    if (kind === 'headless') started = await startHeadless(dataDir, page)
    else if (kind === 'stand-in') started = await startStandIn(dataDir)
    else started = await startElectron(dataDir, electron ?? '')
    await use({ page: started.page, dataDir, kind, cli: (args) => runCli(dataDir, args) })
    await started.stop()
    await rm(dataDir, { recursive: true, force: true, maxRetries: 5 })
  },
})
export { expect } from '@playwright/test'
