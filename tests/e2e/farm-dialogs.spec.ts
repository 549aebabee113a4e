import type { Locator, Page } from '@playwright/test'
import { noSeriousFinding } from './findings.ts'
import { expect, test } from './fixtures.ts'
import { goTo, launchSample, planSample, sampleFarmId, sampleRuns } from './sample-farm.ts'

/** The row of a list that holds these words. */
function row(page: Page, text: string) {
  return page.getByRole('row').filter({ hasText: text })
}

/** Chooses from a list; its input lies under what it shows. */
async function choose(dialog: Locator, label: string, option: string): Promise<void> {
  await dialog.getByLabel(label).click({ force: true })
  await dialog.page().getByRole('option', { name: option }).click()
}

/** The menu that is open. */
function menu(page: Page) {
  return page.locator('.v-overlay--active .v-list')
}

async function fromMenu(page: Page, text: string, item: string): Promise<void> {
  await row(page, text).click({ button: 'right' })
  await menu(page).getByText(item, { exact: true }).click()
}

test('a selection of servers: one is refused, each says how it fared, and those left are asked again', async ({
  host,
}) => {
  const { page, cli } = host
  await launchSample(host)
  await sampleRuns(host)
  await page.getByRole('link', { name: 'Servers', exact: true }).click()
  await page.getByLabel('Select all').click()
  await page
    .getByRole('toolbar', { name: /selected rows/ })
    .getByRole('button', { name: 'Reboot' })
    .click()
  const question = page.getByRole('dialog')
  await expect(question).toContainText('3 servers')
  await noSeriousFinding(page, 'question about a selection')
  // Locked by somebody else while the question is open.
  expect((await cli(['server', 'lock', 'Sample farm/db/1', '--comment', 'audit'])).code).toBe(0)
  await question.getByRole('button', { name: /^Reboot/ }).click()

  const result = page.getByRole('dialog', { name: 'Reboot 3 servers' })
  const outcomes = result.getByRole('list', { name: 'Servers' }).getByRole('listitem')
  await expect(result.getByRole('status')).toHaveText('2 done, 1 refused', { timeout: 60_000 })
  await expect(outcomes.filter({ hasText: 'db #1' })).toContainText('Locked: audit')
  await expect(outcomes.filter({ hasText: 'It has rebooted' })).toHaveCount(2)
  await noSeriousFinding(page, 'outcomes of a selection')
  expect((await cli(['server', 'unlock', 'Sample farm/db/1'])).code).toBe(0)
  await result.getByRole('button', { name: 'Try 1 again' }).click()
  await expect(page.getByRole('dialog').getByRole('status')).toHaveText('1 done', { timeout: 60_000 })
  await page.getByRole('dialog').getByRole('button', { name: 'Close' }).click()

  // A lock with its reason, from the menu of one server, and its end.
  await fromMenu(page, 'web #1', 'Lock…')
  const lock = page.getByRole('dialog')
  await expect(lock.getByRole('button', { name: 'Lock' })).toBeDisabled()
  await lock.getByRole('textbox').fill('under repair')
  await lock.getByRole('button', { name: 'Lock' }).click()
  await expect(page.getByTitle('Locked: under repair', { exact: true })).toBeVisible()
  await fromMenu(page, 'web #1', 'Unlock')
  await expect(page.getByTitle('Locked: under repair', { exact: true })).toHaveCount(0)

  // The key pair of the farm: every form of it, and another in its place.
  await page.getByRole('link', { name: 'Keys', exact: true }).click()
  const name =
    (
      await row(page, 'Sample farm')
        .getByText(/^FARM-/)
        .textContent()
    )?.trim() ?? ''
  await fromMenu(page, 'Sample farm', 'Regenerate…')
  await expect(page.getByRole('dialog')).toContainText('Each of its 3 live servers gets the new key')
  await noSeriousFinding(page, 'question about a key')
  await page.getByRole('dialog').getByRole('button', { name: 'Regenerate' }).click()
  await expect(row(page, `${name}-g2`)).toBeVisible({ timeout: 60_000 })
  await expect(page.getByRole('row').filter({ hasText: 'FARM-' })).toHaveCount(1, { timeout: 60_000 })
  for (const [format, ending] of [
    ['OpenSSH', '.private'],
    ['PEM', '.private.pem'],
    ['PPK', '.private.ppk'],
  ] as const) {
    await row(page, 'Sample farm')
      .getByRole('button', { name: /private/i })
      .click()
    const download = page.waitForEvent('download')
    await menu(page).getByText(new RegExp(format)).click()
    expect((await download).suggestedFilename()).toMatch(
      new RegExp(`-g2\\..*${ending.replaceAll('.', '\\.')}$`),
    )
  }
  const download = page.waitForEvent('download')
  await row(page, 'Sample farm')
    .getByRole('button', { name: /public/i })
    .click()
  expect((await download).suggestedFilename()).toMatch(/\.public\.pem$/)
})

test('a lease and allowed hours are agreed in the designer, shown on the farm, and extended there; a lock says who and why', async ({
  host,
}) => {
  const { page, cli } = host
  await planSample(host)
  const farmId = await sampleFarmId(host)
  await goTo(host, `/farms/${farmId}/design`)
  await page.getByRole('button', { name: 'Farm settings' }).click()
  await page.getByLabel('No lease: the farm runs until someone ends it').check()
  await page.getByLabel('From each launch').fill('48')
  await page.getByLabel('It may be extended').fill('2')
  await page.getByLabel('The farm may run at any hour').check()
  const period = page.getByRole('group', { name: 'Days of period 1' })
  const off = period.getByRole('button', { pressed: false })
  while ((await off.count()) > 0) await off.first().click()
  await page.getByLabel('From', { exact: true }).fill('25:00')
  await expect(page.locator('[data-path="allowedHours.periods[0]"]')).toContainText(/time|hour/i)
  await page.getByLabel('From', { exact: true }).fill('00:00')
  await page.getByLabel('Until', { exact: true }).fill('24:00')
  await noSeriousFinding(page, 'lease and allowed hours')
  await page.getByRole('button', { name: 'Save', exact: true }).click()
  await expect(page.getByText('Saved “Sample farm”.')).toBeVisible()

  expect((await cli(['farm', 'launch', 'Sample farm', '--wait'])).code).toBe(0)
  await goTo(host, `/farms/${farmId}`)
  const about = page.getByLabel('About this farm')
  await expect(about).toContainText('Lease')
  await expect(about).toContainText('Allowed hours')
  await about.getByRole('button', { name: /^Extend by/ }).click()
  await expect(page.getByText('was extended by').first()).toBeVisible()
  const state = JSON.parse((await cli(['farm', 'show', 'Sample farm', '--json'])).stdout) as {
    state: { leaseExtensions: number }
  }
  expect(state.state.leaseExtensions).toBe(1)

  await page.getByRole('link', { name: 'Farms', exact: true }).first().click()
  await fromMenu(page, 'Sample farm', 'Lock…')
  await page.getByRole('dialog').getByRole('textbox').fill('audit until Friday')
  await page.getByRole('dialog').getByRole('button', { name: 'Lock' }).click()
  await expect(page.getByLabel(/^Locked by .*: audit until Friday$/)).toBeVisible()
  const refused = await cli(['farm', 'terminate', 'Sample farm'])
  expect(refused.code).toBe(1)
  expect(refused.stderr).toContain('audit until Friday')
  await fromMenu(page, 'Sample farm', 'Unlock')
  await expect(page.getByLabel(/^Locked by/)).toHaveCount(0)
})

test('a template is imported with the clouds and locations of this workspace in the place of its own', async ({
  host,
}) => {
  const { page, cli } = host
  await planSample(host)
  const { stdout } = await cli(['farm', 'export', 'Sample farm', '--template', '--json'])
  // As if it came from a workspace that calls its cloud otherwise.
  const text = stdout.replaceAll('"Sandbox"', '"Elsewhere"').replaceAll('sandbox-east-1', 'elsewhere-1')
  await page.getByRole('link', { name: 'Farms', exact: true }).first().click()
  await page.getByRole('button', { name: 'Import', exact: true }).click()
  await page.getByRole('dialog').getByRole('textbox').fill(text)
  await page.getByRole('dialog').getByRole('button', { name: 'Import' }).click()
  const dialog = page.getByRole('dialog', { name: 'Import a template' })
  await expect(dialog.getByText('What its names are here')).toBeVisible()
  await dialog.getByLabel('Farm', { exact: true }).fill('Imported shop')
  await choose(dialog, 'Cloud “Elsewhere”', 'Sandbox')
  await choose(dialog, 'elsewhere-1 of “Elsewhere”', 'sandbox-east-1')
  await expect(dialog.getByRole('table')).toContainText('Sandbox · sandbox-east-1')
  await noSeriousFinding(page, 'import of a template')
  await dialog.getByRole('button', { name: 'Import' }).click()
  await expect
    .poll(async () => (await cli(['farm', 'ls', '--json'])).stdout, { timeout: 30_000 })
    .toContain('Imported shop')
  const imported = JSON.parse((await cli(['farm', 'export', 'Imported shop', '--json'])).stdout) as {
    roles: { cloud: string; location: string }[]
  }
  expect(new Set(imported.roles.map(({ cloud, location }) => `${cloud} ${location}`))).toEqual(
    new Set(['Sandbox sandbox-east-1']),
  )
})
