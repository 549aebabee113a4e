import { afterAll, beforeAll, expect, test } from 'vitest'
import { Secret } from '../../../shared/model/secret.ts'
import { realClock } from '../../../tests/support/clocks.ts'
import { silentLog } from '../../../tests/support/logs.ts'
import { east, type SandboxCloud, startSandboxCloud } from '../../../tests/support/sandbox-cloud.ts'
import { until } from '../../../tests/support/test-engine.ts'
import { probeSsh } from '../../engine/fleet/servers/ssh-probe.ts'
import type { CloudProvider } from '../../engine/clouds/cloud-provider.ts'
import { createAwsProvider } from './aws-provider.ts'

let cloud: SandboxCloud
let provider: CloudProvider

beforeAll(async () => {
  cloud = await startSandboxCloud()
  const { endpoint, accessKeyId, secretAccessKey } = cloud.address
  provider = createAwsProvider({
    signIn: { kind: 'keys', accessKeyId, secretAccessKey: new Secret(secretAccessKey) },
    endpoint,
    clock: realClock,
    log: silentLog,
  })
})
afterAll(async () => {
  provider.close()
  await cloud.remove()
})

async function publicIp(id: string): Promise<string | undefined> {
  return (await cloud.describe(id))[0]?.PublicIpAddress
}

test('an address is allocated with tags, leads to one instance after another, and is released', async () => {
  const { addresses } = provider
  const made = await addresses.create(east, { 'farmhand:farm': 'f*1', Name: 'web #1' })
  expect(await addresses.list(east)).toEqual([made])

  const first = await cloud.running()
  const second = await cloud.running()
  await addresses.associate(east, made.id, first.id)
  expect(await publicIp(first.id)).toBe(made.address)
  // The instance's own SSH server answers there.
  const at = { host: made.address, port: first.port }
  await until(() => probeSsh(at, 2_000))

  await addresses.associate(east, made.id, second.id)
  expect(await publicIp(first.id)).toBe(first.host)
  expect(await publicIp(second.id)).toBe(made.address)
  const [led] = await addresses.list(east)
  expect(led).toMatchObject({ instanceId: second.id })
  await expect(addresses.delete(east, made.id)).rejects.toMatchObject({ code: 'cloud.refused' })

  // Stopped and started, it keeps its address; after a restart of the cloud too.
  await provider.instances.stop(east, [second.id])
  await cloud.whenAll('stopped', [second.id])
  await provider.instances.start(east, [second.id])
  await cloud.whenAll('running', [second.id])
  await until(() => probeSsh(at, 2_000))

  await addresses.disassociate(east, led?.associationId ?? '')
  await addresses.disassociate(east, led?.associationId ?? '')
  expect((await addresses.list(east))[0]).toMatchObject({ instanceId: null })
  await addresses.delete(east, made.id)
  await addresses.delete(east, made.id)
  expect(await addresses.list(east)).toEqual([])
})

test('an instance that ends lets go of its address', async () => {
  const made = await provider.addresses.create(east, {})
  const { id } = await cloud.running()
  await provider.addresses.associate(east, made.id, id)
  await provider.instances.terminate(east, [id])
  await cloud.whenAll('terminated', [id])
  expect((await provider.addresses.list(east))[0]).toMatchObject({ instanceId: null })
  await provider.addresses.delete(east, made.id)
})

test('the cloud’s own checks of instances', async () => {
  const { id } = await cloud.running()
  expect(await provider.instanceHealth.listById(east, [id, 'i-00000000000000000'])).toEqual(
    new Map([[id, true]]),
  )
})
