import { afterEach, beforeEach, expect, it } from 'vitest'
import { sandboxEngine } from '../../../../tests/support/sandbox-engine.ts'
import { type SandboxCloud, startSandboxCloud } from '../../../../tests/support/sandbox-cloud.ts'
import { temporaryDirectory } from '../../../../tests/support/test-engine.ts'

let cloud: SandboxCloud
let directory: Awaited<ReturnType<typeof temporaryDirectory>>
let here: Awaited<ReturnType<typeof sandboxEngine>>

beforeEach(async () => {
  cloud = await startSandboxCloud()
  directory = await temporaryDirectory()
  here = await sandboxEngine(directory.path, cloud)
})
afterEach(async () => {
  await here.engine.stop()
  await cloud.remove()
  await directory.remove()
})

const from = '2026-01-31T00:00:00.000Z'

it('export and import of a role are inverse: its deprecation and its kind too', async () => {
  const { roles } = here.engine
  const next = await roles.clone({ roleId: here.roleId, name: 'next' })
  await roles.deprecate({ roleId: here.roleId, from, replacementId: next.id })
  const document = await roles.export({ roleId: here.roleId })
  expect(document).toMatchObject({ images: ['base east'], deprecated: { from, replacement: 'next' } })
  const copy = await roles.import({ document: { ...document, name: 'again', isSystem: true } })
  expect(copy).toMatchObject({ isSystem: true, deprecated: { from, replacementId: next.id } })
  expect(await roles.export({ roleId: copy.id })).toEqual({ ...document, name: 'again', isSystem: true })
  const unknown = { ...document, name: 'third', deprecated: { from, replacement: 'nobody' } }
  await expect(roles.import({ document: unknown })).rejects.toMatchObject({
    code: 'input.invalid',
    details: { faults: [{ path: 'deprecated.replacement' }] },
  })
})

it('export and import of an image are inverse: its deprecation and its root disk too', async () => {
  const { images } = here.engine
  const document = await images.export({ imageId: here.imageId })
  const rootDisk = { sizeGib: 30, type: 'gp3', iops: null }
  const wanted = { ...document, name: 'old', rootDisk, deprecated: { from, replacement: 'base east' } }
  const made = await images.import({ document: wanted })
  expect(made).toMatchObject({ rootDisk, deprecated: { from, replacementId: here.imageId } })
  expect(await images.export({ imageId: made.id })).toEqual(wanted)
  await expect(
    images.import({ document: { ...wanted, name: 'flat', rootDisk: { ...rootDisk, type: 'st1' } } }),
  ).rejects.toThrow('cannot boot from st1')
})

it('a template holds no deprecation: whoever takes it wants to use what is in it', async () => {
  const { engine, roleId, cloudId } = here
  const farm = await engine.farms.create({
    name: 'shop',
    roles: [{ alias: 'web', roleId, cloudId, location: 'sandbox-east-1', instanceType: 't3.micro' }],
  })
  await engine.roles.deprecate({ roleId, from })
  const template = await engine.farms.exportTemplate({ farmId: farm.id })
  expect(template.roles).toMatchObject([{ name: 'base', deprecated: null }])
})
