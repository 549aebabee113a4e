import { app, BrowserWindow, dialog, Menu } from 'electron'
import { mkdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { createRouter } from '../api/index.ts'
import { createHostEngine } from '../headless/host-engine.ts'
import { defaultDataDir, type FileLog, hostPorts, openFileLog } from '../headless/index.ts'
import { preloadFile, rendererDir } from '../resources-dir.ts'
import { registerAppScheme, serveApp } from './app-protocol.ts'
import { openCommandLineDoor } from './command-line-door.ts'
import { serveContractPorts } from './contract-port.ts'
import { desktopKeychain } from './desktop-keychain.ts'
import { DesktopSettings } from './desktop-settings.ts'
import { openMainWindow, restrictNavigation, restrictPermissions } from './main-window.ts'
import { appMenu } from './menu.ts'
import { WindowState } from './window-state.ts'

/** The desktop app, from start to quit. A failed start says why in a dialog and ends. */
export async function startDesktop(): Promise<void> {
  let log: FileLog | undefined
  try {
    const dataDir = chosenDataDir()
    // Chromium's own files lie apart from ours, and one app runs for each data directory.
    const chromiumDir = join(dataDir, 'desktop')
    mkdirSync(chromiumDir, { recursive: true, mode: 0o700 })
    app.setPath('userData', chromiumDir)
    if (!app.requestSingleInstanceLock()) {
      app.quit()
      return
    }
    registerAppScheme()
    app.enableSandbox()
    log = openFileLog({ dataDir, level: process.env['FARMHAND_LOG_LEVEL'] ?? 'info' })
    logUncaught(log)
    await app.whenReady()
    await run(dataDir, log)
  } catch (thrown) {
    log?.error({ err: thrown }, 'Farmhand could not start')
    dialog.showErrorBox('Farmhand could not start', thrown instanceof Error ? thrown.message : String(thrown))
    app.quit()
  }
}

function chosenDataDir(): string {
  const { 'data-dir': asked } = flags()
  if (typeof asked === 'string') return resolve(asked)
  return process.env['FARMHAND_DATA'] ?? defaultDataDir(process.env, app.getPath('home'))
}

/** Our own flags; the rest is Chromium's. */
function flags() {
  const options = { 'data-dir': { type: 'string' }, devtools: { type: 'boolean' } } as const
  return parseArgs({ args: process.argv.slice(1), options, strict: false, allowPositionals: true }).values
}

function logUncaught(log: FileLog): void {
  process.on('uncaughtException', (error) => log.error({ err: error }, 'uncaught exception'))
  process.on('unhandledRejection', (error) => log.error({ err: error }, 'unhandled rejection'))
}

async function run(dataDir: string, log: FileLog): Promise<void> {
  const { keychain, lacksKeyring } = await desktopKeychain(dataDir, process.env)
  const ports = hostPorts({ dataDir, homeDir: app.getPath('home'), env: process.env, log, keychain })
  const engine = await createHostEngine(ports)
  const closing: (() => unknown)[] = [() => log.close(), () => engine.stop()]
  quitAfter(closing, log)
  if (lacksKeyring) {
    engine.notices.show({
      id: 'no-keyring',
      severity: 'warning',
      title: 'This desktop has no keyring',
      message:
        'The vault’s key is kept in a file that only your user can read. For more, install a keyring (GNOME Keyring or KWallet) or set FARMHAND_PASSPHRASE before Farmhand’s first start.',
    })
  }
  await engine.start()
  const settings = new DesktopSettings({ dataDir, log })
  await settings.read()
  const facts = {
    version: app.getVersion(),
    host: 'desktop' as const,
    dataDir,
    keychain: keychain.kind,
    startedAt: new Date().toISOString(),
  }
  const door = await openCommandLineDoor({ engine, facts, settings, log })
  closing.push(() => door.stop())
  closing.push(serveContractPorts(createRouter({ engine, host: facts, settings, log }), log))
  showWindows(log)
}

function showWindows(log: FileLog): void {
  serveApp(rendererDir())
  restrictPermissions()
  app.on('web-contents-created', (_event, contents) => restrictNavigation(contents, log))
  const devTools = !app.isPackaged || flags().devtools === true
  Menu.setApplicationMenu(appMenu(devTools))
  const state = new WindowState()
  const open = (): BrowserWindow => openMainWindow({ preload: preloadFile(), state, devTools })
  open()
  app.on('second-instance', () => {
    const window = BrowserWindow.getAllWindows()[0] ?? open()
    if (window.isMinimized()) window.restore()
    window.focus()
  })
  app.on('activate', () => {
    if (BrowserWindow.getAllWindows().length === 0) open()
  })
  app.on('window-all-closed', () => {
    if (process.platform !== 'darwin') app.quit()
  })
}

/** Holds the end of the app back until everything in `closing` has ended, the last first. */
function quitAfter(closing: (() => unknown)[], log: FileLog): void {
  let isStopped = false
  let stopping: Promise<void> | undefined
  app.on('before-quit', (event) => {
    if (isStopped) return
    event.preventDefault()
    stopping ??= stop()
  })
  async function stop(): Promise<void> {
    for (const close of closing.reverse()) {
      try {
        await close()
      } catch (thrown) {
        log.error({ err: thrown }, 'stopping failed')
      }
    }
    isStopped = true
    app.quit()
  }
}
