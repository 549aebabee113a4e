import { defineStore } from 'pinia'
import { remembered } from './remembered.ts'

/** How the window is divided: the bottom panel's place, remembered on this machine. */
export const useLayout = defineStore('layout', () => {
  const panel = remembered('panel', { open: false, heightPx: 280, maximised: false })
  function openPanel(): void {
    panel.value.open = true
  }
  function togglePanel(): void {
    panel.value.open = !panel.value.open
    if (!panel.value.open) panel.value.maximised = false
  }
  return { panel, openPanel, togglePanel }
})
