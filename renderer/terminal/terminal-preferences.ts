import { defineStore } from 'pinia'
import { remembered } from '../stores/remembered.ts'

/**
 * How terminals are drawn in this window. `renderer: 'dom'` keeps the text in the page, for machines without a usable
 * graphics card and for whoever reads the page; `?renderer=dom` in the address asks for it too. `screenReader` adds a text
 * mirror for assistive software.
 */
export const useTerminalPreferences = defineStore('terminal-preferences', () => {
  const preferences = remembered<{ renderer: 'auto' | 'dom'; screenReader: boolean }>('terminal', {
    renderer: 'auto',
    screenReader: false,
  })
  const asked = new URLSearchParams(location.search).get('renderer') === 'dom'
  return { preferences, usesWebgl: () => !asked && preferences.value.renderer === 'auto' }
})
