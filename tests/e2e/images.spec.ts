import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Locator } from '@playwright/test'
import {
  DescribeImagesCommand,
  DescribeInstancesCommand,
  EC2Client,
  RunInstancesCommand,
} from '@aws-sdk/client-ec2'
import { type SandboxProcess, startSandboxProcess } from '../support/sandbox-client.ts'
import { until } from '../support/test-engine.ts'
import { noSeriousFinding } from './findings.ts'
import { expect, type Host, test } from './fixtures.ts'

const location = 'sandbox-east-1'
let sandbox: SandboxProcess
let ec2: EC2Client
test.beforeEach(async () => {
  sandbox = await startSandboxProcess({ bootMs: 50, imageMs: 300 })
  ec2 = new EC2Client({ region: location, endpoint: sandbox.endpoint, credentials: sandbox })
})
test.afterEach(async () => {
  ec2.destroy()
  await sandbox.stop()
})

/** Connects the Sandbox of this test as an AWS account, by a profile. */
async function connect({ dataDir, cli, page }: Host): Promise<void> {
  await mkdir(join(dataDir, '.aws'), { recursive: true })
  const { accessKeyId, secretAccessKey, endpoint } = sandbox
  const profile = `[legacy]\naws_access_key_id = ${accessKeyId}\naws_secret_access_key = ${secretAccessKey}\n`
  await writeFile(join(dataDir, '.aws', 'credentials'), profile, { mode: 0o600 })
  const words = ['cloud', 'add', 'aws', '--name', 'Legacy', '--profile', 'legacy']
  const { code, stderr } = await cli([
    ...words,
    '--region',
    location,
    'sandbox-west-1',
    '--endpoint',
    endpoint,
  ])
  expect(stderr).toBe('')
  expect(code).toBe(0)
  await page.reload()
}

/** Chooses from the context menu of a row. */
async function choose(row: Locator, action: string): Promise<void> {
  await row.click({ button: 'right' })
  await row.page().getByText(action, { exact: true }).click()
}

/** Instances that somebody launched by hand; resolves when they run. */
async function launchByHand(imageId: string, names: readonly string[]): Promise<string[]> {
  const ids: string[] = []
  for (const name of names) {
    const Tags = [
      { Key: 'Name', Value: name },
      { Key: 'stage', Value: 'old' },
    ]
    const { Instances } = await ec2.send(
      new RunInstancesCommand({
        ImageId: imageId,
        InstanceType: 't3.micro',
        MinCount: 1,
        MaxCount: 1,
        TagSpecifications: [{ ResourceType: 'instance', Tags }],
      }),
    )
    ids.push(Instances?.[0]?.InstanceId ?? '')
  }
  await until(async () => {
    const { Reservations = [] } = await ec2.send(new DescribeInstancesCommand({ InstanceIds: ids }))
    return Reservations.flatMap(({ Instances = [] }) => Instances).every(
      ({ State }) => State?.Name === 'running',
    )
  })
  return ids
}

/** An image of the Sandbox registered in Farmhand, with a role of it. */
async function registerBase({ cli, dataDir }: Host): Promise<{ cloudImageId: string }> {
  const file = join(dataDir, 'document.json')
  const given = async (noun: string, document: object): Promise<void> => {
    await writeFile(file, JSON.stringify(document))
    const { code, stderr } = await cli([noun, 'import', file])
    expect(stderr).toBe('')
    expect(code).toBe(0)
  }
  const { Images = [] } = await ec2.send(
    new DescribeImagesCommand({ Filters: [{ Name: 'name', Values: ['sandbox-linux-1.0-x86_64'] }] }),
  )
  const cloudImageId = Images[0]?.ImageId ?? ''
  await given('image', {
    schema: 'farmhand.image/v1',
    name: 'base east',
    cloud: 'Legacy',
    location,
    source: { kind: 'id', cloudImageId },
    os: { family: 'sandbox', version: '1.0' },
    architecture: 'x86_64',
    ssh: { user: 'farmhand', port: 2222 },
  })
  await given('role', {
    schema: 'farmhand.role/v1',
    name: 'base',
    osFamily: 'sandbox',
    images: ['base east'],
  })
  await given('farm', {
    schema: 'farmhand.farm/v1',
    name: 'Shop',
    roles: [{ alias: 'web', role: 'base', cloud: 'Legacy', location, instanceType: 't3.micro' }],
  })
  return { cloudImageId }
}

test('several instances are selected, tagged, reviewed and imported; what became of each is shown', async ({
  host,
}) => {
  const { page, cli } = host
  await connect(host)
  const { cloudImageId } = await registerBase(host)
  await launchByHand(cloudImageId, ['old-app', 'old-db', 'not-this-one'])
  await page.getByRole('link', { name: 'Discovery' }).click()
  await expect(page.getByRole('row').filter({ hasText: 'old-app' })).toContainText('possible')
  await noSeriousFinding(page, 'discovery')
  for (const name of ['old-app', 'old-db', 'not-this-one']) {
    await page.getByRole('row').filter({ hasText: name }).getByRole('gridcell').first().click()
  }
  const bulk = page.getByRole('toolbar', { name: 'Actions for the selected rows' })
  await bulk.getByRole('button', { name: 'Import' }).click()
  const wizard = page.getByRole('dialog', { name: 'Import instances' })
  await expect(wizard.getByText('Import 3 instances')).toBeVisible()
  await wizard.getByLabel('Alias of the new farm role').fill('not an alias!')
  await wizard.getByRole('button', { name: 'Next' }).click()
  await expect(wizard.getByText('Configuration')).toHaveAttribute('aria-current', 'step')
  await wizard.getByLabel('Alias of the new farm role').fill('legacy')
  await wizard.getByLabel('Name of the new farm').fill('Old estate')
  await noSeriousFinding(page, 'import wizard')
  await wizard.getByRole('button', { name: 'Next' }).click()

  await wizard.getByRole('textbox', { name: 'New tag' }).fill('owner')
  await wizard.getByRole('textbox', { name: 'Value' }).fill('ops')
  await wizard.getByRole('button', { name: 'Add' }).click()
  await wizard.getByRole('button', { name: 'Review' }).click()

  await expect(wizard.getByRole('row').filter({ hasText: 'old-db' })).toContainText('legacy #')
  await expect(wizard).toContainText('owner: ops (new)')
  await expect(wizard).toContainText('This cannot be undone')
  await wizard.getByRole('button', { name: 'Leave out not-this-one' }).click()
  await expect(wizard.getByText('Import 2 instances')).toBeVisible()
  await noSeriousFinding(page, 'import review')
  await wizard.getByRole('button', { name: 'Import', exact: true }).click()

  await expect(wizard.getByText('old-app was imported.')).toBeVisible()
  await expect(wizard.getByText('old-db was imported.')).toBeVisible()
  await wizard.getByRole('button', { name: 'Show the farm’s servers' }).click()
  await expect(page.getByRole('row').filter({ hasText: 'legacy' })).toHaveCount(2)
  const servers = JSON.parse((await cli(['server', 'ls', '--json'])).stdout) as { status: string }[]
  expect(servers.map(({ status }) => status)).toEqual(['running', 'running'])
})

test('a snapshot of a server becomes a role; its image is copied, put in use with a plan, and not deregistered meanwhile', async ({
  host,
}) => {
  const { page, cli } = host
  await connect(host)
  await registerBase(host)
  expect((await cli(['farm', 'launch', 'Shop', '--wait'])).code).toBe(0)
  await page.getByRole('link', { name: 'Servers' }).click()
  await choose(page.getByRole('row').filter({ hasText: 'web #1' }), 'Create server snapshot…')
  const snapshot = page.getByRole('dialog')
  await snapshot.getByLabel('Role name').fill('golden')
  await snapshot.getByLabel('Also snapshot attached volumes').check()
  await snapshot.getByRole('spinbutton', { name: 'Root disk' }).fill('2')
  await snapshot.getByRole('button', { name: 'Create snapshot' }).click()
  await expect(snapshot.getByText('The root disk has 8 GiB').first()).toBeVisible()
  await noSeriousFinding(page, 'snapshot dialog')
  await snapshot.getByRole('spinbutton', { name: 'Root disk' }).fill('20')
  await snapshot.getByRole('button', { name: 'Create snapshot' }).click()
  await expect(snapshot).toBeHidden()

  await page.getByRole('link', { name: 'Images' }).click()
  const golden = page.getByRole('row').filter({ hasText: 'golden sandbox-east-1' })
  await expect(golden).toBeVisible({ timeout: 30_000 })
  await choose(golden, 'Copy to other locations…')
  const copy = page.getByRole('dialog')
  await expect(copy).toContainText('sandbox-west-1')
  await copy.getByRole('button', { name: 'Copy', exact: true }).click()
  await expect(page.getByRole('row').filter({ hasText: 'golden sandbox-west-1' })).toBeVisible({
    timeout: 30_000,
  })

  await choose(page.getByRole('row').filter({ hasText: 'base east' }), 'Replace by another image…')
  const replace = page.getByRole('dialog')
  await expect(replace).toContainText('1 role, 1 farm, 0 servers rebuilt, 1 kept')
  await replace.getByLabel('Replace running servers too, one by one').check()
  await expect(replace).toContainText('1 server rebuilt, 0 kept')
  await noSeriousFinding(page, 'replace an image')
  await replace.getByRole('button', { name: 'Replace', exact: true }).click()
  await expect(replace).toBeHidden()
  await expect
    .poll(async () => (await cli(['server', 'ls', '--json'])).stdout, { timeout: 60_000 })
    .toContain('"launchReason": "image-rollout"')

  const east = page.getByRole('row').filter({ hasText: 'golden' }).filter({ hasText: 'base' })
  await choose(east.first(), 'Deregister in the cloud…')
  const deregister = page.getByRole('dialog')
  await expect(deregister).toContainText('launch from it. Replace it there first.')
  await expect(deregister.getByRole('button', { name: 'Deregister and delete snapshots' })).toBeDisabled()
  await noSeriousFinding(page, 'deregister')
  await deregister.getByRole('button', { name: 'Cancel' }).click()

  await page.getByRole('link', { name: 'Roles' }).click()
  await expect(page.getByRole('heading', { name: 'Roles' })).toBeVisible()
  await choose(page.getByRole('row').filter({ hasText: 'golden' }), 'Use in a farm…')
  await page.getByRole('dialog').getByRole('button', { name: 'Open the designer' }).click()
  await expect(page.getByRole('navigation', { name: 'Farm roles in launch order' })).toContainText('golden')
  expect(new URL(page.url().replace('/#', '')).search).toBe('')
})
