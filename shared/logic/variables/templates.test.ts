import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  fillTemplate,
  hostnameFault,
  TEMPLATE_VARIABLES,
  templateFaults,
  type TemplatePlace,
  type TemplateValues,
  templateVariables,
} from './templates.ts'

const values: TemplateValues = {
  farm: 'My shop',
  farm_id: 'f1',
  alias: 'web',
  farm_role_id: 'fr1',
  role: 'ubuntu 24',
  role_id: 'r1',
  index: '3',
  server_id: 's1',
  cloud: 'AWS',
  location: 'eu-central-1',
  instance_type: 't3.micro',
  cloud_image_id: 'ami-1',
  zone: 'eu-central-1a',
  cloud_server_id: 'i-1',
  private_ip: '10.0.0.7',
  public_ip: '203.0.113.7',
}

test.each<[string, TemplatePlace, string]>([
  ['r{SCALR_FARM_ID}-{SCALR_FARM_ROLE_ID}-{SCALR_INSTANCE_INDEX}', 'hostname', 'rf1-fr1-3'],
  ['{alias}-{index}.{farm}', 'hostname', 'web-3.My-shop'],
  ['ip-{private_ip}', 'hostname', 'ip-10-0-0-7'],
  ['{farm} {alias} #{index}', 'name', 'My shop web #3'],
  ['{farmhand.location}/{zone}', 'tag', 'eu-central-1/eu-central-1a'],
  ['no variable {} { index } {1}', 'tag', 'no variable {} { index } {1}'],
  ['', 'name', ''],
  // In a script, only unmistakable names are variables.
  ['f() { echo ${index} {index} {HOME}; }', 'user-data', 'f() { echo ${index} {index} {HOME}; }'],
  ['echo {SCALR_INSTANCE_INDEX} {farmhand.alias}', 'user-data', 'echo 3 web'],
  ['echo ${SCALR_INSTANCE_INDEX}', 'user-data', 'echo ${SCALR_INSTANCE_INDEX}'],
])('%s in a %s is %s', (text, place, expected) => {
  expect(fillTemplate(text, place, values)).toBe(expected)
})

describe('faults', () => {
  test.each<[string, TemplatePlace, RegExp]>([
    ['web-{NOPE}', 'hostname', /no variable \{NOPE\}.*\{index\}/],
    ['{SCALR_NOPE}', 'user-data', /no variable \{SCALR_NOPE\}.*\{farmhand\.index\}/],
    ['{public_ip}', 'tag', /not known yet/],
  ])('%s in a %s', (text, place, sentence) => {
    const faults = templateFaults(text, place)
    expect(faults).toHaveLength(1)
    expect(faults[0]).toMatch(sentence)
    expect(() => fillTemplate(text, place, values)).toThrow(sentence)
  })

  test('each unknown name is told once', () => {
    expect(templateFaults('{a}{b}{a}', 'tag')).toHaveLength(2)
  })
})

test('a value is never looked at again', () => {
  expect(fillTemplate('{farm}', 'tag', { ...values, farm: '{index}$&$1' })).toBe('{index}$&$1')
})

test('every listed variable can be used where it is listed', () => {
  for (const place of ['hostname', 'name', 'tag'] as const) {
    const names = templateVariables(place)
    expect(templateFaults(names.map(({ name }) => `{${name}}`).join(), place)).toEqual([])
  }
  const all = TEMPLATE_VARIABLES.flatMap(({ name, aliases }) => [name, ...aliases])
  expect(new Set(all).size).toBe(all.length)
})

test('any text either has a fault or is filled', () => {
  fc.assert(
    fc.property(
      fc.string(),
      fc.constantFrom<TemplatePlace>('hostname', 'name', 'tag', 'user-data'),
      (text, place) => {
        const faults = templateFaults(text, place)
        if (faults.length === 0) expect(typeof fillTemplate(text, place, values)).toBe('string')
        else expect(() => fillTemplate(text, place, values)).toThrow(faults[0])
      },
    ),
  )
})

test.each([
  ['web-1', true],
  ['web-1.shop.example', true],
  ['1', true],
  ['web_1', false],
  ['-web', false],
  ['web-', false],
  ['web..shop', false],
  ['', false],
  ['a'.repeat(64), false],
  ['a'.repeat(63), true],
  [`${'a'.repeat(40)}.${'b'.repeat(40)}`, false],
])('host name %s: %s', (hostname, isGood) => {
  expect(hostnameFault(hostname) === null).toBe(isGood)
})
