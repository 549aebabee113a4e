import { expect, it } from 'vitest'
import { batchFaults, tagChanges, whyNotImportable } from './discovery.ts'

const workspace = { tag: 'farmhand:workspace', id: 'w1' }

it.each([
  ['running', {}, true],
  ['running', { 'farmhand:workspace': 'w1' }, true],
  ['stopped', {}, 'It is stopped; only a running instance can be imported.'],
  ['running', { 'farmhand:workspace': 'w2' }, 'Another Farmhand workspace owns it'],
] as const)('an instance that is %s with tags %j: %s', (state, tags, answer) => {
  const found = whyNotImportable({ state, tags }, workspace)
  if (answer === true) expect(found).toBe(true)
  else expect(found).toContain(answer)
})

it('takes one operating system, version and architecture at a time', () => {
  const one = {
    id: 'i-1',
    name: 'a',
    os: { family: 'ubuntu', version: '24.04' },
    architecture: 'x86_64',
    importable: true,
  } as const
  const messages = (...more: Partial<Parameters<typeof batchFaults>[0][number]>[]): string[] =>
    batchFaults([one, ...more.map((change) => ({ ...one, ...change }))], null).map(({ message }) => message)
  expect(messages({})).toEqual([])
  expect(messages({ os: { family: 'ubuntu', version: '22.04' } })).toHaveLength(1)
  expect(messages({ os: { family: 'unknown', version: '' } })).toEqual([])
  expect(messages({ architecture: 'arm64' })).toHaveLength(1)
  expect(batchFaults([one], { family: 'debian', version: '13' })[0]?.message).toBe(
    'a runs ubuntu, the farm role is for debian.',
  )
})

it('says what becomes of tags, and leaves reserved ones alone', () => {
  const before = { Name: 'box', stage: 'old', owner: 'ops' }
  const { changes, faults } = tagChanges(
    before,
    { set: { stage: 'new' }, remove: ['Name'] },
    { 'farmhand:workspace': 'w1' },
  )
  expect(faults).toEqual([])
  expect(changes).toEqual(
    [
      { key: 'farmhand:workspace', from: null, to: 'w1' },
      { key: 'Name', from: 'box', to: null },
      { key: 'stage', from: 'old', to: 'new' },
    ].sort((a, b) => (a.key < b.key ? -1 : 1)),
  )
  expect(tagChanges(before, { set: { 'aws:x': '1' }, remove: ['farmhand:server'] }, {}).faults).toHaveLength(
    2,
  )
})
