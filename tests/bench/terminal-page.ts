import type { Terminal as Xterm } from '@xterm/xterm'
import type { Browser } from '@playwright/test'
import type { TerminalId } from '../../shared/model/ids.ts'

declare global {
  interface Window {
    /** The newest xterm of the page. */
    benchXterm?: Xterm
  }
}

/** A page of the built renderer that shows one terminal; times are taken inside it, from xterm's input to xterm's buffer. */
export interface TerminalPage {
  /** Types a command and waits until the shell has begun it. */
  run(command: string): Promise<void>
  /** Milliseconds from each key to its character in the buffer. */
  echo(count: number, betweenKeysMs: number): Promise<number[]>
  /** Runs a command and waits until its last byte is in the buffer. */
  flood(command: string, megabytes: number): Promise<{ wallMs: number; longestFrameMs: number }>
  /** Milliseconds that the page's own xterm takes for as much text that lies in memory. */
  fromMemoryMs(line: string, megabytes: number): Promise<number>
  /** Milliseconds from Ctrl-C in an endless flood to the shell's answer in the buffer. */
  interruptMs(): Promise<number>
  close(): Promise<void>
}

/** Opens the renderer with its terminal panel at this terminal. */
export async function openTerminalPage(
  browser: Browser,
  host: { url: string; token: string },
  terminalId: TerminalId,
): Promise<TerminalPage> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 } })
  const page = await context.newPage()
  page.setDefaultTimeout(120_000)
  await page.addInitScript((id) => {
    localStorage.setItem('farmhand.panel', JSON.stringify({ open: true, heightPx: 400, maximised: false }))
    localStorage.setItem('farmhand.terminal-tab', JSON.stringify({ activeId: id }))
    // The renderer keeps its xterm to itself: it is caught where it takes its core.
    Object.defineProperty(Object.prototype, '_core', {
      configurable: true,
      set(this: object, core: unknown) {
        Object.defineProperty(this, '_core', { value: core, writable: true, configurable: true })
        if ('loadAddon' in this) window.benchXterm = this as Xterm
      },
    })
  }, terminalId)
  await page.goto(`${host.url}/#token=${host.token}`)
  await page.locator(`[data-terminal-id="${terminalId}"][data-terminal-ready="true"]`).waitFor()
  await page.waitForFunction(() => (window.benchXterm?.buffer.active.cursorX ?? 0) > 0)

  return {
    async run(command) {
      await page.evaluate(async (text) => {
        const xterm = window.benchXterm
        if (!xterm) throw new Error('There is no xterm.')
        await new Promise<void>((resolve) => {
          const listening = xterm.onWriteParsed(() => {
            const { active } = xterm.buffer
            const line = active.getLine(active.baseY + active.cursorY - 1)?.translateToString(true)
            if (line !== 'begun') return
            listening.dispose()
            resolve()
          })
          xterm.input(`printf '%s%s\\n' beg un; ${text}\n`)
        })
      }, command)
    },
    echo: (count, betweenKeysMs) =>
      page.evaluate(
        async ([keys, pauseMs]) => {
          const xterm = window.benchXterm
          if (!xterm) throw new Error('There is no xterm.')
          const tookMs: number[] = []
          for (let n = 0; n < keys; n += 1) {
            const before = xterm.buffer.active.cursorX
            await new Promise<void>((resolve) => {
              const startedMs = performance.now()
              const listening = xterm.onWriteParsed(() => {
                if (xterm.buffer.active.cursorX === before) return
                tookMs.push(performance.now() - startedMs)
                listening.dispose()
                resolve()
              })
              xterm.input('k')
            })
            await new Promise((resolve) => setTimeout(resolve, pauseMs))
          }
          return tookMs
        },
        [count, betweenKeysMs] as const,
      ),
    flood: (command) =>
      page.evaluate(async (text) => {
        const xterm = window.benchXterm
        if (!xterm) throw new Error('There is no xterm.')
        let longestFrameMs = 0
        let last: number | undefined
        let isOver = false
        const frame = (at: number): void => {
          if (last !== undefined) longestFrameMs = Math.max(longestFrameMs, at - last)
          last = at
          if (!isOver) requestAnimationFrame(frame)
        }
        requestAnimationFrame(frame)
        const startedMs = performance.now()
        await new Promise<void>((resolve) => {
          const listening = xterm.onWriteParsed(() => {
            const { active } = xterm.buffer
            for (let up = 0; up < 4; up += 1) {
              const line = active.getLine(active.baseY + active.cursorY - up)?.translateToString(true)
              if (line !== 'finished') continue
              listening.dispose()
              resolve()
              return
            }
          })
          xterm.input(`clear; ${text}; printf '\\n%s%s\\n' fin ished\n`)
        })
        isOver = true
        return { wallMs: performance.now() - startedMs, longestFrameMs }
      }, command),
    fromMemoryMs: (line, megabytes) =>
      page.evaluate(
        async ([text, count]) => {
          const xterm = window.benchXterm
          if (!xterm) throw new Error('There is no xterm.')
          const chunk = `${text}\r\n`.repeat(Math.ceil(65_536 / (text.length + 2)))
          const chunks = Math.ceil((count * 1_000_000) / chunk.length)
          const startedMs = performance.now()
          // As much under way as Farmhand's own flow control allows.
          for (let sent = 0; sent < chunks; sent += 3) {
            const last = Math.min(3, chunks - sent)
            for (let n = 1; n < last; n += 1) xterm.write(chunk)
            await new Promise<void>((resolve) => xterm.write(chunk, resolve))
          }
          return performance.now() - startedMs
        },
        [line, megabytes] as const,
      ),
    interruptMs: () =>
      page.evaluate(async () => {
        const xterm = window.benchXterm
        if (!xterm) throw new Error('There is no xterm.')
        xterm.input(`clear; (trap "printf '\\n%s%s\\n' stop ped" INT; yes)\n`)
        await new Promise((resolve) => setTimeout(resolve, 1_500))
        const startedMs = performance.now()
        return new Promise<number>((resolve) => {
          const listening = xterm.onWriteParsed(() => {
            const { active } = xterm.buffer
            for (let up = 0; up < 4; up += 1) {
              const line = active.getLine(active.baseY + active.cursorY - up)?.translateToString(true)
              if (line !== 'stopped') continue
              listening.dispose()
              resolve(performance.now() - startedMs)
              return
            }
          })
          xterm.input('\x03')
        })
      }),
    close: () => context.close(),
  }
}
