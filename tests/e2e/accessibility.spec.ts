import { noSeriousFinding } from './findings.ts'
import { expect, type Host, test } from './fixtures.ts'
import { goTo, launchSample, sampleFarmId, sampleRuns } from './sample-farm.ts'

/** Waits until a page has drawn itself: its title, and nothing that still turns. */
async function settled({ page }: Host): Promise<void> {
  await expect(page.locator('h1, h2').first()).toBeVisible()
  await expect(page.locator('.v-progress-linear--active, .v-skeleton-loader')).toHaveCount(0)
}

async function examine(host: Host, where: string): Promise<void> {
  const { page } = host
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    await expect(page.locator(`.v-theme--${colorScheme}`).first()).toBeVisible()
    await settled(host)
    await noSeriousFinding(page, `${where}, ${colorScheme}`)
  }
}

const places = [
  '/',
  '/farms',
  '/farms/new',
  '/servers',
  '/roles',
  '/images',
  '/keys',
  '/groups',
  '/storage',
  '/discovery',
  '/clouds',
  '/settings',
]

test('no page has a serious finding while everything is empty', async ({ host }) => {
  test.slow()
  await expect(host.page.getByRole('heading', { name: 'Welcome to Farmhand' })).toBeVisible()
  for (const place of places) {
    await goTo(host, place)
    await examine(host, `${place}, empty`)
  }
})

test('no page, panel or dialog has a serious finding while a farm runs', async ({ host }) => {
  test.slow()
  const { page, cli } = host
  await launchSample(host)
  await examine(host, 'plan, launching')
  await sampleRuns(host)
  const farm = `/farms/${await sampleFarmId(host)}`
  const servers = JSON.parse((await cli(['server', 'ls', '--json'])).stdout) as { id: string }[]
  const server = `/servers/${servers[0]?.id ?? ''}`
  for (const place of [
    ...places,
    farm,
    `${farm}/plan`,
    `${farm}/plan?purpose=terminate`,
    server,
    '/farms/none',
  ]) {
    await goTo(host, place)
    await examine(host, place)
  }

  await goTo(host, `${farm}/design`)
  await page.getByRole('button', { name: /^web/ }).first().click()
  await page.getByRole('button', { name: /^Scaling/ }).click()
  await page.getByLabel('Maximum').fill('1')
  await expect(page.getByText('1 fault stands in the way of a launch')).toBeVisible()
  await examine(host, 'designer with a fault')

  await goTo(host, '/servers')
  await page
    .getByRole('row')
    .filter({ hasText: 'web #1' })
    .getByRole('button', { name: /terminal/i })
    .click()
  await expect(page.locator('[data-terminal-state="open"]')).toBeVisible()
  await examine(host, 'terminal')
  await page.getByRole('button', { name: 'Command palette' }).click()
  await expect(page.getByRole('dialog', { name: 'Command palette' })).toBeVisible()
  await examine(host, 'command palette')
})
