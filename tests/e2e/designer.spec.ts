import AxeBuilder from '@axe-core/playwright'
import type { Page } from '@playwright/test'
import { expect, type Host, test } from './fixtures.ts'

async function openDesigner({ page }: Host): Promise<void> {
  await page.getByRole('button', { name: 'Start with the Sandbox' }).click()
  await expect(page.getByText('db #1')).toBeVisible()
  const farmId = /farms\/([^/]+)\/plan/.exec(page.url())?.[1] ?? ''
  await page.goto(`${page.url().split('#')[0] ?? ''}#/farms/${farmId}/design`)
  await expect(page.getByRole('button', { name: 'Farm settings' })).toBeVisible()
}

function group(page: Page, name: string) {
  const index = page.getByRole('navigation', { name: 'Groups of the farm role' })
  return index.getByRole('button', { name: new RegExp(`^${name}`) })
}

async function noSeriousFinding(page: Page, where: string): Promise<void> {
  const { violations } = await new AxeBuilder({ page }).exclude('.v-tooltip').analyze()
  const serious = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical')
  const words = serious.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' | ')}`)
  expect(words, where).toEqual([])
}

test('groups are edited, undone, and found again after a reload', async ({ host }) => {
  const { page } = host
  await openDesigner(host)
  await page.getByRole('button', { name: 'web', exact: true }).click()

  await group(page, 'Scaling').click()
  await page.getByLabel('Minimum', { exact: true }).fill('5')
  await expect(page.getByText('The minimum (5) is above the maximum').first()).toBeVisible()
  await expect(group(page, 'Scaling')).toHaveAccessibleName(/changed, 1 fault/)
  await page.getByLabel('Maximum', { exact: true }).fill('6')
  await expect(group(page, 'Scaling')).toHaveAccessibleName('Scaling, changed')

  await group(page, 'Storage').click()
  await page.getByRole('button', { name: 'Add a volume' }).click()
  await expect(page.getByLabel('Name', { exact: true })).toHaveValue('data')
  await page.getByLabel('Mounted at').fill('/etc/shop')
  await expect(page.getByText('/etc/shop belongs to the system').first()).toBeVisible()
  await page.getByRole('button', { name: 'Undo', exact: true }).click()
  await expect(page.getByLabel('Mounted at')).toHaveValue('/mnt/data')
  await expect(page.getByText('/etc/shop belongs to the system')).toHaveCount(0)

  await group(page, 'Network').click()
  await page.getByLabel('Host name', { exact: true }).fill('web-{index}')
  await group(page, 'Health').click()
  await page.getByLabel('Act on a running server that does not answer').check()
  await noSeriousFinding(page, 'designer')
  await page.getByRole('button', { name: 'Undo', exact: true }).click()
  await expect(page.getByLabel('Act on a running server that does not answer')).not.toBeChecked()
  await page.getByRole('button', { name: 'Redo', exact: true }).click()
  await expect(page.getByLabel('Act on a running server that does not answer')).toBeChecked()

  await page.reload()
  await expect(page.getByText('was restored')).toBeVisible()
  await page.getByRole('button', { name: 'Compare with what runs' }).click()
  const table = page.getByRole('table', { name: 'Differences between the draft and the saved design' })
  await expect(table.getByRole('row').filter({ hasText: 'host name' })).toContainText('web-{index}')
  await expect(table.getByRole('row').filter({ hasText: 'volume data' })).toContainText('is there')
  await expect(table.getByRole('row').filter({ hasText: 'health rule' })).toContainText('on')
  await noSeriousFinding(page, 'comparison')

  await table.getByRole('button', { name: 'host name' }).click()
  await expect(page.getByLabel('Host name', { exact: true })).toBeFocused()
  await expect(page.getByLabel('Host name', { exact: true })).toHaveValue('web-{index}')
  await page.getByRole('button', { name: 'Save', exact: true }).click()
  await expect(page.getByText('Saved “Sample farm”')).toBeVisible()
  await page.reload()
  await page.getByRole('button', { name: 'web', exact: true }).click()
  await group(page, 'Storage').click()
  await expect(page.getByRole('cell', { name: '/mnt/data' })).toBeVisible()
})

test('a farm role is moved by the keyboard and copied into the draft of another farm', async ({ host }) => {
  const { page } = host
  await openDesigner(host)
  const list = page.getByRole('navigation', { name: 'Farm roles in launch order' })
  const names = list.locator('[data-role-key]')
  const [first, second] = await names.evaluateAll((cards) => cards.map((card) => card.ariaLabel ?? ''))
  await names.first().focus()
  await page.keyboard.press('Alt+ArrowDown')
  await expect(names.first()).toHaveAccessibleName(second ?? '')
  await expect(names.nth(1)).toBeFocused()
  await expect(names.nth(1)).toHaveAccessibleName(first ?? '')
  await page.getByRole('button', { name: 'Discard' }).click()

  await host.cli(['farm', 'clone', 'Sample farm', '--as', 'Other'])
  await page.getByRole('button', { name: 'Actions for web' }).click()
  await page.getByText('Copy to another farm…').click()
  const dialog = page.getByRole('dialog', { name: 'Copy to another farm' })
  await dialog.getByLabel('Farm', { exact: true }).click()
  await page.getByRole('option', { name: 'Other' }).click()
  await expect(dialog.getByLabel('Alias there')).toHaveValue('web-2')
  await dialog.getByLabel('Alias there').fill('db')
  await expect(dialog.getByText('Other has a farm role “db” already.')).toBeVisible()
  await dialog.getByLabel('Alias there').fill('web-copy')
  await dialog.getByRole('button', { name: 'Copy', exact: true }).click()
  await page.getByRole('button', { name: 'Open it' }).click()
  await expect(page.getByRole('heading', { name: 'Other' })).toBeVisible()
  await expect(page.getByRole('button', { name: 'web-copy', exact: true })).toBeVisible()
})
