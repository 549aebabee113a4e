import { afterEach, describe, expect, it } from 'vitest'
import { defineComponent, h, shallowRef } from 'vue'
import { aFarm } from '../../../../tests/support/designs.ts'
import { mountInApp } from '../../../../tests/support/mounting.ts'
import { changeRole, draftOf, faultsAt, toFarmInput } from '../../../../shared/logic/drafts/farm-draft.ts'
import { validateFarm } from '../../../../shared/logic/validation/farm-validation.ts'
import { fieldDifferences } from '../../../../shared/logic/drafts/field-paths.ts'
import type { DraftRole } from '../../../../shared/model/farm-drafts.ts'
import { groupOfField, ROLE_GROUPS } from './groups/role-groups.ts'
import RolePanel from './RolePanel.vue'

type Change = NonNullable<Parameters<typeof aFarm>[1]>[number]

const nothing = { farms: [], roles: [], images: [], clouds: [], catalogs: [] }
let unmount: (() => void) | undefined
afterEach(() => unmount?.())

/** The panel over a draft that takes what it tells, as the designer does. */
async function open(group: string, change: Change = {}, readOnly = false) {
  const draft = shallowRef(draftOf(aFarm({}, [change])))
  const [saved] = draft.value.roles
  const openKey = shallowRef(group)
  const fields: string[] = []
  const Host = defineComponent(() => () => {
    const [role] = draft.value.roles
    if (!role || !saved) throw new Error('a farm role was expected')
    return h(RolePanel, {
      group: openKey.value,
      'onUpdate:group': (key: string) => (openKey.value = key),
      draft: draft.value,
      role,
      saved,
      position: 0,
      faults: faultsAt(validateFarm(toFarmInput(draft.value), nothing), 0),
      isFixed: false,
      readOnly,
      wanted: null,
      onChange: (part: Partial<DraftRole>, field: string) => {
        fields.push(field)
        draft.value = changeRole(draft.value, role.key, part)
      },
    })
  })
  const { wrapper } = await mountInApp(Host)
  unmount = () => wrapper.unmount()
  const role = (): DraftRole => {
    const [now] = draft.value.roles
    if (!now) throw new Error('a farm role was expected')
    return now
  }
  const field = (path: string) => wrapper.find(`[data-path='roles[0].${path}']`)
  const labels = () => wrapper.findAll('label').map((label) => label.text())
  const index = (title: string) =>
    wrapper.findAll('nav button').find((button) => button.attributes('aria-label')?.startsWith(title))
  return { wrapper, role, field, labels, index, fields }
}

it('has a group for every field of a farm role', () => {
  const { id: _id, ...role } = aFarm().roles[0] ?? {}
  const homeless = fieldDifferences(role, undefined).filter(({ path }) => groupOfField(path) === undefined)
  expect(homeless).toEqual([])
  expect(groupOfField('cloudFeatures.backupInstanceTypes[0]')?.key).toBe('instance-type')
  expect(groupOfField('cloudFeatures.spot')?.key).toBe('cloud-features')
  expect(new Set(ROLE_GROUPS.map(({ key }) => key)).size).toBe(ROLE_GROUPS.length)
})

it.each(ROLE_GROUPS.map(({ key }) => key))(
  '%s shows itself, and nothing to change when it is read only',
  async (key) => {
    const { wrapper } = await open(key, {}, true)
    expect(wrapper.find('h3').text()).toBe(ROLE_GROUPS.find((group) => group.key === key)?.title)
    const enabled = wrapper
      .findAll('section input:not([type=hidden]), section textarea')
      .filter((input) => !('disabled' in input.attributes()))
    expect(enabled.map((input) => input.html())).toEqual([])
  },
)

it('goes from group to group, and marks what changed and what is wrong', async () => {
  const { wrapper, field, index } = await open('scaling')
  await field('scaling.min').find('input').setValue('7')
  expect(index('Scaling')?.attributes('aria-label')).toBe('Scaling, changed, 1 fault')
  expect(field('scaling.min').text()).toContain('The minimum (7) is above the maximum (2)')
  await field('scaling.max').find('input').setValue('9')
  expect(index('Scaling')?.attributes('aria-label')).toBe('Scaling, changed')
  await index('Timeouts')?.trigger('click')
  expect(wrapper.find('h3').text()).toBe('Timeouts')
})

describe('fields that do not apply are not there', () => {
  it('limits, while servers are launched by hand', async () => {
    const { field } = await open('scaling', { scaling: { enabled: false } })
    expect(field('scaling.min').exists()).toBe(false)
  })

  it('zones, where subnets fix them', async () => {
    const { labels } = await open('placement', { network: { subnetIds: ['subnet-1'] } })
    expect(labels()).not.toContain('One zone')
  })

  it('a health rule that is off', async () => {
    const { field, role, wrapper } = await open('health')
    expect(field('health.minutes').exists()).toBe(false)
    await wrapper.find('section input[type=checkbox]').setValue(true)
    expect(role().health.enabled).toBe(true)
    expect(field('health.minutes').exists()).toBe(true)
  })

  it('credits of a type that has none, and protection of spot servers', async () => {
    const { field, role } = await open('cloud-features', { instanceType: 'm5.large' })
    expect(field('cloudFeatures.cpuCredits').exists()).toBe(false)
    expect(field('cloudFeatures.terminationProtection').exists()).toBe(true)
    await field('cloudFeatures.spot').find('input').setValue(true)
    expect(role().cloudFeatures).toMatchObject({
      spot: { maxPricePerHour: null },
      shutdownBehavior: 'terminate',
      terminationProtection: false,
    })
    expect(field('cloudFeatures.terminationProtection').exists()).toBe(false)
    expect(field('cloudFeatures.spot.maxPricePerHour').exists()).toBe(true)
  })
})

it('adds, changes and removes a volume, each step by a field of its own', async () => {
  const { wrapper, field, role, fields } = await open('storage')
  const button = (text: string) => wrapper.findAll('button').find((one) => one.text().includes(text))
  await button('Add a volume')?.trigger('click')
  expect(role().storage.volumes).toMatchObject([{ name: 'data', mountPoint: '/mnt/data', type: 'gp3' }])
  await field('storage.volumes[0].sizeGib').find('input').setValue('')
  expect(role().storage.volumes[0]?.sizeGib).toBeNull()
  expect(field('storage.volumes[0].sizeGib').text()).toContain('This is empty')
  await field('storage.volumes[0].raid').find('input').setValue(true)
  expect(role().storage.volumes[0]?.raid).toEqual({ level: 10, disks: 4, via: 'mdadm' })
  await button('Add a volume')?.trigger('click')
  expect(role().storage.volumes.map(({ name }) => name)).toEqual(['data', 'data-2'])
  await wrapper.find('[aria-label="Remove volume data"]').trigger('click')
  expect(role().storage.volumes.map(({ name }) => name)).toEqual(['data-2'])
  expect(new Set(fields).size).toBe(fields.length)
})

it('gives addresses to servers by index', async () => {
  const { wrapper, field, role } = await open('network', { network: { elasticIps: { enabled: true } } })
  const add = () => wrapper.findAll('button').find((one) => one.text().includes('Give a server an address'))
  await add()?.trigger('click')
  await add()?.trigger('click')
  expect(add()).toBeUndefined()
  const second = field('network.elasticIps.addresses["2"]')
  expect(second.text()).toContain('Give an address such as')
  await second.findAll('input').at(-1)?.setValue('203.0.113.7')
  expect(role().network.elasticIps.addresses).toEqual({ 1: '', 2: '203.0.113.7' })
  await wrapper.find('[aria-label="Remove the address of server 1"]').trigger('click')
  expect(role().network.elasticIps.addresses).toEqual({ 2: '203.0.113.7' })
})
