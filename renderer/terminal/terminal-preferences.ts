import { defineStore } from 'pinia'
import { remembered } from '../stores/remembered.ts'

/** Names of what draws WebGL on a processor: Chromium's own, Mesa's, Windows' and Apple's. */
const softwareRenderers = /swiftshader|llvmpipe|softpipe|basic render|software/i

/** Whether a graphics card draws: a processor that plays one is slower than plain text in the page. */
function hasGraphicsCard(): boolean {
  const context = document
    .createElement('canvas')
    .getContext('webgl2', { failIfMajorPerformanceCaveat: true })
  if (context === null) return false
  const names = context.getExtension('WEBGL_debug_renderer_info')
  const renderer: unknown = context.getParameter(names ? names.UNMASKED_RENDERER_WEBGL : context.RENDERER)
  context.getExtension('WEBGL_lose_context')?.loseContext()
  return !softwareRenderers.test(String(renderer))
}

/**
 * How terminals are drawn in this window. `renderer: 'dom'` keeps the text in the page, for whoever reads the page, and is
 * what machines without a graphics card get; `?renderer=dom` in the address asks for it too. `screenReader` adds a text
 * mirror for assistive software.
 */
export const useTerminalPreferences = defineStore('terminal-preferences', () => {
  const preferences = remembered<{ renderer: 'auto' | 'dom'; screenReader: boolean }>('terminal', {
    renderer: 'auto',
    screenReader: false,
  })
  const asked = new URLSearchParams(location.search).get('renderer') === 'dom'
  let hasCard: boolean | undefined
  function usesWebgl(): boolean {
    return !asked && preferences.value.renderer === 'auto' && (hasCard ??= hasGraphicsCard())
  }
  return { preferences, usesWebgl }
})
