import { expect, test } from 'vitest'
import { fillOpenValues } from './template-values.ts'

const template = (role: object, farm: object = {}) => ({
  schema: 'farmhand.template/v1',
  farm: { name: 'shop', ...farm, roles: [{ alias: 'web', instanceType: 't3.micro', ...role }] },
})
const roleOf = (document: unknown) => (document as ReturnType<typeof template>).farm.roles[0]

test('scenario 14: a template whose minimum is null asks whoever imports it, and takes what is said', () => {
  const document = template({ scaling: { min: null, max: 4 } })
  const asked = fillOpenValues(document, {})
  expect(asked.open).toEqual([
    { key: 'web.scaling.min', alias: 'web', field: 'minimum servers', kind: 'number', value: null },
  ])
  expect(asked.faults).toEqual([
    {
      path: 'mapping.values.web.scaling.min',
      message: 'The template leaves the minimum servers of web open. Say it.',
    },
  ])
  const said = fillOpenValues(document, { 'web.scaling.min': 3 })
  expect(said.faults).toEqual([])
  expect(roleOf(said.document)).toMatchObject({ scaling: { min: 3, max: 4 } })
  expect(fillOpenValues(document, { 'web.scaling.min': 1.5 }).faults).toHaveLength(1)
})

test.each([
  ['an instance type that is empty', { instanceType: '' }, ['web.instanceType']],
  ['an instance type that is not there', { instanceType: undefined }, ['web.instanceType']],
  ['limits that are null', { scaling: { min: null, max: null } }, ['web.scaling.min', 'web.scaling.max']],
  ['limits that are not there have their defaults', { scaling: {} }, []],
  ['everything is said', {}, []],
])('%s', (_title, role, keys) => {
  expect(fillOpenValues(template(role), {}).open.map(({ key }) => key)).toEqual(keys)
})

test('a time zone that is null is the default; what is no template is left as it is', () => {
  expect(fillOpenValues(template({}, { timezone: null }), {}).document).toEqual(template({}))
  expect(fillOpenValues('no', {}).document).toBe('no')
})
