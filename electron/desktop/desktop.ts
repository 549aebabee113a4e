import { app, BrowserWindow, dialog, Menu } from 'electron'
import { createRouter } from '../api/index.ts'
import { createEngine } from '../engine/engine.ts'
import type { Log } from '../engine/ports.ts'
import { defaultDataDir, hostPorts, openFileLog } from '../headless/index.ts'
import { preloadFile, rendererDir } from '../resources-dir.ts'
import { registerAppScheme, serveApp } from './app-protocol.ts'
import { serveContractPorts } from './contract-port.ts'
import { DesktopSettings } from './desktop-settings.ts'
import { openMainWindow, restrictNavigation, restrictPermissions } from './main-window.ts'
import { appMenu } from './menu.ts'
import { hasSystemKeychain, systemKeychain } from './system-keychain.ts'

/** The desktop app, from start to quit. A failed start says why in a dialog and ends. */
export async function startDesktop(): Promise<void> {
  if (!app.requestSingleInstanceLock()) {
    app.quit()
    return
  }
  registerAppScheme()
  app.enableSandbox()
  await app.whenReady()
  const dataDir = process.env['FARMHAND_DATA'] ?? defaultDataDir(process.env, app.getPath('home'))
  const log = openFileLog({ dataDir, level: 'info' })
  process.on('uncaughtException', (error) => log.error({ err: error }, 'uncaught'))
  process.on('unhandledRejection', (error) => log.error({ err: error }, 'unhandled rejection'))
  try {
    await run(dataDir, log)
  } catch (thrown) {
    log.error({ err: thrown }, 'Farmhand could not start')
    dialog.showErrorBox('Farmhand could not start', thrown instanceof Error ? thrown.message : String(thrown))
    app.quit()
  }
}

async function run(dataDir: string, log: Log): Promise<void> {
  const startedAt = new Date().toISOString()
  const settings = new DesktopSettings()
  const isSafe = hasSystemKeychain()
  const ports = hostPorts({ dataDir, homeDir: app.getPath('home'), env: process.env, log })
  const keychain = isSafe ? systemKeychain(dataDir) : ports.keychain
  const engine = await createEngine({ ...ports, keychain })
  const host = {
    version: app.getVersion(),
    host: 'desktop' as const,
    dataDir,
    keychain: keychain.kind,
    startedAt,
  }
  const closePorts = serveContractPorts(createRouter({ engine, host, settings, log }), log)
  if (!isSafe) {
    engine.notices.show({
      id: 'no-keyring',
      severity: 'warning',
      title: 'This desktop has no keyring',
      message:
        'The vault’s key is kept in a file that only your user can read. Install a keyring (GNOME Keyring or KWallet) for more, or start Farmhand with FARMHAND_PASSPHRASE.',
    })
  }
  await engine.start()
  serveApp(rendererDir())
  restrictPermissions()
  app.on('web-contents-created', (_event, contents) => restrictNavigation(contents))
  const devTools = !app.isPackaged || process.argv.includes('--devtools')
  Menu.setApplicationMenu(appMenu(devTools))
  const open = (): BrowserWindow => openMainWindow({ preload: preloadFile(), settings, devTools })
  open()
  app.on('second-instance', () => {
    const [window] = BrowserWindow.getAllWindows()
    if (window?.isMinimized()) window.restore()
    window?.focus()
  })
  app.on('activate', () => {
    if (BrowserWindow.getAllWindows().length === 0) open()
  })
  app.on('window-all-closed', () => {
    if (process.platform !== 'darwin') app.quit()
  })
  let isStopped = false
  app.on('before-quit', (event) => {
    if (isStopped) return
    event.preventDefault()
    closePorts()
    void engine
      .stop()
      .catch((thrown: unknown) => log.error({ err: thrown }, 'stopping failed'))
      .finally(() => {
        isStopped = true
        app.quit()
      })
  })
}
