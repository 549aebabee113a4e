import { afterAll, beforeAll, expect, test } from 'vitest'
import { Secret } from '../../../shared/model/secret.ts'
import { realClock } from '../../../tests/support/clocks.ts'
import { silentLog } from '../../../tests/support/logs.ts'
import { east, type SandboxCloud, startSandboxCloud } from '../../../tests/support/sandbox-cloud.ts'
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

test('VPCs come with the default one first', async () => {
  expect(await provider.networks.list(east)).toMatchObject([
    { name: null, isDefault: true, cidr: '172.31.0.0/16' },
    { name: 'lab', isDefault: false, cidr: '127.64.0.0/16' },
  ])
})

test('subnets come by VPC and zone, and say whether servers are public there', async () => {
  const [, lab] = await provider.networks.list(east)
  const subnets = (await provider.networks.listSubnets(east)).filter(({ vpcId }) => vpcId === lab?.id)
  expect(subnets.map(({ name, zone, publicByDefault }) => [name, zone, publicByDefault])).toEqual([
    ['lab-public-a', 'sandbox-east-1a', true],
    ['lab-private-a', 'sandbox-east-1a', false],
    ['lab-public-b', 'sandbox-east-1b', true],
    ['lab-private-b', 'sandbox-east-1b', false],
  ])
})
