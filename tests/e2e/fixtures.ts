import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { _electron, chromium, type Page, test as base } from '@playwright/test'
import { findElectron } from '../support/electron-binary.ts'
import { StandInProcess } from '../support/stand-in-process.ts'

const root = join(import.meta.dirname, '../..')

/** A running Farmhand with its own data directory, and a page that shows it. */
export interface Host {
  page: Page
  dataDir: string
  kind: 'headless' | 'stand-in' | 'electron'
  /** The process of the app in the project `stand-in`. */
  standIn: StandInProcess | undefined
  /** Runs the command line against the same data directory. */
  cli: (args: string[]) => Promise<{ code: number; stdout: string; stderr: string }>
}

interface Started {
  page: Page
  standIn?: StandInProcess
  stop: () => Promise<void>
}

/** The environment of a Farmhand that has nothing in common with this machine's own. */
export function environment(dataDir: string): Record<string, string> {
  const kept = Object.entries(process.env).filter(
    (entry): entry is [string, string] => entry[1] !== undefined && !/^(AWS_|FARMHAND_)/.test(entry[0]),
  )
  return { ...Object.fromEntries(kept), FARMHAND_DATA: dataDir, HOME: dataDir }
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
  const standIn = new StandInProcess(environment(dataDir))
  try {
    const { cdp } = await standIn.report('window')
    const browser = await chromium.connectOverCDP(cdp)
    const page = browser.contexts()[0]?.pages()[0]
    if (!page) throw new Error('The stand-in shows no window.')
    const stop = async (): Promise<void> => {
      await browser.close()
      await standIn.quit()
    }
    return { page, standIn, stop }
  } catch (thrown) {
    await standIn.quit()
    throw thrown
  }
}

async function startElectron(dataDir: string): Promise<Started> {
  const electron = findElectron()
  if ('reason' in electron) throw new Error(`Electron cannot run: ${electron.reason}.`)
  const args = process.getuid?.() === 0 ? [root, '--no-sandbox'] : [root]
  const app = await _electron.launch({ executablePath: electron.binary, args, env: environment(dataDir) })
  const page = await app.firstWindow()
  return { page, stop: () => app.close() }
}

/** Runs the built command line to its end. */
export async function runCli(
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
    const dataDir = await mkdtemp(join(tmpdir(), 'farmhand-e2e-'))
    let started: Started
    if (kind === 'headless') started = await startHeadless(dataDir, page)
    else if (kind === 'stand-in') started = await startStandIn(dataDir)
    else started = await startElectron(dataDir)
    await use({
      page: started.page,
      dataDir,
      kind,
      standIn: started.standIn,
      cli: (args) => runCli(dataDir, args),
    })
    await started.stop()
    await rm(dataDir, { recursive: true, force: true, maxRetries: 5 })
  },
})
export { expect } from '@playwright/test'
