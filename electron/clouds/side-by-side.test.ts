import { DescribeImagesCommand } from '@aws-sdk/client-ec2'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type SandboxCloud, startSandboxCloud } from '../../tests/support/sandbox-cloud.ts'
import { openEngine, temporaryDirectory, until } from '../../tests/support/test-engine.ts'
import type { Cloud } from '../../shared/model/clouds.ts'
import type { Engine } from '../engine/engine.ts'
import { RoleId } from '../../shared/model/ids.ts'

/* Several accounts and regions in one engine: two Sandboxes, each an AWS account at an endpoint of its own. */

const east = 'sandbox-east-1'
const west = 'sandbox-west-1'

let one: SandboxCloud
let other: SandboxCloud
let engine: Engine
let remove: () => Promise<void>
beforeAll(async () => {
  one = await startSandboxCloud()
  other = await startSandboxCloud()
  const directory = await temporaryDirectory()
  remove = directory.remove
  engine = await openEngine({ dataDir: directory.path, doors: { probeSsh: async () => true } })
  await engine.start()
})
afterAll(async () => {
  await engine.stop()
  await one.remove()
  await other.remove()
  await remove()
})

async function connect(name: string, { address }: SandboxCloud): Promise<Cloud> {
  const { endpoint, accessKeyId, secretAccessKey } = address
  return engine.clouds.addAws({ name, endpoint, accessKeyId, secretAccessKey, locations: [east, west] })
}

async function role(clouds: readonly [Cloud, SandboxCloud][]): Promise<string> {
  const imageIds = []
  for (const [cloud, sandbox] of clouds) {
    for (const location of cloud.locations) {
      const client = sandbox.client({ region: location })
      const { Images = [] } = await client.send(
        new DescribeImagesCommand({ Filters: [{ Name: 'name', Values: ['sandbox-linux-1.0-x86_64'] }] }),
      )
      const image = await engine.images.create({
        name: `${cloud.name} ${location}`,
        cloudId: cloud.id,
        location,
        source: { kind: 'id', cloudImageId: Images[0]?.ImageId ?? '' },
        os: { family: 'sandbox', version: '1.0' },
        architecture: 'x86_64',
        ssh: { user: 'farmhand', port: 22 },
      })
      imageIds.push(image.id)
    }
  }
  return (await engine.roles.create({ name: 'base', osFamily: 'sandbox', imageIds })).id
}

test(
  'one region that fails holds up no other, of its own account or of another',
  { timeout: 60_000 },
  async () => {
    const a = await connect('A', one)
    const b = await connect('B', other)
    const roleId = RoleId.parse(
      await role([
        [a, one],
        [b, other],
      ]),
    )
    await one.sandbox.faults.inject({ kind: 'unreachable', region: east })
    const farmRole = (alias: string, cloud: Cloud, location: string) => ({
      alias,
      roleId,
      cloudId: cloud.id,
      location,
      instanceType: 't3.micro',
      scaling: { min: 1, max: 1 },
    })
    const farm = await engine.farms.create({
      name: 'everywhere',
      roles: [
        farmRole('ae', a, east),
        farmRole('aw', a, west),
        farmRole('be', b, east),
        farmRole('bw', b, west),
      ],
    })
    await engine.farms.launch({ farmId: farm.id })
    const servers = await until(async () => {
      const all = await engine.servers.list({})
      return all.filter(({ status }) => status === 'running').length === 3 && all
    }, 45_000)
    expect(servers.find(({ alias }) => alias === 'ae')?.status).not.toBe('running')
    const activity = await until(async () => {
      const all = await engine.clouds.activity()
      return all.filter(({ observedAt }) => observedAt !== null).length === 3 && all
    })
    expect(
      activity.find(({ cloudId, location }) => cloudId === a.id && location === east)?.observedAt,
    ).toBeNull()

    one.sandbox.faults.clear()
    await until(
      async () => (await engine.servers.list({})).every(({ status }) => status === 'running'),
      45_000,
    )
  },
)

test('clouds of the same account share its budget', async () => {
  const [a] = await engine.clouds.list()
  const twin = await connect('A again', one)
  const twins = await until(async () => {
    const all = await engine.clouds.activity()
    const mine = [a?.id, twin.id].map((id) =>
      all.find((entry) => entry.cloudId === id && entry.location === west),
    )
    return mine[1]?.observedAt === null && mine[1].use.callsLastMinute > 0 && mine
  })
  expect(twins[1]?.use.callsLastMinute).toBe(twins[0]?.use.callsLastMinute)
})
