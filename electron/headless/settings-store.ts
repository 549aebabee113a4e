import { renameSync } from 'node:fs'
import { join } from 'node:path'
import Conf from 'conf'
import { Settings, type SettingsPatch } from '../../shared/model/settings.ts'
import type { SettingsStore } from '../api/index.ts'
import type { Log } from '../engine/ports.ts'

/**
 * Preferences in `settings.json` of the data directory. A file that cannot be read is set aside under a dated name, and
 * preferences start over: they are never worth refusing to start.
 */
export class FileSettings implements SettingsStore {
  readonly #conf: Conf<Record<string, unknown>>
  readonly #log: Log

  /** `open` is for a host that has a kind of `Conf` of its own. */
  constructor(parts: {
    dataDir: string
    log: Log
    now: () => number
    open?: (options: {
      cwd: string
      configName: string
      configFileMode: number
    }) => Conf<Record<string, unknown>>
  }) {
    const { dataDir, log, now } = parts
    const openConf = () => {
      const options = { cwd: dataDir, configName: 'settings', configFileMode: 0o600 }
      return parts.open?.(options) ?? new Conf<Record<string, unknown>>(options)
    }
    this.#log = log
    try {
      this.#conf = openConf()
    } catch (error) {
      const stamp = new Date(now()).toISOString().replaceAll(/[:.]/g, '-')
      const aside = join(dataDir, `settings.damaged-${stamp}.json`)
      renameSync(join(dataDir, 'settings.json'), aside)
      log.warn({ err: error, aside }, 'settings.json was damaged and has been set aside')
      this.#conf = openConf()
    }
  }

  read(): Promise<Settings> {
    return Promise.resolve(this.#current())
  }

  change(patch: SettingsPatch): Promise<Settings> {
    const before = this.#current()
    const after = Settings.parse({ ...before, ...patch, terminal: { ...before.terminal, ...patch.terminal } })
    this.#conf.store = after
    return Promise.resolve(after)
  }

  #current(): Settings {
    const stored = Settings.safeParse(this.#conf.store)
    if (!stored.success)
      this.#log.warn({ faults: stored.error.issues.length }, 'settings.json has odd values')
    return stored.success ? stored.data : Settings.parse({})
  }
}
