import { describe, expect, it } from 'vitest'
import { noticesText, shippedPackages } from './shipped-packages.ts'

/** Licences that let us ship without opening our own source, and the choice we make where there is one. */
const allowed = [
  '0BSD',
  'Apache-2.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'BlueOak-1.0.0',
  'CC0-1.0',
  'ISC',
  'MIT',
  'Unlicense',
  '(MIT OR CC0-1.0)',
]

describe('the packages that ship', () => {
  const packages = shippedPackages()

  it('are found through their dependencies', () => {
    const names = packages.map(({ name }) => name)
    expect(names).toEqual(
      expect.arrayContaining(['vue', '@vue/runtime-core', 'ssh2', 'asn1', 'zod', 'node-pty']),
    )
    expect(names).not.toContain('vitest')
  })

  it('all have a licence of the list', () => {
    const others = packages.filter(({ licence }) => !allowed.includes(licence))
    expect(others.map(({ name, licence }) => `${name}: ${licence}`)).toEqual([])
  })

  it('are all named in the notices, with their texts', () => {
    const notices = noticesText(packages)
    for (const { name, version } of packages) expect(notices).toContain(`${name} ${version} (`)
    expect(notices).toContain('Permission is hereby granted, free of charge')
  })
})
