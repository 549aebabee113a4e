/** Abilities that not every host has. */
type Ability = 'tray' | 'clipboard' | 'native-menu'

/** What the machine around the window can do; the engine is never asked for these. */
export interface Platform {
  readonly kind: 'desktop' | 'browser'
  readonly isMac: boolean
  can(ability: Ability): boolean
  copyText(text: string): Promise<void>
  /** What the clipboard holds, or null when the person or the host does not allow reading it. */
  readText(): Promise<string | null>
  /** Saves text as a file: a download in a browser, the save dialog in the desktop. */
  saveFile(fileName: string, text: string, mediaType?: string): void
  /** Lets the person pick a file and reads it; null when nothing was picked. `accept` as in an input: `.json`. */
  pickTextFile(accept: string): Promise<{ name: string; text: string } | null>
}

/** The platform of this window. Electron shows its own dialogs for downloads and file inputs, so both share this code. */
export function createPlatform(kind: Platform['kind']): Platform {
  const isMac = navigator.userAgent.includes('Mac')
  return {
    kind,
    isMac,
    can: (ability) => {
      switch (ability) {
        case 'clipboard':
          return 'clipboard' in navigator
        case 'tray':
        case 'native-menu':
          return kind === 'desktop'
      }
    },
    copyText: async (text) => {
      await navigator.clipboard.writeText(text)
    },
    readText: async () => {
      try {
        return await navigator.clipboard.readText()
      } catch {
        return null
      }
    },
    saveFile: (fileName, text, mediaType = 'text/plain') => {
      const url = URL.createObjectURL(new Blob([text], { type: mediaType }))
      const link = document.createElement('a')
      link.href = url
      link.download = fileName
      link.click()
      setTimeout(() => URL.revokeObjectURL(url), 10_000)
    },
    pickTextFile: (accept) =>
      new Promise((resolve, reject) => {
        const input = document.createElement('input')
        input.type = 'file'
        input.accept = accept
        input.addEventListener('cancel', () => resolve(null))
        input.addEventListener('change', () => {
          const file = input.files?.[0]
          if (file === undefined) resolve(null)
          else file.text().then((text) => resolve({ name: file.name, text }), reject)
        })
        input.click()
      }),
  }
}
