import { expect, it } from 'vitest'
import type { Cloud } from '../../../shared/model/clouds.ts'
import type { Image } from '../../../shared/model/images.ts'
import { chooseImage, imageMatrix } from './role-places.ts'

const clouds = [
  { id: 'b', name: 'Sandbox', locations: ['west'] },
  { id: 'a', name: 'AWS', locations: ['east', 'west'] },
] as unknown as Cloud[]
const images = [
  { id: '1', cloudId: 'a', location: 'east' },
  { id: '2', cloudId: 'a', location: 'east' },
  { id: '3', cloudId: 'b', location: 'west' },
] as unknown as Image[]

it('has a row for every place, with the image that a launch would take', () => {
  const rows = imageMatrix(clouds, images, ['2', '1', 'gone'])
  expect(rows.map(({ key, chosenId, images: here }) => [key, chosenId, here.length])).toEqual([
    ['a/east', '2', 2],
    ['a/west', null, 0],
    ['b/west', null, 1],
  ])
})

it('keeps one image a place', () => {
  const [east, , west] = imageMatrix(clouds, images, ['1'])
  if (!east || !west) throw new Error('rows were expected')
  expect(chooseImage(['1', 'gone'], east, '2')).toEqual(['gone', '2'])
  expect(chooseImage(['1'], west, '3')).toEqual(['1', '3'])
  expect(chooseImage(['1'], east, null)).toEqual([])
})
