import { copyFile, mkdir } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { expect, type Host, test } from './fixtures.ts'
import { goTo, planSample, sampleFarmId, sampleRuns, textForScreenReaders } from './sample-farm.ts'

const tracked = join(import.meta.dirname, '..', '..', 'build', 'screenshots')
/** `npm run screenshots` keeps the pictures; any other run only makes them. */
const isKept = process.env.FARMHAND_KEEP_SCREENSHOTS === '1'

async function picture({ page }: Host, name: string): Promise<void> {
  const path = test.info().outputPath(`${name}.png`)
  // Nothing is pointed at, and no message of finished work covers the page.
  await page.mouse.move(0, 0)
  await expect(page.getByRole('button', { name: 'Dismiss' })).toHaveCount(0)
  await page.screenshot({ path, animations: 'disabled', caret: 'hide' })
  if (!isKept) return
  await mkdir(tracked, { recursive: true })
  await copyFile(path, join(tracked, basename(path)))
}

test('the pictures of the README are made on the way through the app', async ({ host }) => {
  const { page } = host
  await planSample(host)
  const farmId = await sampleFarmId(host)
  await picture(host, 'plan')

  await goTo(host, `/farms/${farmId}/design`)
  await page.getByRole('button', { name: /^web/ }).first().click()
  await page.getByRole('button', { name: /^Scaling/ }).click()
  await expect(page.getByLabel('Minimum')).toHaveValue('2')
  await picture(host, 'designer')

  await goTo(host, `/farms/${farmId}/plan?purpose=launch`)
  await page.getByTestId('apply-plan').click()
  await sampleRuns(host)
  await goTo(host, '/servers')
  await expect(page.getByRole('row').filter({ hasText: 'Running' })).toHaveCount(3)
  await picture(host, 'servers')

  await goTo(host, '/')
  await expect(page.getByText('3 of 3 running')).toBeVisible()
  await picture(host, 'dashboard')

  await page.emulateMedia({ colorScheme: 'dark' })
  await textForScreenReaders(host)
  await goTo(host, '/servers')
  const web = page.getByRole('row').filter({ hasText: 'web #1' })
  await web.getByRole('button', { name: /terminal/i }).click()
  await expect(page.locator('[data-terminal-state="open"]')).toBeVisible()
  await page.keyboard.type('cat index.html\n')
  await page.keyboard.type('echo "sum: $((40 + 2))"\n')
  await expect(page.locator('.xterm-accessibility')).toContainText('It works: ')
  await expect(page.locator('.xterm-accessibility')).toContainText('sum: 42')
  await picture(host, 'terminal')
})
