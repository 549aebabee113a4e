/**
 * The headless host over a cloud in memory, in a process of its own: `node tests/bench/memory-host.ts` with an IPC channel.
 * `--data-dir D` is served as it is; `--ssh-port P --ssh-user U` adds one running server that is reached there.
 */
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { systemClock } from '../../electron/headless/index.ts'
import type { Engine } from '../../electron/engine/engine.ts'
import type { FeedMessage } from '../../shared/model/feed.ts'
import type { Server } from '../../shared/model/servers.ts'
import { MemoryCloud } from '../support/memory-cloud.ts'
import { aCloudInstance } from '../support/memory-instances.ts'
import { memoryDoors, openEngine, silentLog, until } from '../support/test-engine.ts'
import { startTestHost } from '../support/transports.ts'
import { measure } from './bench.ts'
import type { HostReply, HostRequest } from './memory-host-client.ts'

const location = 'eu-central-1'
const burstStepMs = 10
const burstMs = 1_000

const { values } = parseArgs({
  options: {
    'data-dir': { type: 'string', default: '' },
    'ssh-port': { type: 'string' },
    'ssh-user': { type: 'string', default: '' },
  },
})

function tell(reply: HostReply): void {
  process.send?.(reply)
}

/** A farm with one server, launched in memory, whose address is that of a real SSH server. */
async function launchOne(engine: Engine, ssh: { user: string; port: number }) {
  const cloud = await engine.clouds.addAws({
    name: 'Memory',
    accessKeyId: 'AKIABENCH',
    secretAccessKey: 'not-a-secret',
    locations: [location],
    endpoint: null,
  })
  const image = await engine.images.create({
    name: 'image',
    cloudId: cloud.id,
    location,
    source: { kind: 'id', cloudImageId: 'ami-1' },
    os: { family: 'debian', version: '13' },
    architecture: 'x86_64',
    ssh,
  })
  const role = await engine.roles.create({ name: 'base', osFamily: 'debian', imageIds: [image.id] })
  const farm = await engine.farms.create({
    name: 'bench',
    roles: [{ alias: 'web', roleId: role.id, cloudId: cloud.id, location, instanceType: 't3.micro' }],
  })
  await engine.farms.launch({ farmId: farm.id })
  const server = await until(async () =>
    (await engine.servers.list({})).find(({ status }) => status === 'running'),
  )
  const [key] = await engine.keys.list()
  return { serverId: server.id, publicKey: key?.publicKey ?? null }
}

/** Changes every server of the feed once within a second, a hundredth of them at a time; answers the CPU it took. */
async function burst(engine: Engine): Promise<void> {
  const servers = engine.feed.entities('servers')
  const step = Math.ceil((servers.length * burstStepMs) / burstMs)
  const startedMs = performance.now()
  for (let at = 0; at < servers.length; at += step) {
    const changed = servers.slice(at, at + step).map((server): Server => ({ ...server, since: now() }))
    engine.feed.put('servers', ...changed)
    const dueMs = startedMs + ((at + step) / servers.length) * burstMs
    await systemClock.sleep(Math.max(0, dueMs - performance.now()))
  }
}

function now(): string {
  return new Date().toISOString()
}

/** The patches that a client gets of one burst. */
async function recordBurst(engine: Engine): Promise<FeedMessage[]> {
  const leave = new AbortController()
  const messages: FeedMessage[] = []
  const wanted = engine.feed.entities('servers').length
  const following = (async () => {
    let count = 0
    for await (const message of engine.feed.subscribe(
      { topics: ['servers'], since: {} },
      { signal: leave.signal },
    )) {
      if (message.kind !== 'patch') continue
      messages.push(message)
      count += message.put.length
      if (count >= wanted) return
    }
  })()
  await burst(engine)
  await following
  leave.abort()
  return messages
}

const dataDir = values['data-dir']
const cloud = new MemoryCloud()
const engine = await openEngine({ dataDir, doors: memoryDoors(cloud) })
await engine.start()
for (const server of await engine.servers.list({})) {
  const id = server.cloudServerId
  if (id === null) continue
  const instance = aCloudInstance({
    id,
    zone: server.zone,
    instanceType: server.instanceType,
    imageId: server.cloudImageId ?? '',
    keyName: server.keyName,
    publicIp: server.publicIp,
    privateIp: server.privateIp,
    securityGroups: server.securityGroupIds.map((group) => ({ id: group, name: group })),
    launchedAt: server.launchedAt,
  })
  cloud.instances.all.set(id, instance)
}
const one =
  values['ssh-port'] === undefined
    ? { serverId: null, publicKey: null }
    : await launchOne(engine, { user: values['ssh-user'], port: Number(values['ssh-port']) })
const rendererDir = join(import.meta.dirname, '../../dist/renderer')
const { url, token, stop } = await startTestHost(engine, silentLog, { rendererDir })

async function answer(request: HostRequest): Promise<void> {
  switch (request.kind) {
    case 'burst': {
      const used = process.cpuUsage()
      await burst(engine)
      tell({ kind: 'burst-made' })
      const done = new Promise((resolve) => process.once('message', resolve))
      await done
      const spent = process.cpuUsage(used)
      tell({ kind: 'cpu', cpuMs: (spent.user + spent.system) / 1000 })
      return
    }
    case 'encode': {
      const messages = await recordBurst(engine)
      let bytes = 0
      const encode = async (): Promise<void> => {
        for (let client = 0; client < request.clients; client += 1)
          for (const message of messages) bytes += JSON.stringify(message).length
      }
      await encode()
      const { cpuS } = await measure(encode)
      if (bytes === 0) throw new Error('Nothing was encoded.')
      tell({ kind: 'cpu', cpuMs: cpuS * 1000 })
      return
    }
    case 'clients-are-done':
      return
    case 'stop':
      await stop()
      await engine.stop()
      process.disconnect()
  }
}

process.on('message', (request: HostRequest) => {
  answer(request).catch((thrown: unknown) => {
    process.stderr.write(`${String(thrown)}\n`)
    process.exit(1)
  })
})
tell({ kind: 'ready', url, token, ...one })
