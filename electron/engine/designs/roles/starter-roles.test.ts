import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { ManualClock } from '../../../../tests/support/clocks.ts'
import { Location } from '../../../../shared/model/clouds.ts'
import { CloudId } from '../../../../shared/model/ids.ts'
import { Image } from '../../../../shared/model/images.ts'
import { Role } from '../../../../shared/model/roles.ts'
import { StarterRoleCatalog } from '../../../../shared/model/starter-roles.ts'
import { startersFor } from '../../../../shared/logic/roles/starter-roles.ts'
import { DesignStore } from '../documents/design-store.ts'
import { ImageDesigns } from '../images/image-designs.ts'
import { RoleDesigns } from './role-designs.ts'
import { StarterRoles } from './starter-roles.ts'

const catalog = join(import.meta.dirname, '../../../../resources/catalog')
const shippedFile = join(catalog, 'starter-roles.json')
const aws = {
  id: CloudId.parse('c1'),
  name: 'Work',
  kind: 'aws' as const,
  locations: ['eu-west-1', 'us-east-1'],
}
const sandbox = {
  id: CloudId.parse('c2'),
  name: 'Sandbox',
  kind: 'sandbox' as const,
  locations: ['sandbox-east-1'],
}

function memory<T extends { id: string; name: string }>() {
  return { list: async (): Promise<T[]> => [], put: async () => undefined, remove: async () => undefined }
}

/** Roles and images of a workspace that is kept nowhere. */
function workspace(
  clouds: readonly { id: string; name: string; locations: readonly string[] }[],
  file = shippedFile,
) {
  const clock = new ManualClock()
  let made = 0
  const newId = (): string => `id-${(made += 1)}`
  const imageStore = new DesignStore<Image>({
    noun: 'image',
    schema: Image,
    repository: memory(),
    onChange: () => undefined,
  })
  const roleStore = new DesignStore<Role>({
    noun: 'role',
    schema: Role,
    repository: memory(),
    onChange: () => undefined,
  })
  const images = new ImageDesigns({
    store: imageStore,
    clock,
    newId,
    clouds: { list: () => clouds },
    roles: roleStore,
  })
  const farms = { list: () => [] }
  const roles = new RoleDesigns({ store: roleStore, images: imageStore, clock, newId, farms })
  return {
    images,
    roles,
    imageStore,
    roleStore,
    starters: new StarterRoles({ images, roles, imageStore, roleStore, file }),
  }
}

describe('the shipped document', () => {
  test('fits its schema, names each role once, and finds images by owner and name', async () => {
    const document = StarterRoleCatalog.parse(JSON.parse(await readFile(shippedFile, 'utf8')))
    const names = document.roles.map(({ name }) => name)
    expect(new Set(names).size).toBe(names.length)
    expect(document.roles.map(({ image }) => image.source.namePattern)).toEqual([
      'sandbox-linux-*-x86_64',
      'sandbox-linux-*-arm64',
      'ubuntu/images/hvm-ssd-gp3/ubuntu-resolute-26.04-amd64-server-*',
      'ubuntu/images/hvm-ssd-gp3/ubuntu-noble-24.04-amd64-server-*',
      'debian-13-amd64-*',
      'debian-12-amd64-*',
      'al2023-ami-2023.*-x86_64',
      'ubuntu/images/hvm-ssd-gp3/ubuntu-resolute-26.04-arm64-server-*',
      'ubuntu/images/hvm-ssd-gp3/ubuntu-noble-24.04-arm64-server-*',
      'debian-13-arm64-*',
      'debian-12-arm64-*',
      'al2023-ami-2023.*-arm64',
    ])
  })

  test('the list of AWS regions names each once', async () => {
    const { regions } = JSON.parse(await readFile(join(catalog, 'aws-regions.json'), 'utf8')) as {
      regions: { name: string; title: string }[]
    }
    const names = regions.map(({ name }) => Location.parse(name))
    expect(new Set(names).size).toBe(names.length)
    expect(new Set(regions.map(({ title }) => title)).size).toBe(names.length)
    expect(names).toContain('eu-central-1')
  })

  test('each role becomes one image a location of the cloud', async () => {
    const document = StarterRoleCatalog.parse(JSON.parse(await readFile(shippedFile, 'utf8')))
    const [ubuntu] = startersFor(document, aws)
    expect(ubuntu?.role).toMatchObject({
      name: 'Ubuntu 26.04',
      osFamily: 'ubuntu',
      tags: ['starter'],
    })
    expect(ubuntu?.images).toMatchObject([
      {
        name: 'Ubuntu 26.04 · Work · eu-west-1',
        cloudId: 'c1',
        location: 'eu-west-1',
        ssh: { user: 'ubuntu', port: 22 },
      },
      { name: 'Ubuntu 26.04 · Work · us-east-1', cloudId: 'c1', location: 'us-east-1' },
    ])
    expect(startersFor(document, sandbox).map(({ role }) => role.name)).toEqual([
      'Sandbox Linux',
      'Sandbox Linux arm64',
    ])
    const long = startersFor(document, { ...aws, name: 'x'.repeat(100) })
    expect(Math.max(...long.flatMap(({ images }) => images.map(({ name }) => name.length)))).toBe(100)
  })
})

test('adds what is lacking, and nothing twice', async () => {
  const { starters, roleStore, imageStore } = workspace([aws])
  expect(await starters.add(aws)).toEqual({ added: 10 + 20 })
  expect(roleStore.findByName('Debian 13')?.imageIds).toHaveLength(2)
  expect(await starters.add(aws)).toEqual({ added: 0 })
  expect(imageStore.list()).toHaveLength(20)
})

test('a second account and a new location join the roles that are there', async () => {
  const second = { ...aws, id: CloudId.parse('c3'), name: 'Home', locations: ['eu-west-1'] }
  const wider = { ...aws, locations: [...aws.locations, 'eu-north-1'] }
  const { starters, roleStore, roles } = workspace([wider, second])
  await starters.add(aws)
  expect(await starters.add(second)).toEqual({ added: 10 })
  expect(await starters.add(wider)).toEqual({ added: 10 })
  const role = roleStore.findByName('Ubuntu 24.04')
  expect(role?.imageIds).toHaveLength(4)
  expect(roles.imageOf(role?.id ?? '', 'c3', 'eu-west-1')?.name).toBe('Ubuntu 24.04 · Home · eu-west-1')
  expect(roles.imageOf(role?.id ?? '', 'c1', 'eu-north-1')?.name).toBe('Ubuntu 24.04 · Work · eu-north-1')
})

test('what a person made stays as it is', async () => {
  const { starters, roles, roleStore, imageStore, images } = workspace([aws, sandbox])
  await roles.create({ name: 'debian 13', osFamily: 'unknown' })
  const own = await images.create({
    name: 'Debian 12 · Work · eu-west-1',
    cloudId: sandbox.id,
    location: 'sandbox-east-1',
    source: { kind: 'id', cloudImageId: 'ami-1' },
    os: { family: 'debian' },
    architecture: 'x86_64',
    ssh: { user: 'me', port: 22 },
  })
  await starters.add(aws)
  expect(roleStore.findByName('Debian 13')).toMatchObject({ osFamily: 'unknown', imageIds: [] })
  expect(imageStore.find(own.id)).toEqual(own)
  expect(imageStore.findByName('Debian 12 · Work · eu-west-1 (2)')).toMatchObject({ cloudId: 'c1' })
})

describe('a document with a fault', () => {
  let dir: string
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'starters-'))
  })
  afterEach(() => rm(dir, { recursive: true, force: true }))

  test('is refused with the place of the fault', async () => {
    const file = join(dir, 'starter-roles.json')
    await writeFile(file, '{"schema":"farmhand.starter-roles/v1","roles":[{"cloudKind":"moon"}]}')
    await expect(workspace([aws], file).starters.add(aws)).rejects.toMatchObject({
      code: 'input.invalid',
      details: { faults: expect.arrayContaining([expect.objectContaining({ path: 'roles[0].cloudKind' })]) },
    })
  })
})
