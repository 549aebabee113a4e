import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test as base } from '@playwright/test'
import { z } from 'zod'
import { StandInProcess } from '../support/stand-in-process.ts'
import { connectWebSocket } from '../support/transports.ts'
import { environment, expect, runCli, test } from './fixtures.ts'

/* What main does around the page: windows, menus, links, keychain, one instance, quit. The stand-in reports it. */

/** The app as often as a test wants it on one data directory; every process is ended with the test. */
const apps = base.extend<{
  dataDir: string
  start: (env?: Record<string, string>, flags?: string[]) => StandInProcess
}>({
  dataDir: async ({}, use) => {
    const dataDir = await mkdtemp(join(tmpdir(), 'farmhand-shell-'))
    await use(dataDir)
    await rm(dataDir, { recursive: true, force: true, maxRetries: 5 })
  },
  start: async ({ dataDir }, use) => {
    const running: StandInProcess[] = []
    await use((env = {}, flags = []) => {
      const app = new StandInProcess({ ...environment(dataDir), ...env }, flags)
      running.push(app)
      return app
    })
    await Promise.all(running.map((app) => app.quit()))
  },
})

const EngineFile = z.object({ url: z.url(), token: z.string() })

async function engineFile(dataDir: string): Promise<z.infer<typeof EngineFile>> {
  return EngineFile.parse(JSON.parse(await readFile(join(dataDir, 'engine.json'), 'utf8')))
}

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
  const owner = join(dataDir, 'engine.json')
  expect((await stat(owner)).mode & 0o777).toBe(0o600)
  expect(await app.quit()).toBe(0)
  await expect(stat(owner)).rejects.toMatchObject({ code: 'ENOENT' })
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
  const { url, token } = await engineFile(dataDir)
  const { client, close } = connectWebSocket(url, token)
  expect((await client.system.info()).keychain).toBe('file')
  expect((await client.system.notices()).map(({ title }) => title)).toEqual(['This desktop has no keyring'])
  await close()
})

apps(
  'the door for the command line opens with its token, to the contract alone',
  async ({ dataDir, start }) => {
    await start().report('window')
    const { url, token } = await engineFile(dataDir)
    const authorization = `Bearer ${token}`
    expect(new URL(url).hostname).toBe('127.0.0.1')
    expect((await fetch(`${url}/api/farms`)).status).toBe(401)
    expect((await fetch(`${url}/api/farms`, { headers: { authorization } })).status).toBe(404)
    expect((await fetch(url, { headers: { authorization } })).status).toBe(404)
    expect(await readFile(join(dataDir, 'logs', 'farmhand.log'), 'utf8')).not.toContain(token)
  },
)

apps('preferences are kept for the next start', async ({ dataDir, start }) => {
  const app = start()
  await app.report('window')
  const { url, token } = await engineFile(dataDir)
  const { client, close } = connectWebSocket(url, token)
  await client.system.changeSettings({ theme: 'dark' })
  await close()
  await app.quit()
  const { options } = await start().report('window')
  expect(options['backgroundColor']).toBe('#14171a')
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

apps('a flag names another data directory', async ({ dataDir, start }) => {
  const other = join(dataDir, 'other')
  const app = start({}, ['--data-dir', other])
  await app.report('window')
  await app.quit()
  expect((await stat(join(other, 'vault.json'))).isFile()).toBe(true)
  await expect(stat(join(dataDir, 'vault.json'))).rejects.toMatchObject({ code: 'ENOENT' })
})

apps('the menu has the system’s roles', async ({ start }) => {
  const { roles } = await start().report('menu')
  expect(roles).toEqual(expect.arrayContaining(['editMenu', 'windowMenu', 'togglefullscreen']))
})
