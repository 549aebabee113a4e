import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'

type Environment = Readonly<Record<string, string | undefined>>

const chromiumNames = [
  'chromium',
  'chromium-browser',
  'google-chrome-stable',
  'google-chrome',
  'brave-browser',
  'microsoft-edge',
]
const chromiumPlaces: Readonly<Partial<Record<NodeJS.Platform, readonly string[]>>> = {
  darwin: [
    '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
    '/Applications/Chromium.app/Contents/MacOS/Chromium',
    '/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge',
  ],
  win32: [
    'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
    'C:\\Program Files (x86)\\Google\\Chrome\\Application\\chrome.exe',
    'C:\\Program Files (x86)\\Microsoft\\Edge\\Application\\msedge.exe',
  ],
}

/** A program and its arguments. */
export interface Launch {
  command: string
  args: string[]
}

/**
 * How the app is opened in a window of its own: a Chromium of this machine in app mode, else whatever opens addresses here.
 * Undefined where there is no display.
 */
export function browserLaunch(url: string, env: Environment, system: NodeJS.Platform): Launch | undefined {
  const hasDisplay =
    system === 'darwin' || system === 'win32' || Boolean(env['DISPLAY'] ?? env['WAYLAND_DISPLAY'])
  if (!hasDisplay) return undefined
  const chromium = findChromium(env, system)
  if (chromium !== undefined) return { command: chromium, args: [`--app=${url}`, '--no-first-run'] }
  if (system === 'darwin') return { command: 'open', args: [url] }
  if (system === 'win32') return { command: 'rundll32', args: ['url.dll,FileProtocolHandler', url] }
  return { command: 'xdg-open', args: [url] }
}

/** Opens the app's window; false when there is no display or the program cannot be started. */
export function openBrowser(url: string, env: Environment): Promise<boolean> {
  const launch = browserLaunch(url, env, process.platform)
  if (launch === undefined) return Promise.resolve(false)
  return new Promise((resolve) => {
    const child = spawn(launch.command, launch.args, { detached: true, stdio: 'ignore' })
    child.once('spawn', () => {
      child.unref()
      resolve(true)
    })
    child.once('error', () => {
      resolve(false)
    })
  })
}

function findChromium(env: Environment, system: NodeJS.Platform): string | undefined {
  const chosen = env['CHROME_PATH']
  if (chosen !== undefined && chosen !== '') return chosen
  const folders =
    system === 'linux' ? (env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '') : []
  const candidates = folders.flatMap((folder) => chromiumNames.map((name) => join(folder, name)))
  return [...candidates, ...(chromiumPlaces[system] ?? [])].find((path) => existsSync(path))
}
