import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, type Host, test } from './fixtures.ts'
import { goTo, planSample } from './sample-farm.ts'

const role = {
  alias: 'web',
  role: 'Sandbox Linux',
  cloud: 'Sandbox',
  location: 'sandbox-east-1',
  instanceType: 't3.micro',
}
const design = (change: object, roleChange: object = {}) => ({
  schema: 'farmhand.farm/v1',
  name: 'Bad',
  roles: [{ ...role, ...roleChange }],
  ...change,
})

/** What is wrong, the document, and the path that has to be named. */
const faults: [string, object, string][] = [
  ['an unknown key', design({ colour: 'red' }), 'colour'],
  ['a wrong type', design({}, { launchIndex: 'first' }), 'roles[0].launchIndex'],
  ['a role that does not exist', design({}, { role: 'Nobody' }), 'roles[0].role'],
  ['min above max', design({}, { scaling: { min: 3, max: 2 } }), 'roles[0].scaling.min'],
  ['a zone of another region', design({}, { zone: 'sandbox-west-1a' }), 'roles[0].zone'],
]

interface Fault {
  path: string
  message: string
}
interface ErrorDocument {
  error: { code: string; details: { faults: Fault[] } }
}

async function refusedByApi({ dataDir }: Host, document: object): Promise<Fault[]> {
  const { url, token } = JSON.parse(await readFile(join(dataDir, 'engine.json'), 'utf8')) as {
    url: string
    token: string
  }
  const answer = await fetch(new URL('/api/farms/import', url), {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ document }),
  })
  expect(answer.status).toBe(400)
  return ((await answer.json()) as ErrorDocument).error.details.faults
}

async function refusedByCli({ dataDir, cli }: Host, document: object): Promise<Fault[]> {
  const file = join(dataDir, 'bad.json')
  await writeFile(file, JSON.stringify(document))
  const { code, stdout } = await cli(['farm', 'import', file, '--json'])
  expect(code).toBe(1)
  return (JSON.parse(stdout) as ErrorDocument).error.details.faults
}

test('a bad design is refused in UI, CLI and API, with the same fault by its path', async ({ host }) => {
  const { page } = host
  await planSample(host)
  await goTo(host, '/farms')
  await page.getByRole('button', { name: 'Import' }).click()
  const dialog = page.getByRole('dialog')
  for (const [what, document, path] of faults) {
    await test.step(what, async () => {
      const refused = await refusedByApi(host, document)
      expect(refused.map((fault) => fault.path)).toEqual([path])
      expect(await refusedByCli(host, document)).toEqual(refused)

      await dialog.getByLabel('JSON document').fill(JSON.stringify(document, undefined, 2))
      const shown = dialog.getByRole('status', { name: 'Faults' })
      await expect(shown).toContainText('1 fault')
      await expect(shown.locator('.path')).toHaveText(path)
      await expect(dialog.getByRole('button', { name: 'Import' })).toBeDisabled()
    })
  }
})

test('a bad field of the designer is named in the summary, and leads back to it', async ({ host }) => {
  const { page } = host
  await planSample(host)
  await page.getByRole('link', { name: 'Back to the design' }).click()
  await page.getByRole('button', { name: /^web/ }).first().click()
  await page.getByRole('button', { name: /^Scaling/ }).click()
  await page.getByLabel('Maximum').fill('1')
  await expect(page.getByText('The minimum (2) is above the maximum (1)').first()).toBeVisible()
  await page.getByRole('button', { name: /^db/ }).first().click()
  await page.getByText('web · minimum servers').click()
  await expect(page.getByLabel('Minimum')).toBeFocused()
  await expect(page.getByLabel('Minimum')).toHaveValue('2')
})
