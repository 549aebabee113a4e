import { describe, expect, it } from 'vitest'
import { readJson } from './json-lines.ts'

const text = `{
  "name": "shop",
  "roles": [
    { "alias": "web", "scaling": { "min": 1 } },
    {
      "alias": "db", "tags": { "two words": "x", "quote\\"d": "y" },
      "scaling": {
        "min": -1.5e3
      }
    }
  ]
}`

describe('the line of a path', () => {
  it.each([
    ['name', 2, '"name": "shop",'],
    ['roles', 3, '"roles": ['],
    ['roles[0].scaling.min', 4, '{ "alias": "web", "scaling": { "min": 1 } },'],
    ['roles[1]', 5, '{'],
    ['roles[1].tags["two words"]', 6, '"alias": "db", "tags": { "two words": "x", "quote\\"d": "y" },'],
    ['roles[1].tags["quote\\"d"]', 6, '"alias": "db", "tags": { "two words": "x", "quote\\"d": "y" },'],
    ['roles[1].scaling.min', 8, '"min": -1.5e3'],
    ['roles[1].scaling.max', 7, '"scaling": {'],
    ['roles[1].instanceType', 5, '{'],
    ['roles[7].alias', 3, '"roles": ['],
    ['timezone', 1, '{'],
    ['', 1, '{'],
  ])('%s is %i', (path, line, excerpt) => {
    const read = readJson(text)
    if (read.fault) throw new Error(read.fault.message)
    expect(read.lines.place({ path, message: 'm' })).toEqual({ path, message: 'm', line, excerpt })
  })
})

it('reads text that is nested without end', () => {
  const read = readJson(`{"a": ${'['.repeat(50_000)}${']'.repeat(50_000)}}`)
  expect(read.fault).toBeNull()
})

describe('text that is no JSON', () => {
  it.each([
    ['', 1, 'There is no text to read.'],
    ['{\n  "a": 1,\n  "b": x\n}', 3, 'This is no JSON: “x” cannot stand here.'],
    ['{\n  "a": 1,\n}', 3, 'This is no JSON: '],
    ['{\n  "a": [1, 2\n', 3, 'This is no JSON: '],
    ['{\n  a: 1\n}', 2, 'This is no JSON: '],
    ['{"a": 1}\n{}', 2, 'This is no JSON: '],
    ['{\r\n  "a": "C:\\data",\r\n  "b": 1\r\n}', 2, 'This is no JSON: '],
  ])('%j breaks in line %i', (broken, line, sentence) => {
    const { fault } = readJson(broken)
    expect(fault?.line).toBe(line)
    expect(fault?.message).toContain(sentence)
  })
})
