import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach } from 'vitest'
import { openDataDir } from '../../electron/engine/state/data-dir/index.ts'
import { systemClock } from '../../electron/headless/index.ts'
import { Farm } from '../../shared/model/farms.ts'
import { Job } from '../../shared/model/jobs.ts'
import { Secret } from '../../shared/model/secret.ts'
import { Server } from '../../shared/model/servers.ts'
import { runCli, type CliOptions } from './cli-runner.ts'
import { keptLog, stubEngine } from './stub-engine.ts'
import { startTestHost } from './transports.ts'

export const at = '2026-01-01T00:00:00.000Z'
export const farm = Farm.parse({
  id: 'farm-1',
  name: 'Shop',
  createdAt: at,
  updatedAt: at,
  roles: [
    {
      id: 'fr',
      alias: 'web',
      roleId: 'r',
      cloudId: 'c',
      location: 'sandbox-east-1',
      instanceType: 't3.micro',
    },
  ],
  state: {
    farmId: 'farm-1',
    status: 'running',
    launchedAt: at,
    lock: null,
    reconciledAt: null,
    problem: null,
    paused: [],
  },
})

function server(id: string, index: number, change: Partial<Server> = {}): Server {
  return {
    ...Server.parse({
      id,
      farmId: 'farm-1',
      farmRoleId: 'fr',
      farm: 'Shop',
      alias: 'web',
      roleId: 'r',
      role: 'base',
      index,
      status: 'running',
      since: at,
      waitingFor: null,
      cloudId: 'c',
      cloud: 'sandbox',
      location: 'sandbox-east-1',
      zone: null,
      instanceType: 't3.micro',
      imageId: 'i',
      cloudImageId: 'ami-1',
      cloudServerId: 'i-1',
      instanceState: 'running',
      publicIp: '127.0.0.2',
      privateIp: null,
      hostname: null,
      keyName: 'k',
      securityGroupIds: [],
      ssh: { host: '127.0.0.2', port: 2222, user: 'farmhand', hostKeyFingerprint: 'SHA256:x' },
      sshUser: 'farmhand',
      sshPort: 2222,
      agent: null,
      lock: null,
      error: null,
      attempts: 1,
      retryAt: null,
      rebooting: false,
      launchReason: 'farm-launched',
      terminateReason: null,
      launch: null,
      createdAt: at,
      launchedAt: at,
      runningAt: at,
      terminatedAt: null,
      absentSince: null,
      prepared: [],
      initFailedAt: null,
      subnetId: null,
      elasticIp: null,
      spot: false,
    }),
    ...change,
  }
}

export const servers = [
  server('abc1', 1),
  server('abd2', 2),
  server('old9', 1, { status: 'terminated', terminatedAt: at, terminateReason: 'manual' }),
]
export const job = Job.parse({
  id: 'job-1',
  kind: 'farm.launch',
  title: 'Launch farm Shop',
  target: { kind: 'farm', id: 'farm-1' },
  state: 'running',
  progress: { done: 0, total: 2, step: 'asking the cloud' },
  error: null,
  cancellable: true,
  startedAt: at,
  endedAt: null,
})

/** For one test file: a data directory, an engine of the test's own that owns it, and command lines that find it. */
export function commandsOfTest() {
  let dataDir = ''
  const stops: (() => Promise<void>)[] = []
  beforeEach(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'farmhand-cli-'))
    stops.push(() => rm(dataDir, { recursive: true }))
  })
  afterEach(async () => {
    for (const stop of stops.splice(0).reverse()) await stop()
  })
  return {
    dataDir: () => dataDir,
    cli: (words: string, options: Partial<CliOptions> = {}) =>
      runCli(words.split(' '), { dataDir, ...options }),
    /** Serves an engine as the owner of the data directory. */
    own: async (methods: Parameters<typeof stubEngine>[0]): Promise<void> => {
      const directory = await openDataDir({ dataDir, clock: systemClock, log: keptLog() })
      stops.push(() => directory.close())
      const engine = stubEngine({
        farms: { list: () => Promise.resolve([farm]), ...methods.farms },
        servers: {
          list: ({ includeTerminated }) =>
            Promise.resolve(servers.filter(({ status }) => includeTerminated || status !== 'terminated')),
          ...methods.servers,
        },
        ...Object.fromEntries(
          Object.entries(methods).filter(([noun]) => noun !== 'farms' && noun !== 'servers'),
        ),
      })
      const host = await startTestHost(engine, keptLog())
      stops.push(host.stop)
      await directory.writeEngineFile({ url: host.url, token: new Secret(host.token) })
    },
  }
}
