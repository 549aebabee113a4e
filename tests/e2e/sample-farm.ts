import { expect, type Host } from './fixtures.ts'

/** Chooses the Sandbox on the first screen and stops at the plan of the sample farm's launch. */
export async function planSample({ page }: Host): Promise<void> {
  await page.getByRole('button', { name: 'Start with the Sandbox' }).click()
  await expect(page.getByText('db #1')).toBeVisible()
  await expect(page.getByText('web #2')).toBeVisible()
}

/** Chooses the Sandbox on the first screen, and launches the sample farm by its plan. */
export async function launchSample(host: Host): Promise<void> {
  const { page } = host
  await planSample(host)
  await page.getByTestId('apply-plan').click()
  await expect(
    page.getByText('The work has begun').or(page.getByText('Launch Sample farm')).first(),
  ).toBeVisible()
}

/** Waits until the three servers of the sample farm run. */
export async function sampleRuns({ cli }: Host): Promise<void> {
  const running = async (): Promise<number> => {
    const { stdout } = await cli(['server', 'ls', '--status', 'running', '--json'])
    return (JSON.parse(stdout) as unknown[]).length
  }
  await expect.poll(running, { timeout: 60_000 }).toBe(3)
}

/** The sample farm's id. */
export async function sampleFarmId({ cli }: Host): Promise<string> {
  const farms = JSON.parse((await cli(['farm', 'ls', '--json'])).stdout) as { id: string; name: string }[]
  const sample = farms.find(({ name }) => name === 'Sample farm')
  if (!sample) throw new Error('There is no sample farm.')
  return sample.id
}

/** Goes to a page of the app by its address behind the `#`. */
export async function goTo({ page }: Host, path: string): Promise<void> {
  await page.goto(`${page.url().split('#')[0] ?? ''}#${path}`)
}

/** Has terminals mirror their text, so that a test can read it. */
export async function textForScreenReaders({ page }: Host): Promise<void> {
  await page.getByRole('link', { name: 'Settings' }).click()
  await page.getByRole('checkbox', { name: /Mirror the text for screen readers/ }).check()
}
