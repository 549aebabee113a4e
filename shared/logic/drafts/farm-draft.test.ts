import { describe, expect, it } from 'vitest'
import { aFarm } from '../../../tests/support/designs.ts'
import type { FarmDraft } from '../../model/farm-drafts.ts'
import { defaultRoleGroups } from '../../model/farm-roles.ts'
import { FarmInput } from '../../model/farms.ts'
import { compareDrafts } from './draft-differences.ts'
import { historyOf, record, redo, undo } from './draft-history.ts'
import {
  addRole,
  changeRole,
  copyRole,
  draftOf,
  emptyDraft,
  faultsAt,
  freeAlias,
  joinStep,
  moveRole,
  removeRole,
  sameDraft,
  setLaunchOrder,
  stepsOf,
  toFarmInput,
} from './farm-draft.ts'
import { readStoredDraft, writeStoredDraft } from './stored-draft.ts'

const roles = (...indexes: number[]) =>
  indexes.map((launchIndex, position) => ({ alias: 'abcdef'.charAt(position), launchIndex }))
const sequential = (...indexes: number[]) => draftOf(aFarm({ launchOrder: 'sequential' }, roles(...indexes)))
const shape = (draft: FarmDraft) =>
  draft.roles.map(({ alias, launchIndex }) => `${alias}${launchIndex}`).join(' ')

describe('a draft', () => {
  it('gives back the design that it was made of', () => {
    const design = aFarm({}, [{ zone: 'sandbox-east-1a', tags: { a: 'b' } }, { alias: 'db' }])
    const { id: _id, createdAt: _made, updatedAt: _changed, ...input } = design
    expect(FarmInput.parse(toFarmInput(draftOf(design)))).toEqual(input)
    expect(sameDraft(draftOf(design), draftOf(aFarm({}, [{}])))).toBe(false)
  })

  it('of a farm that runs holds nothing of its state', () => {
    const farm = { ...aFarm(), state: { status: 'running' } }
    expect(toFarmInput(draftOf(farm))).not.toHaveProperty('state')
    expect(FarmInput.safeParse(toFarmInput(draftOf(farm))).success).toBe(true)
  })

  it('leaves out the id of a farm role that was never saved', () => {
    const [role] = draftOf(aFarm()).roles
    if (!role) throw new Error('a farm role was expected')
    const draft = addRole(emptyDraft('UTC'), { ...role, key: 'new', id: null }, 'web')
    expect(toFarmInput(draft).roles?.[0]).not.toHaveProperty('id')
    expect(toFarmInput(draft).roles?.[0]).not.toHaveProperty('key')
  })

  it('shows a sequential launch in its order', () => {
    expect(shape(sequential(2, 0, 1))).toBe('b0 c1 a2')
  })

  it.each([
    ['Ubuntu 24.04', 'Ubuntu-24-04'],
    ['web', 'web-2'],
    ['wéb!', 'we-b'],
    ['--', 'role'],
    ['x'.repeat(80), 'x'.repeat(58)],
  ])('makes of %j the alias %j', (wished, alias) => {
    expect(freeAlias(draftOf(aFarm()), wished)).toBe(alias)
  })

  it('gives a copy an alias and no id', () => {
    const draft = copyRole(draftOf(aFarm()), 'web', 'copy')
    expect(draft.roles.map(({ alias, id, key }) => [alias, id, key])).toEqual([
      ['web', 'web', 'web'],
      ['web-2', null, 'copy'],
    ])
  })
})

describe('launch steps', () => {
  it.each<[string, FarmDraft, string]>([
    ['moving up', moveRole(sequential(0, 1, 2), 'c', 0), 'c0 a1 b2'],
    ['moving down', moveRole(sequential(0, 1, 2), 'a', 2), 'b0 c1 a2'],
    ['moving out of a shared step', moveRole(sequential(0, 0, 1), 'a', 2), 'b0 c1 a2'],
    ['moving into the middle of a shared step', moveRole(sequential(0, 0, 1), 'c', 1), 'a0 c1 b2'],
    ['moving beyond the end', moveRole(sequential(0, 1), 'a', 2), 'a0 b1'],
    ['joining the one before', joinStep(sequential(0, 1, 2), 'b', true), 'a0 b0 c1'],
    ['parting from the one before', joinStep(sequential(0, 0, 1), 'b', false), 'a0 b1 c2'],
    ['removing the first of a shared step', removeRole(sequential(0, 1, 1), 'b'), 'a0 c1'],
    ['removing a step', removeRole(sequential(0, 1, 2), 'b'), 'a0 c1'],
    ['becoming sequential', setLaunchOrder(draftOf(aFarm({}, roles(0, 0))), 'sequential'), 'a0 b1'],
    ['becoming sequential again', setLaunchOrder(draftOf(aFarm({}, roles(1, 0))), 'sequential'), 'b0 a1'],
    ['moving while all start together', moveRole(draftOf(aFarm({}, roles(0, 5))), 'b', 0), 'b5 a0'],
  ])('%s', (_what, draft, expected) => {
    expect(shape(draft)).toBe(expected)
  })

  it('are numbered from 1, gaps closed', () => {
    expect(stepsOf(sequential(3, 3, 9))).toEqual([1, 1, 2])
    expect(stepsOf(draftOf(aFarm({}, roles(0, 4))))).toEqual([1, 1])
  })
})

describe('undo and redo', () => {
  const start = draftOf(aFarm())
  const named = (name: string) => ({ ...start, name })

  it('take typing in one field as one step', () => {
    let history = historyOf(start)
    history = record(history, named('a'), 'name', 0)
    history = record(history, named('ab'), 'name', 900)
    history = record(history, named('abc'), 'name', 2500)
    expect(undo(history).present.name).toBe('ab')
    expect(undo(undo(history)).present).toBe(start)
    expect(undo(undo(undo(history))).present).toBe(start)
    expect(redo(redo(undo(undo(history)))).present.name).toBe('abc')
  })

  it('keep fields apart, and forget what was undone after a new change', () => {
    let history = record(historyOf(start), named('a'), 'name', 0)
    history = record(history, { ...named('a'), description: 'x' }, 'description', 10)
    history = undo(history)
    expect(history.present).toEqual(named('a'))
    history = record(history, named('b'), 'name', 20)
    expect(redo(history)).toBe(history)
    expect(undo(history).present.name).toBe('a')
  })
})

describe('a stored draft', () => {
  it('is read back as it was', () => {
    const draft = draftOf(aFarm())
    expect(readStoredDraft(writeStoredDraft(draft, 'then', 'now'))).toEqual({
      version: 1,
      basedOn: 'then',
      savedAt: 'now',
      draft,
    })
  })

  it.each([null, '', '{', '{"version":2}', '{"version":1,"draft":{}}'])('%j is none', (text) => {
    expect(readStoredDraft(text)).toBeNull()
  })
})

it('tells where two drafts differ', () => {
  const theirs = draftOf(aFarm({}, [{}, { alias: 'db' }]))
  const mine = changeRole({ ...removeRole(theirs, 'db'), name: 'shop 2' }, 'web', {
    scaling: { ...defaultRoleGroups().scaling, min: 3, max: 4 },
  })
  expect(
    compareDrafts(mine, theirs).map(({ where, field, mine: a, theirs: b }) => [where, field, a, b]),
  ).toEqual([
    ['Farm', 'name', 'shop 2', 'shop'],
    ['web', 'minimum servers', '3', '1'],
    ['web', 'maximum servers', '4', '2'],
    ['db', 'farm role', null, 'is there'],
  ])
})

it('hands each farm role its own faults', () => {
  const faults = [
    { path: 'name', message: 'n' },
    { path: 'roles[1].scaling.min', message: 'a' },
    { path: 'roles[1].scaling.min', message: 'b' },
    { path: 'roles[10].alias', message: 'c' },
  ]
  expect([...faultsAt(faults, null)]).toEqual([['name', 'n']])
  expect([...faultsAt(faults, 1)]).toEqual([['scaling.min', 'a']])
})
