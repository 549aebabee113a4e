import ElectronStore from 'electron-store'
import { Settings, type SettingsPatch } from '../../shared/model/settings.ts'
import type { SettingsStore } from '../api/index.ts'

/** Where the window was when it was closed. */
export interface WindowBounds {
  x?: number
  y?: number
  width: number
  height: number
}

/** Preferences of the desktop app, in the user's own configuration folder. */
export class DesktopSettings implements SettingsStore {
  readonly #store = new ElectronStore<{ settings: unknown; window: WindowBounds }>({
    defaults: { settings: {}, window: { width: 1280, height: 800 } },
    clearInvalidConfig: true,
  })

  async read(): Promise<Settings> {
    const stored = Settings.safeParse(this.#store.get('settings'))
    return stored.success ? stored.data : Settings.parse({})
  }

  async change(patch: SettingsPatch): Promise<Settings> {
    const before = await this.read()
    const after = Settings.parse({ ...before, ...patch, terminal: { ...before.terminal, ...patch.terminal } })
    this.#store.set('settings', after)
    return after
  }

  get window(): WindowBounds {
    return this.#store.get('window')
  }

  set window(bounds: WindowBounds) {
    this.#store.set('window', bounds)
  }
}
