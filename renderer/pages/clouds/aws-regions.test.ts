import { expect, it } from 'vitest'
import catalog from '../../../resources/catalog/aws-regions.json'
import { AWS_REGIONS, regionName } from './aws-regions.ts'

it('offers every region that the engine knows', () => {
  const offered = new Set(AWS_REGIONS.map(({ value }) => value))
  expect(catalog.regions.map(({ name }) => name).filter((name) => !offered.has(name))).toEqual([])
})

it('names a region, and nothing else', () => {
  expect(regionName('eu-central-1')).toBe('Europe (Frankfurt)')
  expect(regionName('sandbox-east-1')).toBeUndefined()
})
