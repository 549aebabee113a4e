import { defineStore } from 'pinia'
import { ref } from 'vue'
import { Settings, type SettingsPatch } from '../../shared/model/settings.ts'
import { useClient } from '../client/index.ts'
import { remembered } from './remembered.ts'
import { useAttempt } from './messages.ts'

/** A person's preferences: kept by the host; the theme is also remembered here, so that the first paint is right. */
export const useSettings = defineStore('settings', () => {
  const client = useClient()
  const attempt = useAttempt()
  const firstPaint = remembered<{ theme: Settings['theme'] }>('first-paint', { theme: 'system' })
  const settings = ref<Settings>(Settings.parse({ theme: firstPaint.value.theme }))

  function take(next: Settings | undefined): void {
    if (next === undefined) return
    settings.value = next
    firstPaint.value.theme = next.theme
  }
  async function load(): Promise<void> {
    take(await attempt('Read the preferences', () => client.system.settings()))
  }
  async function change(patch: SettingsPatch): Promise<void> {
    take({
      ...settings.value,
      ...patch,
      terminal: { ...settings.value.terminal, ...patch.terminal },
    } as Settings)
    take(await attempt('Save the preferences', () => client.system.changeSettings(patch)))
  }
  return { settings, load, change }
})
