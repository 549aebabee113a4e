/* npm start: installs and builds what is missing, then opens the app in Electron, or else in a browser window. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { announcing } from './announcement.mjs'
import { ensureBuilt } from './build.mjs'
import { nodeFlags } from './node-flags.mjs'
import { root, run, runCommand, say, toolEnvironment } from './process.mjs'
import { ensureDependencies, runNode } from './toolchain.mjs'

const flags = process.argv.slice(2)
const noSandbox = '--no-sandbox'

/** An Electron that ends this soon with a failure could not open its window (no sandbox, no GPU process, no display). */
const failedStartMs = 8_000

runCommand(async () => {
  await ensureDependencies()
  await ensureBuilt()
  const electron = await findElectron()
  if (electron.binary === undefined) {
    say(`${electron.reason} Opening Farmhand in the browser instead.`)
    return startHeadless()
  }
  /** @type {NodeJS.ProcessEnv} */
  const env = { ...toolEnvironment(), ELECTRON_RUN_AS_NODE: undefined }
  const { code, elapsedMs } = await run(electron.binary, [root, ...flags], { env })
  if (code === 0 || code >= 128 || elapsedMs > failedStartMs) return code
  say(
    'Electron could not open its window on this machine: see the lines above. Opening Farmhand in the browser instead.',
  )
  return startHeadless()
})

/** @returns {Promise<{ binary: string } | { binary: undefined, reason: string }>} */
async function findElectron() {
  const reason = reasonAgainstDesktop()
  if (reason !== undefined) return { binary: undefined, reason }
  const installed = installedElectron()
  if (installed !== undefined) return { binary: installed }
  if (await downloadElectron()) {
    const downloaded = installedElectron()
    if (downloaded !== undefined) return { binary: downloaded }
  }
  return { binary: undefined, reason: 'There is no Electron runtime here and it cannot be downloaded.' }
}

function reasonAgainstDesktop() {
  if (process.platform !== 'linux') return undefined
  if (!process.env.DISPLAY && !process.env.WAYLAND_DISPLAY) return 'There is no display for a desktop window.'
  if (process.getuid?.() === 0 && !flags.includes(noSandbox))
    return 'Electron’s sandbox does not run as root.'
  return undefined
}

function installedElectron() {
  const folder = process.env.ELECTRON_OVERRIDE_DIST_PATH ?? join(root, 'node_modules', 'electron', 'dist')
  const names = {
    darwin: 'Electron.app/Contents/MacOS/Electron',
    win32: 'electron.exe',
  }
  const name =
    process.platform === 'darwin' || process.platform === 'win32' ? names[process.platform] : 'electron'
  const binary = join(folder, name)
  return existsSync(binary) ? binary : undefined
}

/** Asks first whether the download can be reached at all, so that a machine without a network does not wait. */
async function downloadElectron() {
  if (process.env.CI) return false
  const installer = join(root, 'node_modules', 'electron', 'install.js')
  if (!existsSync(installer)) return false
  /** @type {{ version: string }} */
  const { version } = JSON.parse(readFileSync(join(root, 'node_modules', 'electron', 'package.json'), 'utf8'))
  const mirror = process.env.ELECTRON_MIRROR ?? 'https://github.com/electron/electron/releases/download/'
  try {
    const answer = await fetch(`${mirror}v${version}/SHASUMS256.txt`, {
      method: 'HEAD',
      signal: AbortSignal.timeout(4_000),
    })
    if (!answer.ok) return false
  } catch {
    return false
  }
  say('Downloading the Electron runtime (about 110 MB, once) …')
  const { code } = await runNode([installer])
  return code === 0
}

async function startHeadless() {
  const { code } = await runNode(
    [
      ...nodeFlags,
      join(root, 'dist', 'cli.js'),
      'serve',
      '--open',
      ...flags.filter((flag) => flag !== noSandbox),
    ],
    { onStdout: announcing((text) => process.stdout.write(text)) },
  )
  return code
}
