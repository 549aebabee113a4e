import { join } from 'node:path'
import type { Page } from '@playwright/test'
import { serveFakeEngine } from '../support/fake-engine.ts'
import { type Bench, type Figure, median } from './bench.ts'
import { openBrowser } from './browser.ts'
import { largeFarm } from './large-farm.ts'

const rendererDir = join(import.meta.dirname, '../../dist/renderer')
/** One frame of 60 a second. */
const frameMs = 16.7
const keystrokes = 60

/** Typing in the designer of a farm with 200 farm roles: the built renderer in Chromium, over an engine in memory. */
const bench: Bench = {
  name: 'designer of a 200-role farm',
  async run({ quick, rounds }) {
    const roles = quick ? 50 : 200
    const served = await serveFakeEngine({ servers: 20, rendererDir })
    const browser = await openBrowser()
    try {
      const { farm, state } = largeFarm({ roles, ...placeOf(served.world) })
      served.feed.put('farms', { ...farm, state })
      const alias: number[] = []
      const aliasLate: number[] = []
      const count: number[] = []
      const busy: number[] = []
      const move: number[] = []
      for (let round = -1; round < rounds; round += 1) {
        const context = await browser.newContext({ viewport: { width: 1280, height: 800 } })
        const page = await context.newPage()
        await openFarmRole(page, served.url, farm.id, Math.floor(roles / 2))
        const mainThreadMs = await startMeter(page)
        const typed = await typingMs(page, 'Farm role', 'Alias')
        const spent = (await mainThreadMs()) / keystrokes
        const minimum = await typingMs(page, 'Scaling', 'Minimum')
        const moved = await movingMs(page, Math.floor(roles / 2))
        await context.close()
        if (round < 0) continue
        alias.push(median(typed))
        aliasLate.push(percentile95(typed))
        count.push(median(minimum))
        busy.push(spent)
        move.push(median(moved))
      }
      const target = { limit: frameMs, of: 'value' } as const
      const figure = (what: string, values: readonly number[], of: Figure['target']): Figure => ({
        what,
        value: median(values),
        unit: 'ms',
        peer: null,
        target: of,
      })
      return [
        figure('keystroke in the alias to painted', alias, target),
        // Without a graphics card painting shares the cores with everything else: this one only illustrates.
        figure('the same, p95', aliasLate, null),
        figure('keystroke in a number to painted', count, target),
        figure('script, style and layout of a keystroke', busy, target),
        figure('Alt ↓ on a farm role to painted', move, null),
      ]
    } finally {
      await browser.close()
      await served.stop()
    }
  },
}

type World = Awaited<ReturnType<typeof serveFakeEngine>>['world']

/** A role of the world in a place where it has an image, with a type that fits it. */
function placeOf({ roles, images }: World) {
  for (const role of roles) {
    const image = images.find(({ id }) => role.imageIds.includes(id))
    if (!image) continue
    const instanceType = image.architecture === 'arm64' ? 't4g.micro' : 't3.micro'
    return { roleId: role.id, cloudId: image.cloudId, location: image.location, instanceType }
  }
  throw new Error('No role has an image.')
}

async function openFarmRole(page: Page, url: string, farmId: string, at: number): Promise<void> {
  await page.goto(url)
  await page.getByRole('link', { name: 'Farms' }).first().waitFor()
  await page.goto(`${url.split('#')[0] ?? ''}#/farms/${farmId}/design`)
  await page.locator(`[data-role-key="large-${at}"]`).click()
  await page.getByRole('navigation', { name: 'Groups of the farm role' }).waitFor()
}

/**
 * Types at the begin of frames, a character each, and takes the time until the frame is painted: handlers, validation,
 * drawing, layout and paint. More than a frame means that the next one was missed.
 */
async function typingMs(page: Page, group: string, label: string): Promise<number[]> {
  const groups = page.getByRole('navigation', { name: 'Groups of the farm role' })
  await groups.getByRole('button', { name: new RegExp(`^${group}`) }).click()
  const field = page.getByLabel(label, { exact: true })
  await field.focus()
  return field.evaluate(async (element, times) => {
    const input = element as HTMLInputElement
    const isNumber = input.type === 'number'
    const taken: number[] = []
    for (let n = 0; n < times; n += 1) {
      await new Promise(requestAnimationFrame)
      const startedMs = performance.now()
      input.value = isNumber ? String((n % 5) + 1) : `tier-x${n}`
      input.dispatchEvent(new InputEvent('input', { bubbles: true }))
      // Vue draws in a microtask; the frame is painted before the task after it.
      await Promise.resolve()
      const painted = new MessageChannel()
      const done = new Promise<void>((resolve) => (painted.port1.onmessage = () => resolve()))
      painted.port2.postMessage(null)
      await done
      taken.push(performance.now() - startedMs)
      for (let rest = 0; rest < 4; rest += 1) await new Promise(requestAnimationFrame)
    }
    return taken.slice(5)
  }, keystrokes)
}

/** Measures what the page's main thread spends on script, style and layout: its own time, whatever else the machine does. */
async function startMeter(page: Page): Promise<() => Promise<number>> {
  const session = await page.context().newCDPSession(page)
  await session.send('Performance.enable')
  const counted = ['ScriptDuration', 'RecalcStyleDuration', 'LayoutDuration']
  const read = async (): Promise<number> => {
    const { metrics } = await session.send('Performance.getMetrics')
    return metrics.reduce((sum, { name, value }) => sum + (counted.includes(name) ? value * 1000 : 0), 0)
  }
  const startedAt = await read()
  return async () => (await read()) - startedAt
}

/** Moves a farm role down by the keyboard, as often as there is room to look at it. */
async function movingMs(page: Page, at: number): Promise<number[]> {
  const card = page.locator(`[data-role-key="large-${at}"]`)
  await card.focus()
  return card.evaluate(async (element) => {
    const taken: number[] = []
    for (let n = 0; n < 12; n += 1) {
      await new Promise(requestAnimationFrame)
      const startedMs = performance.now()
      const key = { key: 'ArrowDown', altKey: true, bubbles: true, cancelable: true }
      element.dispatchEvent(new KeyboardEvent('keydown', key))
      await Promise.resolve()
      const painted = new MessageChannel()
      const done = new Promise<void>((resolve) => (painted.port1.onmessage = () => resolve()))
      painted.port2.postMessage(null)
      await done
      taken.push(performance.now() - startedMs)
      await new Promise(requestAnimationFrame)
    }
    return taken.slice(2)
  })
}

function percentile95(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.ceil(sorted.length * 0.95) - 1] ?? Number.NaN
}

export default bench
