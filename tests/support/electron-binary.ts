import { existsSync } from 'node:fs'
import { join } from 'node:path'

const root = join(import.meta.dirname, '..', '..')
const names: Partial<Record<NodeJS.Platform, string>> = {
  darwin: 'Electron.app/Contents/MacOS/Electron',
  win32: 'electron.exe',
}

/** Real Electron where it is installed and can open a window, or why the specs cannot run in it. */
export function findElectron(): { binary: string } | { reason: string } {
  const dist = process.env['ELECTRON_OVERRIDE_DIST_PATH'] ?? join(root, 'node_modules', 'electron', 'dist')
  const binary = join(dist, names[process.platform] ?? 'electron')
  if (!existsSync(binary)) return { reason: `there is no Electron binary at ${binary}` }
  const hasDisplay = process.env['DISPLAY'] !== undefined || process.env['WAYLAND_DISPLAY'] !== undefined
  if (process.platform === 'linux' && !hasDisplay) return { reason: 'there is no display for its window' }
  return { binary }
}
