import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { awsTraits } from '../../electron/clouds/aws/index.ts'
import { cloudOpeners } from '../../electron/clouds/index.ts'
import { sandboxLocations, sandboxTraits } from '../../electron/clouds/sandbox/index.ts'
import { createEngine, type Doors, type Engine } from '../../electron/engine/engine.ts'
import type { Clock, Log } from '../../electron/engine/ports.ts'
import { hostKeychain, systemClock } from '../../electron/headless/index.ts'
import { MemoryCloud } from './memory-cloud.ts'

/** A log that keeps nothing. */
export const silentLog: Log = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  child: () => silentLog,
}

/** A fresh directory, removed by `remove`. */
export async function temporaryDirectory(): Promise<{ path: string; remove: () => Promise<void> }> {
  const path = await mkdtemp(join(tmpdir(), 'farmhand-'))
  return { path, remove: () => rm(path, { recursive: true, force: true, maxRetries: 5 }) }
}

/** An engine over a data directory; not started. */
export async function openEngine(options: {
  dataDir: string
  clock?: Clock
  log?: Log
  doors?: Partial<Doors>
}): Promise<Engine> {
  const ports = {
    dataDir: options.dataDir,
    resourcesDir: join(import.meta.dirname, '../../resources'),
    userName: 'tester',
    homeDir: options.dataDir,
    clock: options.clock ?? systemClock,
    keychain: hostKeychain(options.dataDir, {}),
    log: options.log ?? silentLog,
    env: { PATH: process.env['PATH'] },
  }
  return createEngine(ports, { clouds: cloudOpeners(ports), ...options.doors })
}

/** Doors to a cloud in memory whose servers always answer on SSH. */
export function memoryDoors(cloud: MemoryCloud): Doors {
  const open = async () => ({ provider: cloud, close: async () => undefined })
  return {
    clouds: {
      kinds: {
        aws: { traits: awsTraits, locations: [], open },
        sandbox: { traits: sandboxTraits, locations: sandboxLocations, open },
      },
      profiles: async () => [],
    },
    probeSsh: async () => true,
  }
}

/** A started engine on a cloud in memory, with one cloud, image and role to design farms with. */
export async function memoryEngine(
  dataDir: string,
  cloud = new MemoryCloud(),
  clock?: Clock,
  doors = memoryDoors(cloud),
) {
  const engine = await openEngine({ dataDir, doors, ...(clock ? { clock } : {}) })
  await engine.start()
  const account = await engine.clouds.addAws({
    name: 'Test',
    accessKeyId: 'AKIATEST',
    secretAccessKey: 'not-a-secret',
    locations: ['eu-central-1', 'eu-west-1'],
    endpoint: null,
  })
  const imageIds = []
  for (const location of account.locations) {
    const image = await engine.images.create({
      name: `image ${location}`,
      cloudId: account.id,
      location,
      source: { kind: 'id', cloudImageId: 'ami-1' },
      os: { family: 'debian', version: '13' },
      architecture: 'x86_64',
      ssh: { user: 'admin', port: 22 },
    })
    imageIds.push(image.id)
  }
  const role = await engine.roles.create({ name: 'base', osFamily: 'debian', imageIds })
  return { engine, cloud, cloudId: account.id, roleId: role.id }
}

/** Resolves when `look` answers something; looks again whenever the engine has had time to do something. */
export async function until<T>(look: () => Promise<T | undefined | false>, timeoutMs = 60_000): Promise<T> {
  const deadline = performance.now() + timeoutMs
  for (;;) {
    const answer = await look()
    if (answer !== undefined && answer !== false) return answer
    if (performance.now() > deadline) throw new Error(`Nothing came within ${timeoutMs} ms.`)
    await systemClock.sleep(20)
  }
}
