import { EventEmitter } from 'node:events'
import type { WebContents } from 'electron'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { silentLog } from '../../tests/support/logs.ts'
import { restrictNavigation, restrictPermissions } from './main-window.ts'

type Answer = (granted: boolean) => void
const electron = vi.hoisted(() => ({
  opened: [] as string[],
  request: undefined as ((contents: object, permission: string, answer: Answer) => void) | undefined,
  check: undefined as ((contents: object | null, permission: string) => boolean) | undefined,
}))
vi.mock('electron', () => ({
  shell: {
    openExternal: (url: string) => {
      electron.opened.push(url)
      return Promise.resolve()
    },
  },
  session: {
    defaultSession: {
      setPermissionRequestHandler: (handler: NonNullable<typeof electron.request>) => {
        electron.request = handler
      },
      setPermissionCheckHandler: (handler: NonNullable<typeof electron.check>) => {
        electron.check = handler
      },
    },
  },
  nativeTheme: {},
  screen: {},
  protocol: {},
  app: {},
  ipcMain: {},
}))
vi.mock('electron-store', () => ({
  default: class {
    readonly kind = 'memory'
  },
}))

class Contents extends EventEmitter {
  open: ((details: { url: string }) => { action: string }) | undefined
  setWindowOpenHandler(handler: (details: { url: string }) => { action: string }): void {
    this.open = handler
  }

  /** Whether the event was prevented. */
  isPrevented(event: string, url: string): boolean {
    let prevented = false
    this.emit(event, { url, preventDefault: () => (prevented = true) })
    return prevented
  }
}

let contents: Contents
beforeEach(() => {
  electron.opened = []
  contents = new Contents()
  restrictNavigation(contents as unknown as WebContents, silentLog)
  restrictPermissions()
})

describe('navigation', () => {
  it.each(['will-navigate', 'will-frame-navigate', 'will-redirect'])('%s leads to the app alone', (event) => {
    expect(contents.isPrevented(event, 'farmhand://app/servers')).toBe(false)
    for (const url of [
      'https://example.com/',
      'file:///etc/passwd',
      'farmhand://evil/',
      'farmhand://app.evil/',
      'javascript:alert(1)',
      'data:text/html,x',
      'no address',
    ]) {
      expect(contents.isPrevented(event, url), url).toBe(true)
    }
  })

  it('attaches no webview', () => {
    expect(contents.isPrevented('will-attach-webview', '')).toBe(true)
  })

  it('opens no window; https goes to the person’s browser', () => {
    for (const url of [
      'https://example.com/',
      'http://example.com/',
      'file:///x',
      'javascript:x',
      'nonsense',
    ]) {
      expect(contents.open?.({ url })).toEqual({ action: 'deny' })
    }
    expect(electron.opened).toEqual(['https://example.com/'])
  })
})

describe('permissions', () => {
  const isGranted = (url: string, permission: string): boolean[] => {
    const asking = { getURL: () => url }
    const granted: boolean[] = []
    electron.request?.(asking, permission, (answer) => granted.push(answer))
    return [...granted, electron.check?.(asking, permission) ?? true]
  }

  it.each(['clipboard-read', 'clipboard-sanitized-write', 'fullscreen'])(
    '%s is for the app’s page',
    (name) => {
      expect(isGranted('farmhand://app/', name)).toEqual([true, true])
      expect(isGranted('https://example.com/', name)).toEqual([false, false])
      expect(electron.check?.(null, name)).toBe(false)
    },
  )

  it.each([
    'media',
    'geolocation',
    'notifications',
    'midi',
    'hid',
    'usb',
    'serial',
    'openExternal',
    'unknown',
  ])('%s is denied', (name) => {
    expect(isGranted('farmhand://app/', name)).toEqual([false, false])
  })
})
