import { platform } from 'node:os'
import { join } from 'node:path'

type Environment = Readonly<Record<string, string | undefined>>

/** Where Farmhand keeps its data when nobody says otherwise: the platform's own place for applications' data. */
export function defaultDataDir(env: Environment, homeDir: string, system: string = platform()): string {
  switch (system) {
    case 'darwin':
      return join(homeDir, 'Library', 'Application Support', 'Farmhand')
    case 'win32':
      return join(env['LOCALAPPDATA'] ?? join(homeDir, 'AppData', 'Local'), 'Farmhand')
    default: {
      const base = env['XDG_DATA_HOME']
      return join(base === undefined || base === '' ? join(homeDir, '.local', 'share') : base, 'farmhand')
    }
  }
}
