import { afterAll, beforeAll, expect, test } from 'vitest'
import { FarmInput } from '../../shared/model/farms.ts'
import type { FarmId } from '../../shared/model/ids.ts'
import type { Server } from '../../shared/model/servers.ts'
import type { Engine } from '../../electron/engine/engine.ts'
import { type SandboxCloud, startSandboxCloud } from '../support/sandbox-cloud.ts'
import { openEngine, temporaryDirectory, until } from '../support/test-engine.ts'

const east = 'sandbox-east-1'
const west = 'sandbox-west-1'
const LONG_MS = 150_000

let directory: Awaited<ReturnType<typeof temporaryDirectory>>
let cloud: SandboxCloud
let engine: Engine
beforeAll(async () => {
  directory = await temporaryDirectory()
  cloud = await startSandboxCloud()
  engine = await openEngine({ dataDir: directory.path })
  await engine.start()
})
afterAll(async () => {
  await engine.stop()
  await cloud.remove()
  await directory.remove()
})

async function run(server: Server, command: string): Promise<string> {
  let text = ''
  const messages = engine.servers.exec(
    { serverId: server.id, argv: ['sh', '-c', command] },
    { signal: new AbortController().signal },
  )
  for await (const message of messages) {
    if (message.kind === 'stdout') text += Buffer.from(message.base64, 'base64').toString()
  }
  return text.trim()
}

async function design(): Promise<FarmId> {
  const account = await engine.clouds.addAws({
    name: 'Test',
    accessKeyId: cloud.address.accessKeyId,
    secretAccessKey: cloud.address.secretAccessKey,
    endpoint: cloud.address.endpoint,
    locations: [east, west],
  })
  const imageIds = []
  for (const location of account.locations) {
    const [found] = await engine.clouds.findImages({
      cloudId: account.id,
      location,
      namePattern: 'sandbox-linux-1.0-x86_64',
    })
    const image = await engine.images.create({
      name: `linux ${location}`,
      cloudId: account.id,
      location,
      source: { kind: 'id', cloudImageId: found?.cloudImageId ?? '' },
      os: { family: 'sandbox', version: '1.0' },
      architecture: 'x86_64',
      ssh: { user: 'farmhand', port: 2222 },
    })
    imageIds.push(image.id)
  }
  const role = await engine.roles.create({ name: 'base', osFamily: 'sandbox', imageIds })
  const common = {
    roleId: role.id,
    cloudId: account.id,
    instanceType: 't3.micro',
    network: { elasticIps: { enabled: true }, hostname: '{SCALR_FARM_ROLE_ALIAS}-{SCALR_INSTANCE_INDEX}' },
    storage: { volumes: [{ name: 'data', sizeGib: 2, mountPoint: '/mnt/data' }] },
  }
  const farm = await engine.farms.create(
    FarmInput.parse({
      name: 'shop',
      roles: [
        { ...common, alias: 'db', location: east, scaling: { min: 2, max: 2 } },
        { ...common, alias: 'web', location: east, scaling: { min: 1, max: 1 } },
        { ...common, alias: 'far', location: west, scaling: { min: 1, max: 1 } },
      ],
    }),
  )
  return farm.id
}

test(
  'a server killed in the cloud is replaced: same index, address, volume with its file, group and host name',
  { timeout: LONG_MS * 2 },
  async () => {
    const farmId = await design()
    await engine.farms.launch({ farmId })
    const servers = await until(async () => {
      const all = await engine.servers.list({ farm: farmId, status: 'running' })
      return all.length === 4 && all
    }, LONG_MS)
    for (const server of servers) await run(server, `echo "of ${server.id}" > mnt/data/file`)
    const hostnames = await Promise.all(servers.map((server) => run(server, 'hostname')))
    const victim = servers.find(({ alias, index }) => alias === 'db' && index === 2)
    if (!victim) throw new Error('db #2 was expected')
    const [before] = (await engine.storage.ofServer({ serverId: victim.id })).filter(
      ({ usage }) => usage?.name === 'data',
    )
    expect(before).toMatchObject({ usage: { alias: 'db', index: 2, mount: 'mounted' } })

    await cloud.sandbox.faults.inject({
      kind: 'instance',
      instanceId: victim.cloudServerId ?? '',
      happens: 'terminate',
    })
    const next = await until(async () => {
      const all = await engine.servers.list({ farm: farmId, status: 'running' })
      return all.find(({ alias, index, id }) => alias === 'db' && index === 2 && id !== victim.id)
    }, LONG_MS)

    expect(next.cloudServerId).not.toBe(victim.cloudServerId)
    expect(next).toMatchObject({
      index: 2,
      publicIp: victim.publicIp,
      elasticIp: victim.elasticIp,
      securityGroupIds: victim.securityGroupIds,
      hostname: victim.hostname,
    })
    expect(victim.elasticIp).not.toBeNull()
    expect(await run(next, 'hostname')).toBe(hostnames[servers.indexOf(victim)])
    expect(await run(next, 'mountpoint /mnt/data && cat mnt/data/file')).toBe(
      `/mnt/data is a mountpoint\nof ${victim.id}`,
    )
    const [after] = (await engine.storage.ofServer({ serverId: next.id })).filter(
      ({ usage }) => usage?.name === 'data',
    )
    expect(after?.id).toBe(before?.id)
    // Nobody else was touched, and nothing was made twice.
    const others = (await engine.servers.list({ farm: farmId, status: 'running' })).filter(
      ({ id }) => id !== next.id,
    )
    expect(others.map(({ id }) => id).sort()).toEqual(
      servers
        .filter(({ id }) => id !== victim.id)
        .map(({ id }) => id)
        .sort(),
    )
    const all = [...(await cloudVolumes(next, east)), ...(await cloudVolumes(next, west))]
    expect(all.filter(({ usage }) => usage?.name === 'data')).toHaveLength(4)
  },
)

function cloudVolumes({ cloudId }: Server, location: string) {
  return engine.storage.volumes({ cloudId, location })
}
