import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test as base } from '@playwright/test'
import { StandInProcess } from '../support/stand-in-process.ts'
import { environment, expect, runCli, test } from './fixtures.ts'

/* What main does around the page: windows, menus, links, keychain, one instance, quit. The stand-in reports it. */

/** The app as often as a test wants it on one data directory; every process is ended with the test. */
const apps = base.extend<{ dataDir: string; start: (env?: Record<string, string>) => StandInProcess }>({
  dataDir: async ({}, use) => {
    const dataDir = await mkdtemp(join(tmpdir(), 'farmhand-shell-'))
    await use(dataDir)
    await rm(dataDir, { recursive: true, force: true, maxRetries: 5 })
  },
  start: async ({ dataDir }, use) => {
    const running: StandInProcess[] = []
    await use((env = {}) => {
      const app = new StandInProcess({ ...environment(dataDir), ...env })
      running.push(app)
      return app
    })
    await Promise.all(running.map((app) => app.quit()))
  },
})

test('the window is sandboxed and isolated', async ({ host }) => {
  const window = await host.standIn?.report('window')
  expect(window?.options['webPreferences']).toMatchObject({
    sandbox: true,
    contextIsolation: true,
    nodeIntegration: false,
    webSecurity: true,
    webviewTag: false,
    spellcheck: false,
  })
})

test('links to https open in the person’s own browser, others nowhere, and no window opens', async ({
  host: { page, standIn },
}) => {
  await page.evaluate(() => {
    window.open('file:///etc/passwd')
    window.open('http://example.com/')
    window.open('farmhand://app/')
    window.open('https://example.com/one')
    const link = document.createElement('a')
    Object.assign(link, { href: 'https://example.com/two', target: '_blank', rel: 'noopener' })
    document.body.append(link)
    link.click()
  })
  await expect
    .poll(() => standIn?.reports('opened-externally').map(({ url }) => url))
    .toEqual(['https://example.com/one', 'https://example.com/two'])
  await expect.poll(() => page.context().pages().length).toBe(1)
})

apps('the engine is stopped and its directory freed before the app has quit', async ({ dataDir, start }) => {
  const app = start()
  await app.report('window')
  const engineFile = join(dataDir, 'engine.json')
  expect((await stat(engineFile)).mode & 0o777).toBe(0o600)
  expect(await app.quit()).toBe(0)
  await expect(stat(engineFile)).rejects.toMatchObject({ code: 'ENOENT' })
  expect(await readFile(join(dataDir, 'logs', 'farmhand.log'), 'utf8')).not.toContain('stopping failed')
  const again = start()
  await again.report('window')
})

apps('a second app brings the first one’s window to the front and ends', async ({ start }) => {
  const first = start()
  await first.report('window')
  const second = start()
  expect(await second.exited).toBe(0)
  expect(second.reports('window')).toEqual([])
  await first.report('focused')
})

apps('a directory that another engine owns is left alone, with a sentence', async ({ dataDir, start }) => {
  const owner = start()
  await owner.report('window')
  await rm(join(dataDir, 'desktop', 'stand-in.pid'))
  const other = start()
  const { content } = await other.report('error-box')
  expect(content).toContain(`${dataDir} is in use`)
  expect(await other.exited).toBe(0)
})

apps('the system’s keychain keeps the vault’s key, and nobody else has it', async ({ dataDir, start }) => {
  const app = start()
  await app.report('window')
  await app.quit()
  const sealed = join(dataDir, 'vault-key.sealed')
  expect((await stat(sealed)).mode & 0o777).toBe(0o600)
  await expect(stat(join(dataDir, 'vault-key.json'))).rejects.toMatchObject({ code: 'ENOENT' })

  const headless = await runCli(dataDir, ['cloud', 'ls'])
  expect(headless.code).toBe(1)
  expect(headless.stderr).toContain('desktop app')

  const stranger = start({ STAND_IN_KEYRING_USER: 'somebody else' })
  expect((await stranger.report('error-box')).content).toContain('does not open the vault’s key')
  await stranger.exited
  const owner = start()
  await owner.report('window')
})

apps('a desktop without a keyring says so and keeps the key in a file', async ({ dataDir, start }) => {
  const app = start({ STAND_IN_KEYRING: 'basic_text' })
  await app.report('window')
  expect((await stat(join(dataDir, 'vault-key.json'))).mode & 0o777).toBe(0o600)
  await expect(stat(join(dataDir, 'vault-key.sealed'))).rejects.toMatchObject({ code: 'ENOENT' })
  const { stdout } = await runCli(dataDir, ['doctor', '--json'])
  expect(stdout).toContain('key')
})

apps('the window comes back where it was, also after its file was damaged', async ({ dataDir, start }) => {
  const file = join(dataDir, 'desktop', 'window.json')
  const first = start()
  expect((await first.report('window')).options).not.toHaveProperty('x')
  await first.quit()
  await writeFile(file, JSON.stringify({ bounds: { x: 100, y: 60, width: 1400, height: 900 } }))
  const second = start()
  expect((await second.report('window')).options).toMatchObject({ x: 100, y: 60, width: 1400, height: 900 })
  await second.quit()
  await writeFile(file, '{"bounds": ')
  const third = start()
  expect((await third.report('window')).options).toMatchObject({ width: 1280, height: 800 })
})

apps('the menu has the system’s roles', async ({ start }) => {
  const { roles } = await start().report('menu')
  expect(roles).toEqual(expect.arrayContaining(['editMenu', 'windowMenu', 'togglefullscreen']))
})
