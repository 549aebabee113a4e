import { noSeriousFinding } from './findings.ts'
import { expect, test } from './fixtures.ts'
import { launchSample, sampleRuns } from './sample-farm.ts'

test('a security group is made, opened with a warning, used by nobody, and deleted', async ({ host }) => {
  const { page, cli } = host
  await cli(['cloud', 'add', 'sandbox', '--name', 'Sandbox'])
  await page.reload()
  await page.getByRole('link', { name: 'Groups', exact: true }).click()
  await page.getByRole('button', { name: 'Create a group' }).first().click()
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('Name').fill('bastion')
  await dialog.getByLabel('Description').fill('The way in')
  await dialog.getByRole('button', { name: 'Create', exact: true }).click()

  await expect(page.getByRole('heading', { name: 'bastion' })).toBeVisible()
  const grid = page.getByRole('region', { name: 'By address' })
  await grid.getByRole('button', { name: 'Add a rule' }).click()
  const rule = grid.getByRole('group').last()
  await rule.getByLabel('Ports').fill('22')
  await rule.getByLabel('Addresses').fill('10.0.0.0/99')
  await rule.getByLabel('Addresses').press('Tab')
  await expect(grid).toContainText('from 0 to 32')
  await expect(page.getByRole('button', { name: /^Review/ })).toBeDisabled()
  await rule.getByLabel('Addresses').fill('0.0.0.0/0')
  await rule.getByLabel('Addresses').press('Tab')
  await page.getByRole('button', { name: 'Review 1 change' }).click()
  await expect(page.getByRole('dialog')).toContainText('SSH will be open to the whole world')
  await expect(page.getByRole('dialog')).toContainText('tcp 22 from 0.0.0.0/0')
  await page.getByRole('dialog').getByRole('button', { name: 'Apply' }).click()
  await expect(page.getByText('SSH is open to the whole world')).toBeVisible()
  await noSeriousFinding(page, 'security group')
  const shown = await cli(['group', 'show', 'bastion', '--json'])
  expect(JSON.parse(shown.stdout)).toMatchObject({
    rules: expect.arrayContaining([
      expect.objectContaining({ fromPort: 22, peer: { kind: 'cidr', cidr: '0.0.0.0/0' } }),
    ]),
  })

  await page.getByRole('button', { name: 'Delete', exact: true }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click()
  await expect(page.getByRole('heading', { name: 'Security groups' })).toBeVisible()
  expect((await cli(['group', 'ls', '--json'])).stdout).not.toContain('bastion')
})

test('groups of a farm name who uses them and are not deleted meanwhile', async ({ host }) => {
  const { page, cli } = host
  await launchSample(host)
  await sampleRuns(host)
  await page.getByRole('link', { name: 'Groups', exact: true }).click()
  const row = page.getByRole('row').filter({ hasText: 'web of Sample farm' })
  await expect(row).toContainText('2 servers')
  await noSeriousFinding(page, 'security groups')
  const groups = JSON.parse((await cli(['group', 'ls', '--json'])).stdout) as { id: string; name: string }[]
  const used = groups.find(({ name }) => name.startsWith('farmhand-role'))
  const refused = await cli(['group', 'rm', used?.id ?? ''])
  expect(refused.code).toBe(1)
  expect(refused.stderr).toContain('is used by')
  await page.getByRole('link', { name: 'Clouds' }).click()
  await expect(page.getByText(/servers read/).first()).toBeVisible()
})
