import { expect, test } from 'vitest'
import { isInside, subnetPlace } from './subnet-place.ts'

test.each([
  ['10.0.0.7', '10.0.0.0/20', true],
  ['10.0.15.255', '10.0.0.0/20', true],
  ['10.0.16.0', '10.0.0.0/20', false],
  ['203.0.113.7', '0.0.0.0/0', true],
  ['10.0.0.8', '10.0.0.7/32', false],
  ['10.0.0', '10.0.0.0/20', false],
  ['10.0.0.256', '10.0.0.0/8', false],
  ['10.0.0.7', '10.0.0.0', false],
  ['10.0.0.7', '::/0', false],
])('%s in %s: %s', (address, cidr, expected) => {
  expect(isInside(address, cidr)).toBe(expected)
})

test.each([
  ['10.0.1.0', 'reserved'],
  ['10.0.1.3', 'reserved'],
  ['10.0.1.4', 'usable'],
  ['10.0.1.254', 'usable'],
  ['10.0.1.255', 'reserved'],
  ['10.0.2.0', 'outside'],
])('%s of 10.0.1.0/24 is %s', (address, place) => {
  expect(subnetPlace(address, '10.0.1.0/24')).toBe(place)
})
