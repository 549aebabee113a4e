import { describe, expect, it } from 'vitest'
import { FarmTemplate, TemplateRequest } from '../../model/farm-templates.ts'
import { FarmDocument } from '../../model/farms.ts'
import { type Image, ImageDocument } from '../../model/images.ts'
import { Image as ImageSchema } from '../../model/images.ts'
import { Role, RoleDocument } from '../../model/roles.ts'
import { templateOf } from './template-export.ts'
import { planTemplateImport, type TemplateKnowledge } from './template-import.ts'

const at = '2026-01-01T00:00:00.000Z'
const image = (change: object = {}) =>
  ImageDocument.parse({
    schema: 'farmhand.image/v1',
    name: 'debian eu',
    cloud: 'Work',
    location: 'eu-central-1',
    source: { kind: 'newest', owner: '136693071363', namePattern: 'debian-13-*' },
    os: { family: 'debian', version: '13' },
    architecture: 'x86_64',
    ssh: { user: 'admin', port: 22 },
    ...change,
  })
const role = RoleDocument.parse({
  schema: 'farmhand.role/v1',
  name: 'web',
  osFamily: 'debian',
  images: ['debian eu', 'debian us'],
})
const farm = FarmDocument.parse({
  schema: 'farmhand.farm/v1',
  name: 'shop',
  roles: [
    {
      alias: 'web',
      role: 'web',
      cloud: 'Work',
      location: 'eu-central-1',
      instanceType: 't3.micro',
      zone: 'eu-central-1b',
      zones: ['eu-central-1a', 'eu-central-1b'],
      network: {
        vpcId: 'vpc-1',
        subnetIds: ['subnet-1'],
        elasticIps: { enabled: true, addresses: { 1: '203.0.113.7' } },
        privateIps: { 1: '10.0.0.7' },
      },
      securityGroups: { mode: 'named', groups: ['sg-0123', 'web-servers'] },
      storage: { volumes: [{ name: 'data', snapshotId: 'snap-1', encrypted: true, kmsKeyId: 'key-1' }] },
      cloudFeatures: { iamInstanceProfile: 'arn:aws:iam::123456789012:instance-profile/web' },
    },
  ],
})
const template = templateOf(farm, [role], [image(), image({ name: 'debian us', location: 'us-east-1' })])

describe('a farm as a template', () => {
  it('holds nothing that belongs to its account, and says what is left out', () => {
    const text = JSON.stringify(template)
    for (const secret of [
      'vpc-1',
      'subnet-1',
      '203.0.113.7',
      '10.0.0.7',
      'sg-0123',
      'snap-1',
      'key-1',
      '123456789012',
    ])
      expect(text).not.toContain(secret)
    expect(template.leftOut).toEqual([
      'web: its VPC and subnets',
      'web: its Elastic IP addresses',
      'web: its private addresses',
      'web: security groups that are given by id',
      'web: the snapshots of its volumes: they are blank in the template',
      'web: the KMS keys of its volumes',
    ])
    const [only] = template.farm.roles
    expect(only?.securityGroups).toEqual({ mode: 'named', groups: ['web-servers'] })
    expect(only?.network.elasticIps.enabled).toBe(true)
    expect(only?.cloudFeatures.iamInstanceProfile).toBe('web')
  })

  it('holds the images of the places where the farm is, and no others', () => {
    expect(template.images.map(({ name }) => name)).toEqual(['debian eu'])
    expect(template.roles.map(({ images }) => images)).toEqual([['debian eu']])
  })

  it('is read back as it was written', () => {
    expect(FarmTemplate.parse(JSON.parse(JSON.stringify(template)))).toEqual(template)
  })
})

const here = {
  clouds: [{ id: 'cloud-9', name: 'Home', locations: ['eu-central-1', 'us-east-1'] }],
  images: [],
  roles: [],
  farmNames: [],
} satisfies TemplateKnowledge

function imported(
  wishes: Partial<TemplateRequest> = {},
  known: Partial<TemplateKnowledge> = {},
  document: FarmTemplate = template,
) {
  const { document: _, ...rest } = TemplateRequest.parse({ document, ...wishes })
  return planTemplateImport(document, rest, { ...here, ...known })
}
const home = { mapping: { clouds: { Work: 'Home' } } }

function anImage(change: object = {}): Image {
  const { schema: _, cloud: _cloud, ...fields } = image()
  return ImageSchema.parse({
    id: 'image-1',
    ...fields,
    cloudId: 'cloud-9',
    createdAt: at,
    updatedAt: at,
    ...change,
  })
}
function aRole(change: object = {}): Role {
  const { schema: _, images: _images, ...fields } = role
  return Role.parse({ id: 'role-1', ...fields, createdAt: at, updatedAt: at, ...change })
}

describe('a template in another workspace', () => {
  it('asks for clouds that are unknown here', () => {
    const { preview } = imported()
    expect(preview.clouds).toEqual([{ from: 'Work', to: null }])
    expect(preview.faults).toEqual([
      { path: 'mapping.clouds.Work', message: 'There is no cloud “Work” here. Say which cloud it is.' },
    ])
  })

  it('adds its roles and images when the cloud is mapped', () => {
    const plan = imported(home)
    expect(plan.preview.faults).toEqual([])
    expect(plan.images).toMatchObject([
      { from: 'debian eu', input: { name: 'debian eu', cloudId: 'cloud-9' } },
    ])
    expect(plan.roles).toMatchObject([{ input: { name: 'web' }, images: [{ made: 'debian eu' }] }])
    const made = plan.farm(() => aRole().id)
    expect(made.roles?.[0]).toMatchObject({ cloudId: 'cloud-9', roleId: 'role-1', location: 'eu-central-1' })
  })

  it('maps a location, and its zones with it; what is found by name is found there too', () => {
    const plan = imported({
      mapping: { clouds: { Work: 'Home' }, locations: { 'eu-central-1': 'us-east-1' } },
    })
    expect(plan.preview.faults).toEqual([])
    expect(plan.images[0]?.input.location).toBe('us-east-1')
    expect(plan.farm(() => undefined).roles?.[0]).toMatchObject({
      location: 'us-east-1',
      zone: 'us-east-1b',
      zones: ['us-east-1a', 'us-east-1b'],
    })
  })

  it('asks for a location that the cloud here does not use', () => {
    const clouds = [{ id: 'cloud-9', name: 'Home', locations: ['us-east-1'] }]
    expect(imported(home, { clouds }).preview.faults).toMatchObject([
      { path: 'mapping.locations.Work/eu-central-1' },
    ])
  })

  it('asks for an image whose id holds in its own location only', () => {
    const byId = templateOf(farm, [role], [image({ source: { kind: 'id', cloudImageId: 'ami-1' } })])
    const mapping = { clouds: { Work: 'Home' }, locations: { 'eu-central-1': 'us-east-1' } }
    const there = anImage({ location: 'us-east-1', name: 'debian over there' })
    expect(imported({ mapping }, {}, byId).preview.faults).toMatchObject([
      { path: 'mapping.images.debian eu' },
    ])
    const chosen = imported(
      { mapping: { ...mapping, images: { 'debian eu': 'debian over there' } } },
      { images: [there] },
      byId,
    )
    expect(chosen.preview.faults).toEqual([])
    expect(chosen.roles[0]?.images).toEqual([{ id: 'image-1' }])
    const wrong = imported(
      { mapping: { ...mapping, images: { 'debian eu': 'debian over there' } } },
      { images: [{ ...there, location: 'eu-central-1' }] },
      byId,
    )
    expect(wrong.preview.faults[0]?.message).toContain('is not an image of Home in us-east-1')
  })

  it('uses what is there: the same image, the role of that name; or adds a copy', () => {
    const known = { images: [anImage({ name: 'other name' })], roles: [aRole({ imageIds: ['image-1'] })] }
    const used = imported(home, known)
    expect(used.images).toEqual([])
    expect(used.roles).toEqual([])
    expect(used.preview.images).toMatchObject([{ action: 'use', to: 'other name' }])
    expect(used.farm(() => undefined).roles?.[0]?.roleId).toBe('role-1')
    const copied = imported({ ...home, roleConflicts: 'add-copy' }, known)
    expect(copied.roles).toMatchObject([{ input: { name: 'web (2)' }, images: [{ id: 'image-1' }] }])
  })

  it('refuses a role of that name without an image where the farm needs one', () => {
    const faults = imported(home, { roles: [aRole()] }).preview.faults
    expect(faults).toMatchObject([{ path: 'farm.roles[0].role' }])
  })

  it('never takes a name that is taken', () => {
    expect(imported(home, { farmNames: ['Shop', 'shop (2)'] }).preview.farm).toBe('shop (3)')
    expect(imported({ ...home, name: 'mine' }).preview.farm).toBe('mine')
    const elsewhere = anImage({ location: 'us-east-1' })
    expect(imported(home, { images: [elsewhere] }).images[0]?.input.name).toBe('debian eu (2)')
  })
})
