import type { Browser } from '@playwright/test'

declare global {
  interface Window {
    /** When the last large message came over a WebSocket, and when the first row was in the page and painted. */
    benchList?: { snapshotMs: number | null; firstRowsMs: number | null }
  }
}

const rowSelector = '[data-testid="data-list"] [data-row]'
/** Pixels of each step: about fourteen rows a frame, as a fast turn of a wheel. */
const stepPx = 450

/** The server list in the built renderer; times are taken inside the page. */
export interface ListPage {
  /** From the arrival of the servers' snapshot to the frame after its first rows. */
  firstRowsMs: number
  /** The time between frames while the list is scrolled a step a frame, in milliseconds. */
  scroll(frames: number): Promise<number[]>
  /** The same for a bare virtual list with a copy of the page's own rows in place of the list. Ends the list. */
  scrollBare(frames: number, rows: number): Promise<number[]>
  filterMs(text: string): Promise<number>
  sortMs(column: string): Promise<number>
  close(): Promise<void>
}

/** Opens the list and waits for its first rows. */
export async function openListPage(
  browser: Browser,
  host: { url: string; token: string },
  servers: number,
): Promise<ListPage> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 } })
  const page = await context.newPage()
  // A message of a server's size each: nothing else that the page reads is as long.
  await page.addInitScript(
    ({ selector, leastLength, token }) => {
      sessionStorage.setItem('farmhand.token', token)
      const seen: NonNullable<Window['benchList']> = { snapshotMs: null, firstRowsMs: null }
      window.benchList = seen
      const lengthOf = (data: unknown): number => {
        if (data instanceof Blob) return data.size
        if (data instanceof ArrayBuffer) return data.byteLength
        return typeof data === 'string' ? data.length : 0
      }
      const Plain = window.WebSocket
      window.WebSocket = class extends Plain {
        constructor(url: string | URL, protocols?: string | string[]) {
          super(url, protocols)
          this.addEventListener('message', (event) => {
            if (lengthOf(event.data) >= leastLength) seen.snapshotMs ??= performance.now()
          })
        }
      }
      const look = (): void => {
        if (seen.snapshotMs !== null && document.querySelector(selector)) {
          // The rows are in this frame: it is drawn before the task after it.
          const drawn = new MessageChannel()
          drawn.port1.onmessage = () => {
            seen.firstRowsMs = performance.now() - (seen.snapshotMs ?? 0)
          }
          drawn.port2.postMessage(null)
          return
        }
        requestAnimationFrame(look)
      }
      requestAnimationFrame(look)
    },
    { selector: rowSelector, leastLength: servers * 400, token: host.token },
  )
  await page.goto(`${host.url}/#/servers`)
  await page.waitForFunction(() => window.benchList?.firstRowsMs != null)
  const firstRowsMs = await page.evaluate(() => window.benchList?.firstRowsMs ?? Number.NaN)

  const scroll = (scroller: string, frames: number): Promise<number[]> =>
    page.evaluate(
      async ([selector, count, px]) => {
        const element = document.querySelector(selector)
        if (!element) throw new Error(`There is no ${selector}.`)
        const deltas: number[] = []
        let last = await new Promise<number>(requestAnimationFrame)
        for (let n = 0; n < count; n += 1) {
          element.scrollTop += px
          const at = await new Promise<number>(requestAnimationFrame)
          deltas.push(Math.round((at - last) * 10) / 10)
          last = at
        }
        return deltas
      },
      [scroller, frames, stepPx] as const,
    )

  /** Milliseconds from an action to the frame after the first row has changed. */
  const untilRowsChange = (action: 'filter' | 'sort', text: string): Promise<number> =>
    page.evaluate(
      async ([selector, kind, what]) => {
        const scroller = document.querySelector('[data-testid="data-list"]')
        if (scroller) scroller.scrollTop = 0
        for (let n = 0; n < 5; n += 1) await new Promise(requestAnimationFrame)
        const rows = (): string =>
          [...document.querySelectorAll<HTMLElement>(selector)].map(({ dataset }) => dataset['row']).join()
        const before = rows()
        const startedMs = performance.now()
        if (kind === 'sort') {
          const headers = [...document.querySelectorAll<HTMLElement>('[role="columnheader"] button')]
          headers.find((header) => header.textContent?.trim() === what)?.click()
        } else {
          const field = document.querySelector<HTMLInputElement>('[aria-label="Filter servers"]')
          if (!field) throw new Error('There is no filter.')
          field.value = what
          field.dispatchEvent(new InputEvent('input', { bubbles: true }))
        }
        for (let turn = 0; turn < 2_000; turn += 1) {
          await new Promise<void>((resolve) => {
            const turned = new MessageChannel()
            turned.port1.onmessage = () => resolve()
            turned.port2.postMessage(null)
          })
          if (rows() !== before) {
            // Layout and style of the new rows count too.
            document.body.getBoundingClientRect()
            return performance.now() - startedMs
          }
        }
        throw new Error(`The rows did not change by ${kind} ${what}.`)
      },
      [rowSelector, action, text] as const,
    )

  return {
    firstRowsMs,
    scroll: (frames) => scroll('[data-testid="data-list"]', frames),
    filterMs: (text) => untilRowsChange('filter', text),
    sortMs: (column) => untilRowsChange('sort', column),
    async scrollBare(frames, rows) {
      await page.evaluate(
        ([selector, count]) => {
          const template = document.querySelector<HTMLElement>(selector)
          const list = document.querySelector<HTMLElement>('[data-testid="data-list"]')
          if (!template || !list) throw new Error('There is no row to copy.')
          const rowPx = template.offsetHeight
          const bare = document.createElement('div')
          bare.id = 'bare-list'
          bare.style.cssText = `overflow:auto;position:relative;height:${list.clientHeight}px;width:${list.clientWidth}px`
          const inner = document.createElement('div')
          inner.style.cssText = `position:relative;height:${count * rowPx}px`
          bare.append(inner)
          const shown = new Map<number, HTMLElement>()
          const draw = (): void => {
            const from = Math.max(0, Math.floor(bare.scrollTop / rowPx) - 10)
            const to = Math.min(count, Math.ceil((bare.scrollTop + list.clientHeight) / rowPx) + 10)
            for (const [index, row] of shown) {
              if (index >= from && index < to) continue
              row.remove()
              shown.delete(index)
            }
            for (let index = from; index < to; index += 1) {
              if (shown.has(index)) continue
              const row = template.cloneNode(true) as HTMLElement
              row.style.transform = `translateY(${index * rowPx}px)`
              shown.set(index, row)
              inner.append(row)
            }
          }
          bare.addEventListener('scroll', draw)
          document.body.replaceChildren(bare)
          draw()
        },
        [rowSelector, rows] as const,
      )
      return scroll('#bare-list', frames)
    },
    close: () => context.close(),
  }
}
