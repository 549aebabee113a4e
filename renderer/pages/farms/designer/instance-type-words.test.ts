import { expect, it } from 'vitest'
import type { InstanceType } from '../../../../shared/model/clouds.ts'
import { memoryWords, typeFacts, typeMatches, typesFor, usualType } from './instance-type-words.ts'

const type = (
  name: string,
  vcpus: number,
  memoryMib: number,
  change: Partial<InstanceType> = {},
): InstanceType => ({
  name,
  vcpus,
  memoryMib,
  architectures: ['x86_64'],
  currentGeneration: true,
  ...change,
})
const nano = type('t3.nano', 2, 512)
const large = type('m6g.xlarge', 4, 16_384, { architectures: ['arm64'] })

it.each([
  ['', [true, true]],
  ['t3', [true, false]],
  ['xlarge arm', [false, true]],
  ['4 vcpu', [false, true]],
  ['4vcpus', [false, true]],
  ['2 cpu 0.5 GiB', [true, false]],
  ['16gb', [false, true]],
  ['6', [true, true]],
  ['8 vcpu', [false, false]],
])('%j finds what it names', (query, found) => {
  expect([nano, large].map((one) => typeMatches(one, query))).toEqual(found)
})

it('says sizes as people read them', () => {
  expect(typeFacts(nano)).toBe('2 vCPU · 0.5 GiB · x86_64')
  expect(memoryWords(16_384)).toBe('16 GiB')
})

it('offers what an image starts on, small and current first', () => {
  const old = type('t1.micro', 1, 613, { currentGeneration: false })
  const types = [old, large, type('c6i.large', 2, 4096), nano]
  expect(typesFor(types, 'x86_64').map(({ name }) => name)).toEqual(['t3.nano', 'c6i.large', 't1.micro'])
  expect(typesFor(types, null)).toHaveLength(4)
  expect(usualType(types, 'x86_64')?.name).toBe('c6i.large')
  expect(usualType(types, 'arm64')?.name).toBe('m6g.xlarge')
  expect(usualType([old, type('t3.micro', 2, 1024)], 'x86_64')?.name).toBe('t3.micro')
  expect(usualType([], null)).toBeUndefined()
})
