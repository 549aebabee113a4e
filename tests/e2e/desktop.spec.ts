import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import type { Page } from '@playwright/test'
import { build } from 'vite'
import type * as PortClient from '../support/port-client.ts'
import { expect, test } from './fixtures.ts'

/* What a page of the desktop app can and cannot do; the same on the stand-in and in real Electron. */

declare global {
  interface Window {
    portClient: typeof PortClient
    opened: Awaited<ReturnType<typeof PortClient.open>>
    violations: string[]
  }
}

let portClient: string

test.beforeAll(async () => {
  const built = await build({
    configFile: false,
    logLevel: 'error',
    build: {
      write: false,
      lib: {
        entry: join(import.meta.dirname, '..', 'support', 'port-client.ts'),
        formats: ['iife'],
        name: 'portClient',
      },
    },
  })
  const [bundle] = [built].flat()
  if (!bundle || !('output' in bundle)) throw new Error('Nothing was bundled.')
  portClient = bundle.output[0].code
})

/** A document of the app without the app's own script, so that nobody else asks for a port. */
async function goToPlainPage(page: Page): Promise<void> {
  await page.goto(new URL('/farmhand.svg', page.url()).href)
  // `const` of a bundle stays in its script; a property is found by the next one.
  await page.evaluate(`globalThis.portClient = (() => { ${portClient}\n return portClient })()`)
}

async function openClient(page: Page): Promise<void> {
  await goToPlainPage(page)
  await page.evaluate(async () => {
    window.opened = await window.portClient.open()
  })
}

test('the app starts in its window, on the desktop’s own engine', async ({ host }) => {
  await expect(host.page.locator('#app')).not.toBeEmpty()
  await openClient(host.page)
  const info = await host.page.evaluate(() => window.opened.client.system.info())
  expect(info).toMatchObject({ host: 'desktop', dataDir: host.dataDir })
})

test('a stream of the change feed comes over the port', async ({ host }) => {
  await openClient(host.page)
  const first = await host.page.evaluate(async () => {
    const { feed } = window.opened.client
    const messages = await feed.subscribe({ topics: ['clouds'] })
    const { value } = await messages.next()
    await messages.return(undefined)
    return value
  })
  expect(first).toMatchObject({ kind: 'snapshot', topic: 'clouds', entities: [] })
})

test('a local shell echoes over the port', async ({ host }) => {
  await openClient(host.page)
  const output = await host.page.evaluate(async () => {
    const { terminals } = window.opened.client
    const { id } = await terminals.open({ target: { kind: 'local' }, size: { cols: 80, rows: 24 } })
    await terminals.write({ terminalId: id, text: 'echo hand$((40+2))ed\n' })
    let text = ''
    for await (const chunk of await terminals.output({ terminalId: id, watcher: 'spec' })) {
      text += chunk.text
      if (text.includes('hand42ed')) break
    }
    await terminals.close({ terminalId: id })
    return text
  })
  expect(output).toContain('hand42ed')
})

test('a reload gets a new port to the same engine', async ({ host }) => {
  const { page } = host
  await openClient(page)
  await page.evaluate(async () => {
    const { terminals } = window.opened.client
    await terminals.open({ target: { kind: 'local' }, size: { cols: 80, rows: 24 } })
    const messages = await window.opened.client.feed.subscribe({ topics: ['terminals'] })
    await messages.next()
  })
  await openClient(page)
  const terminals = await page.evaluate(() => window.opened.client.terminals.list())
  expect(terminals).toHaveLength(1)
})

test('asking again closes the port that was handed over before', async ({ host }) => {
  await openClient(host.page)
  const isClosed = await host.page.evaluate(async () => {
    const closed = new Promise((resolve) => window.opened.port.addEventListener('close', resolve))
    const second = await window.portClient.open()
    await closed
    return (await second.client.system.info()).host === 'desktop'
  })
  expect(isClosed).toBe(true)
})

test('the page sees neither Node nor the preload', async ({ host }) => {
  const seen = await host.page.evaluate(() =>
    ['require', 'process', 'module', 'Buffer', 'global', 'electron', 'ipcRenderer', 'standInTell'].filter(
      (name) => name in globalThis,
    ),
  )
  expect(seen).toEqual([])
})

test('the policy allows no inline script, no eval and no foreign address', async ({ host }) => {
  const { page } = host
  const policy = await page.evaluate(async () =>
    (await fetch('/index.html')).headers.get('content-security-policy'),
  )
  expect(policy).toContain("default-src 'none'")
  expect(policy).toContain("script-src 'self'")
  await page.evaluate(() => {
    window.violations = []
    document.addEventListener('securitypolicyviolation', ({ effectiveDirective }) => {
      window.violations.push(effectiveDirective)
    })
    const script = document.createElement('script')
    script.textContent = 'window.inlineRan = true'
    const frame = document.createElement('iframe')
    frame.src = 'https://example.com/'
    document.body.append(script, frame)
    fetch('https://example.com/').catch(() => undefined)
  })
  await expect
    .poll(() => page.evaluate(() => window.violations))
    .toEqual(expect.arrayContaining(['script-src-elem', 'frame-src', 'connect-src']))
  expect(await page.evaluate(() => 'inlineRan' in window)).toBe(false)
})

test('files outside of the renderer and hidden files are not served', async ({ host }) => {
  const statuses = await host.page.evaluate(() =>
    Promise.all(
      ['/..%2fmain.js', '/%2e%2e/main.js', '/.built-from', '/assets/none.js'].map(
        async (path) => (await fetch(path)).status,
      ),
    ),
  )
  expect(statuses).toEqual([404, 404, 404, 404])
})

test('the page cannot leave the app', async ({ host }) => {
  const { page, dataDir } = host
  const visits: string[] = []
  const elsewhere = createServer((request, response) => {
    visits.push(request.url ?? '')
    response.end('elsewhere')
  })
  await new Promise<void>((resolve) => elsewhere.listen(0, '127.0.0.1', resolve))
  const { port } = elsewhere.address() as AddressInfo
  await goToPlainPage(page)
  const before = page.url()
  await page.evaluate(
    (to) => {
      window.location.href = to
    },
    `http://127.0.0.1:${String(port)}/`,
  )
  const log = join(dataDir, 'logs', 'farmhand.log')
  await expect.poll(() => readFile(log, 'utf8')).toContain('a page that wanted to leave the app was kept')
  expect(page.url()).toBe(before)
  expect(await page.evaluate(() => typeof window.portClient)).toBe('object')
  expect(visits).toEqual([])
  // Chromium may have opened a connection ahead of the request that it then did not make.
  elsewhere.closeAllConnections()
  await new Promise((resolve) => elsewhere.close(resolve))
})

test('permissions are denied unless listed', async ({ host }) => {
  const states = await host.page.evaluate(async () => {
    const stateOf = async (name: string) =>
      (await navigator.permissions.query({ name: name as PermissionName })).state
    return {
      notifications: await stateOf('notifications'),
      geolocation: await stateOf('geolocation'),
      midi: await stateOf('midi'),
      clipboard: await stateOf('clipboard-read'),
    }
  })
  expect(states).toEqual({
    notifications: 'denied',
    geolocation: 'denied',
    midi: 'denied',
    clipboard: 'granted',
  })
})

test('another page in the window gets no port', async ({ host }) => {
  const { page } = host
  await page.goto('about:blank')
  await page.evaluate(() => {
    window.addEventListener('message', ({ data }) => {
      if (data === 'farmhand:port') document.title = 'a port came'
    })
    window.postMessage('farmhand:connect', '*')
  })
  const log = join(host.dataDir, 'logs', 'farmhand.log')
  await expect.poll(() => readFile(log, 'utf8')).toContain('a page that is not the app asked for the engine')
  expect(await page.title()).toBe('')
})

test('the command line talks to the engine of the app', async ({ host }) => {
  const added = await host.cli(['cloud', 'add', 'sandbox', '--name', 'Sandbox'])
  expect(added).toMatchObject({ code: 0 })
  await openClient(host.page)
  const clouds = await host.page.evaluate(() => window.opened.client.clouds.list())
  expect(clouds.map(({ name }) => name)).toEqual(['Sandbox'])
})
