import { existsSync, readFileSync, statSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { Ajv } from 'ajv'
import { load } from 'js-yaml'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'

const root = join(import.meta.dirname, '..')
const require = createRequire(import.meta.url)

const Installers = z.looseObject({
  icon: z.string().optional(),
  files: z.array(z.string()),
  asarUnpack: z.array(z.string()),
  extraResources: z.array(z.object({ from: z.string(), to: z.string() })),
  electronFuses: z.record(z.string(), z.boolean()),
  linux: z.looseObject({ icon: z.string() }),
  mac: z.looseObject({ icon: z.string(), entitlements: z.string(), hardenedRuntime: z.boolean() }),
  win: z.looseObject({ icon: z.string() }),
})

function read(): unknown {
  return load(readFileSync(join(root, 'electron-builder.yml'), 'utf8'))
}

/** What electron-builder's own schema finds wrong with a configuration. */
function faultsOf(configuration: unknown): string[] {
  const schema: object = require('app-builder-lib/scheme.json')
  const validate = new Ajv({ strict: false, allErrors: true }).compile(schema)
  validate(configuration)
  return (validate.errors ?? []).map((fault) => `${fault.instancePath} ${fault.message ?? ''}`)
}

describe('electron-builder.yml', () => {
  it('is what electron-builder’s schema asks for', () => {
    expect(faultsOf(read())).toEqual([])
  })

  it('would not pass with an unknown key or a wrong type', () => {
    const configuration = Installers.parse(read())
    expect(faultsOf({ ...configuration, noSuchKey: true })).not.toEqual([])
    expect(faultsOf({ ...configuration, electronFuses: { runAsNode: 'no' } })).not.toEqual([])
    expect(faultsOf({ ...configuration, mac: { ...configuration.mac, hardenedRuntime: 'yes' } })).not.toEqual(
      [],
    )
  })

  it('sets the fuses that keep others out', () => {
    expect(Installers.parse(read()).electronFuses).toMatchObject({
      runAsNode: false,
      enableNodeOptionsEnvironmentVariable: false,
      enableNodeCliInspectArguments: false,
      enableCookieEncryption: true,
      enableEmbeddedAsarIntegrityValidation: true,
      onlyLoadAppFromAsar: true,
      grantFileProtocolExtraPrivileges: false,
    })
  })

  it('names files that exist', () => {
    const { linux, mac, win, extraResources } = Installers.parse(read())
    const named = [
      linux.icon,
      mac.icon,
      mac.entitlements,
      win.icon,
      ...extraResources.map(({ from }) => from),
    ]
    expect(named.filter((path) => !existsSync(join(root, path)))).toEqual([])
    expect(statSync(join(root, linux.icon)).isDirectory()).toBe(true)
  })

  it('ships the shipped files where the app looks for them', () => {
    const { extraResources, files, asarUnpack } = Installers.parse(read())
    expect(extraResources).toContainEqual({ from: 'resources', to: 'resources' })
    expect(files).toContain('dist/**')
    expect(asarUnpack).toContain('node_modules/node-pty/**')
  })
})
