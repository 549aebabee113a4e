import {
  mdiConsole,
  mdiConsoleLine,
  mdiKeyboardOutline,
  mdiMagnify,
  mdiThemeLightDark,
  mdiWeatherNight,
  mdiWhiteBalanceSunny,
} from '@mdi/js'
import type { Ref } from 'vue'
import { useRouter } from 'vue-router'
import { useLayout } from '../../stores/layout.ts'
import { useSettings } from '../../stores/settings.ts'
import { useTerminalTabs } from '../../terminal/terminal-tabs.ts'
import { useActions, type Action } from '../palette/actions.ts'
import { places } from './places.ts'

/** Actions that apply everywhere: places, palette, terminals, theme. */
export function useShellActions(open: { palette: Ref<boolean>; shortcuts: Ref<boolean> }): void {
  const router = useRouter()
  const layout = useLayout()
  const settings = useSettings()
  const terminals = useTerminalTabs()
  const themes = [
    ['system', 'Use the system’s theme', mdiThemeLightDark],
    ['light', 'Use the light theme', mdiWhiteBalanceSunny],
    ['dark', 'Use the dark theme', mdiWeatherNight],
  ] as const

  useActions((): Action[] => [
    ...places.map((place) => ({
      id: `go.${place.to}`,
      title: `Go to ${place.title}`,
      group: 'Go to',
      icon: place.icon,
      shortcut: `g ${place.letter}`,
      run: () => router.push(place.to),
    })),
    {
      id: 'palette',
      title: 'Search or do anything',
      group: 'Window',
      icon: mdiMagnify,
      shortcut: 'mod+k',
      listed: false,
      run: () => (open.palette.value = !open.palette.value),
    },
    {
      id: 'shortcuts',
      title: 'Show keyboard shortcuts',
      group: 'Window',
      icon: mdiKeyboardOutline,
      shortcut: '?',
      run: () => (open.shortcuts.value = true),
    },
    {
      id: 'terminal.panel',
      title: layout.panel.open ? 'Hide terminals' : 'Show terminals',
      group: 'Terminal',
      icon: mdiConsole,
      shortcut: 'mod+j',
      run: () => layout.togglePanel(),
    },
    {
      id: 'terminal.local',
      title: 'Open a terminal on this machine',
      group: 'Terminal',
      icon: mdiConsoleLine,
      shortcut: 'mod+shift+l',
      keywords: 'local shell',
      run: () => terminals.openLocal(),
    },
    ...themes.map(([theme, title, icon]) => ({
      id: `theme.${theme}`,
      title,
      group: 'Window',
      icon,
      keywords: 'theme colours appearance',
      run: () => settings.change({ theme }),
    })),
  ])
}
