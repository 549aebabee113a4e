import { execFile } from 'node:child_process'
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { noSeriousFinding } from './findings.ts'
import { expect, test } from './fixtures.ts'
import { goTo, launchSample, sampleFarmId, sampleRuns, textForScreenReaders } from './sample-farm.ts'

const run = promisify(execFile)

test('from the first screen to a terminal on a launched server', async ({ host }) => {
  const { page } = host
  await expect(page.getByRole('heading', { name: 'Welcome to Farmhand' })).toBeVisible()
  await noSeriousFinding(page, 'first run')
  await launchSample(host)
  await textForScreenReaders(host)
  await page.getByRole('link', { name: 'Servers' }).click()
  const rows = page.getByRole('row').filter({ hasText: 'web' })
  await expect(rows).toHaveCount(2, { timeout: 60_000 })
  await expect(rows.filter({ hasText: 'Running' })).toHaveCount(2, { timeout: 60_000 })
  await noSeriousFinding(page, 'servers')

  await rows
    .first()
    .getByRole('button', { name: /terminal/i })
    .click()
  const screen = page.locator('.xterm-accessibility').last()
  await expect(page.locator('[data-terminal-state="open"]')).toBeVisible()
  await page.keyboard.type('echo "sum: $((40 + 2))"\n')
  await expect(screen).toContainText('sum: 42')

  await page.getByRole('link', { name: 'Dashboard', exact: true }).click()
  await expect(screen).toContainText('sum: 42')
  await page.reload()
  await expect(page.locator('.xterm-accessibility').last()).toContainText('sum: 42')
})

test('a server is reached by the OpenSSH client with the downloaded key', async ({ host }) => {
  const { page, cli, dataDir } = host
  await launchSample(host)
  await sampleRuns(host)
  await page.getByRole('link', { name: 'Keys' }).click()
  await page.getByRole('button', { name: /^Download the private key/ }).click()
  const downloading = page.waitForEvent('download')
  await page.getByText('OpenSSH', { exact: true }).click()
  const download = await downloading
  const key = join(dataDir, 'downloaded-key')
  await download.saveAs(key)
  expect((await stat(key)).size).toBeGreaterThan(200)
  await run('chmod', ['600', key])
  const [server] = JSON.parse((await cli(['server', 'ls', '--json'])).stdout) as {
    ssh: { host: string; port: number; user: string }
  }[]
  if (!server) throw new Error('no server')
  const { stdout } = await run('ssh', [
    ...['-i', key, '-p', String(server.ssh.port)],
    ...['-o', 'StrictHostKeyChecking=no', '-o', 'UserKnownHostsFile=/dev/null', '-o', 'BatchMode=yes'],
    `${server.ssh.user}@${server.ssh.host}`,
    'echo over OpenSSH',
  ])
  expect(stdout.trim()).toBe('over OpenSSH')
})

test('the farm is taken down again, and nothing is left', async ({ host }) => {
  const { page, cli } = host
  await launchSample(host)
  await sampleRuns(host)
  await goTo(host, `/farms/${await sampleFarmId(host)}/plan?purpose=terminate`)
  await page.getByTestId('apply-plan').click()
  await page.getByLabel('Type Sample farm to confirm').fill('Sample farm')
  await page.getByRole('dialog').getByRole('button', { name: 'Terminate 3 servers' }).click()
  await expect
    .poll(async () => JSON.parse((await cli(['server', 'ls', '--json'])).stdout) as unknown[], {
      timeout: 60_000,
    })
    .toEqual([])
})
