import { nativeTheme } from 'electron'
import ElectronStore from 'electron-store'
import type { Settings, SettingsPatch } from '../../shared/model/settings.ts'
import type { SettingsStore } from '../api/index.ts'
import type { Log } from '../engine/ports.ts'
import { FileSettings, systemClock } from '../headless/index.ts'

/** The same preferences as in every other host of this data directory; window frames and menus follow the theme. */
export class DesktopSettings implements SettingsStore {
  readonly #file: FileSettings

  constructor({ dataDir, log }: { dataDir: string; log: Log }) {
    this.#file = new FileSettings({
      dataDir,
      log,
      now: () => systemClock.now(),
      open: ({ configName, ...options }) => new ElectronStore({ ...options, name: configName }),
    })
  }

  async read(): Promise<Settings> {
    return this.#followed(await this.#file.read())
  }

  async change(patch: SettingsPatch): Promise<Settings> {
    return this.#followed(await this.#file.change(patch))
  }

  #followed(settings: Settings): Settings {
    nativeTheme.themeSource = settings.theme
    return settings
  }
}
