import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { FarmDocument, FarmInput } from '../../model/farms.ts'
import { faultsOfIssues, formatPath } from './zod-faults.ts'

function faultsOf(schema: z.ZodType, value: unknown) {
  const result = schema.safeParse(value)
  if (result.success) throw new Error('the value was expected to be refused')
  return faultsOfIssues(result.error.issues)
}

const role = { alias: 'web', role: 'r', cloud: 'c', location: 'sandbox-east-1', instanceType: 't3.micro' }
const document = (change: object) => ({
  schema: 'farmhand.farm/v1',
  name: 'shop',
  roles: [role, { ...role, ...change }],
})

describe('faults of a farm document', () => {
  it.each([
    [
      { colour: 'red' },
      'roles[1].colour',
      'There is no setting “colour” here: remove it or correct its name.',
    ],
    [{ scaling: { min: 'two' } }, 'roles[1].scaling.min', 'Give a number here, not a string.'],
    [{ scaling: { min: null } }, 'roles[1].scaling.min', 'This is empty: give a number.'],
    [{ scaling: { min: -1 } }, 'roles[1].scaling.min', 'This must be at least 0.'],
    [
      { scaling: { min: 1, mim: 2 } },
      'roles[1].scaling.mim',
      'There is no setting “mim” here: remove it or correct its name.',
    ],
    [{ alias: undefined }, 'roles[1].alias', 'This is missing: give a string.'],
    [{ securityGroups: { mode: 'open' } }, 'roles[1].securityGroups.mode', 'Use one of "default", "named".'],
    [
      { securityGroups: { mode: 'named', groups: [] } },
      'roles[1].securityGroups.groups',
      'Name at least one group.',
    ],
    [
      { securityGroups: { mode: 'default', groups: ['a'] } },
      'roles[1].securityGroups.groups',
      'There is no setting “groups” here: remove it or correct its name.',
    ],
  ])('%j is named as %s', (change, path, message) => {
    expect(faultsOf(FarmDocument, document(change))).toEqual([{ path, message }])
  })

  it('names every fault of several, in order of the document', () => {
    const faults = faultsOf(FarmDocument, {
      ...document({ launchIndex: 1.5, zone: 3 }),
      launchOrder: 'random',
    })
    expect(faults.map(({ path }) => path)).toEqual(['launchOrder', 'roles[1].zone', 'roles[1].launchIndex'])
    expect(faults[0]?.message).toBe('Use one of "simultaneous", "sequential".')
  })

  it('says what a whole input of the wrong type should be', () => {
    expect(faultsOf(FarmInput, 'shop')).toEqual([{ path: '', message: 'Give an object here, not a string.' }])
  })

  it('keeps a prefix before every path', () => {
    const result = FarmInput.safeParse({ name: '' })
    expect(faultsOfIssues(result.error?.issues ?? [], ['farm'])[0]?.path).toBe('farm.name')
  })
})

describe('unions', () => {
  const union = z.union([
    z.strictObject({ kind: z.literal('a'), size: z.number() }),
    z.strictObject({ kind: z.literal('b'), name: z.string() }),
  ])

  it('answers with the branch that came nearest', () => {
    expect(faultsOf(z.object({ disk: union }), { disk: { kind: 'b', name: 'x', extra: 1 } })).toEqual([
      { path: 'disk.extra', message: 'There is no setting “extra” here: remove it or correct its name.' },
    ])
  })

  it('reaches into the keys and values of records', () => {
    const tags = z.object({ tags: z.record(z.string().min(2), z.string()) })
    expect(faultsOf(tags, { tags: { a: 'x' } })).toEqual([
      { path: 'tags.a', message: 'This must be at least 2 characters long.' },
    ])
  })
})

describe('formatPath', () => {
  it.each([
    [[], ''],
    [['roles', 1, 'scaling', 'min'], 'roles[1].scaling.min'],
    [[0, 'name'], '[0].name'],
    [['tags', 'two words'], 'tags["two words"]'],
  ])('%j → %s', (path, text) => {
    expect(formatPath(path)).toBe(text)
  })
})
