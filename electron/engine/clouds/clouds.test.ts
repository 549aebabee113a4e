import { beforeEach, describe, expect, test } from 'vitest'
import { realClock } from '../../../tests/support/clocks.ts'
import { silentLog } from '../../../tests/support/logs.ts'
import { MemoryCloud } from '../../../tests/support/memory-cloud.ts'
import type { Catalog, Cloud, CloudDesign, CloudTraits } from '../../../shared/model/clouds.ts'
import { AppError } from '../../../shared/model/errors.ts'
import type { Secret } from '../../../shared/model/secret.ts'
import { Catalogs } from './catalogs.ts'
import type { CloudKind } from './cloud-kinds.ts'
import { Clouds } from './clouds.ts'
import { OpenClouds } from './open-clouds.ts'

const traits: CloudTraits = {
  label: 'Cloud',
  summary: null,
  costsMoney: false,
  runsSampleFarm: false,
  starterRoles: [],
  wellKnownImages: [],
}
const keys = { accessKeyId: 'AKIA', secretAccessKey: 'not-a-secret' }

let cloud: MemoryCloud
let designs: Map<string, CloudDesign>
let secrets: Map<string, Secret>
let kept: Map<string, Catalog>
let published: Cloud[]
let opens: () => Promise<void>
let clouds: Clouds
let catalogs: Catalogs
beforeEach(() => {
  cloud = new MemoryCloud()
  designs = new Map()
  secrets = new Map()
  kept = new Map()
  published = []
  opens = async () => undefined
  const kind: CloudKind = {
    traits,
    locations: ['here-1', 'there-1'],
    open: async () => {
      await opens()
      return { provider: cloud, close: async () => undefined }
    },
  }
  const repository = {
    get: async (cloudId: string, location: string) => kept.get(`${cloudId}/${location}`),
    put: async (catalog: Catalog) => void kept.set(`${catalog.cloudId}/${catalog.location}`, catalog),
    removeOfCloud: async () => kept.clear(),
  }
  const vault = {
    put: async (id: string, secret: Secret) => void secrets.set(id, secret),
    get: async (id: string) => secrets.get(id),
    remove: async (id: string) => void secrets.delete(id),
  }
  const openers = {
    kinds: { aws: kind, sandbox: { ...kind, traits: { ...traits, label: 'Toy' } } },
    profiles: async () => [],
  }
  let next = 1
  clouds = new Clouds({
    repository: {
      list: async () => [...designs.values()],
      put: async (design) => void designs.set(design.id, design),
      remove: async (id) => void designs.delete(id),
    },
    vault,
    catalogs: repository,
    opened: new OpenClouds({ openers, vault, log: silentLog }),
    clock: realClock,
    newId: () => `cloud-${String(next++)}`,
    onChange: (put) => void published.push(...put),
  })
  catalogs = new Catalogs({ clouds, repository, clock: realClock })
})

const addAws = (name: string) => clouds.addAws({ name, ...keys, locations: ['eu-1'], endpoint: null })
const failing = () => Promise.reject(new AppError('cloud.unreachable', { message: 'No route.' }))

describe('a cloud', () => {
  test('has the locations and traits that its kind declares; they are not stored', async () => {
    const toy = await clouds.addSandbox({ name: 'toy' })
    expect(toy).toMatchObject({ locations: ['here-1', 'there-1'], traits: { label: 'Toy' } })
    expect(designs.get(toy.id)).not.toHaveProperty('traits')
    await expect(clouds.addSandbox({ name: 'TOY' })).rejects.toMatchObject({ code: 'input.conflict' })
  })

  test('keeps its secret in the vault alone, and takes it along when it goes', async () => {
    const added = await addAws('work')
    expect(JSON.stringify([...designs.values(), ...published])).not.toContain(keys.secretAccessKey)
    expect(secrets.size).toBe(1)
    await clouds.remove(added.id)
    expect([secrets.size, designs.size]).toEqual([0, 0])
    expect(clouds.find(added.id)).toBeUndefined()
  })

  test('that cannot be opened is shown failing, and opens at the next call', async () => {
    opens = failing
    const added = await addAws('work')
    expect(added.health).toMatchObject([{ location: 'eu-1', state: 'failing' }])
    opens = async () => undefined
    await clouds.watch(added.id, 'eu-1', (provider) => provider.zones.list('eu-1'))
    expect(clouds.get(added.id).health).toMatchObject([{ state: 'reachable', error: null }])
  })

  test('is told of when a location’s health changes, and not for what a call says of itself', async () => {
    const { id } = await addAws('work')
    await clouds.watch(id, 'eu-1', async () => undefined)
    published = []
    await clouds.watch(id, 'eu-1', async () => undefined)
    const refused = () => Promise.reject(new AppError('cloud.refused', { message: 'No.' }))
    await expect(clouds.watch(id, 'eu-1', refused)).rejects.toThrow('No.')
    expect(published).toEqual([])
    await expect(clouds.watch(id, 'eu-1', failing)).rejects.toThrow('No route.')
    await expect(clouds.watch(id, 'eu-1', failing)).rejects.toThrow('No route.')
    expect(published.map(({ health }) => health[0]?.state)).toEqual(['failing'])
  })
})

describe('a catalogue', () => {
  test('is fetched once, kept, and told of with the account', async () => {
    const { id } = await addAws('work')
    const place = { cloudId: id, location: 'eu-1' }
    const first = await catalogs.get(place)
    expect(first.zones).toEqual([{ name: 'eu-1a', state: 'available' }])
    cloud.zones.list = failing
    expect(await catalogs.get(place)).toEqual(first)
    expect(clouds.get(id)).toMatchObject({ accountId: '000000000000', catalogFetchedAt: first.fetchedAt })
    await expect(catalogs.fetch(place)).rejects.toMatchObject({ code: 'cloud.unreachable' })
    expect(await catalogs.known(id, 'eu-1')).toEqual(first)
  })

  test('is of a location that the cloud uses', async () => {
    const { id } = await addAws('work')
    await expect(catalogs.get({ cloudId: id, location: 'eu-2' })).rejects.toMatchObject({
      code: 'input.invalid',
      details: { faults: [{ path: 'location' }] },
    })
  })
})
