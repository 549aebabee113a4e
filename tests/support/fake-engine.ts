import { parseArgs } from 'node:util'
import type { EngineShape } from '../../electron/api/index.ts'
import { ChangeFeed } from '../../electron/engine/records/feed/index.ts'
import { systemClock } from '../../electron/headless/index.ts'
import { startHeadlessHost } from '../../electron/headless/http-host.ts'
import { createToken } from '../../electron/headless/token.ts'
import { AppError } from '../../shared/model/errors.ts'
import { JobId } from '../../shared/model/ids.ts'
import type { Job, JobKind } from '../../shared/model/jobs.ts'
import type { Server } from '../../shared/model/servers.ts'
import { fakeCatalog } from './fake-catalog.ts'
import { fakePrompt, fakeWorld, type FakeWorld } from './fake-data.ts'
import { fakeSecurityGroups } from './fake-security-groups.ts'
import { fakeDiscovery } from './fake-discovery.ts'
import { fakeStorage } from './fake-storage.ts'
import { fakeTerminals } from './fake-terminals.ts'
import { silentLog } from './logs.ts'
import { fakeProperties } from './fake-properties.ts'
import { stubEngine } from './stub-engine.ts'
import { memorySettings, testFacts } from './transports.ts'

export interface FakeEngineOptions {
  /** About so many servers. */
  servers: number
  /** The first start: nothing is there. */
  empty?: boolean
  /** Server calls are refused by the cloud. */
  refuses?: boolean
  /** A host key has changed. */
  prompts?: boolean
  /** Topics are never answered, so that screens stay loading. */
  silent?: boolean
}

export interface FakeEngine {
  engine: EngineShape
  world: FakeWorld
  feed: ChangeFeed
  /** Changes one server, as the reconciler would. */
  changeServer(id: string, change: Partial<Server>): void
}

function notFound(what: string): AppError {
  return new AppError('input.not_found', { message: `There is no ${what} with this id.` })
}

/** An engine in memory with believable data: for screens, screenshots and the benchmark of lists. */
function fakeEngine(options: FakeEngineOptions): FakeEngine {
  const nowMs = Date.now()
  const world = fakeWorld({ servers: options.servers, nowMs, ...(options.empty ? { empty: true } : {}) })
  const feed = new ChangeFeed({ epoch: 'fake', clock: systemClock })
  const [firstServer] = world.servers
  if (options.prompts === true && firstServer) world.prompts.push(fakePrompt(firstServer, nowMs))
  feed.put('clouds', ...world.clouds)
  feed.put('images', ...world.images)
  feed.put('roles', ...world.roles)
  feed.put('farms', ...world.farms)
  feed.put('servers', ...world.servers)
  feed.put('keys', ...world.keys)
  feed.put('jobs', ...world.jobs)
  feed.put('notices', ...world.notices)
  feed.put('prompts', ...world.prompts)

  const server = (id: string): Server => {
    const found = feed.entities('servers').find((candidate) => candidate.id === id)
    if (found === undefined) throw notFound('server')
    return found
  }
  const changeServer = (id: string, change: Partial<Server>): void =>
    feed.put('servers', { ...server(id), since: new Date().toISOString(), waitingFor: null, ...change })

  let jobs = 100
  async function asJob(kind: JobKind, title: string, target: Job['target']): Promise<{ jobId: Job['id'] }> {
    jobs += 1
    const job: Job = {
      id: JobId.parse(`job-${jobs}`),
      kind,
      title,
      target,
      state: 'running',
      progress: { done: 0, total: 1, step: 'asking the cloud' },
      error: null,
      cancellable: true,
      bulk: null,
      startedAt: new Date().toISOString(),
      endedAt: null,
    }
    feed.put('jobs', job)
    return { jobId: job.id }
  }
  async function onServer(kind: JobKind, id: string, verb: string, change: Partial<Server>) {
    if (options.refuses === true) {
      throw new AppError('cloud.refused', {
        message: `AWS refuses to ${verb.toLowerCase()} it: the account lacks the permission.`,
        details: {
          cloudCode: 'UnauthorizedOperation',
          cloudMessage: 'You are not authorized to perform this operation.',
        },
      })
    }
    const { alias, index, farm } = server(id)
    changeServer(id, change)
    return asJob(kind, `${verb} ${alias} #${index} of ${farm}`, { kind: 'server', id })
  }

  const engine = stubEngine({
    feed: {
      subscribe: (request, { signal }) =>
        feed.subscribe(options.silent === true ? { ...request, topics: [] } : request, {
          signal,
        }),
    },
    clouds: {
      list: async () => feed.entities('clouds'),
      profiles: async () => [],
      activity: async () =>
        feed.entities('clouds').flatMap((cloud) =>
          cloud.health.map(({ location, state }, at) => ({
            cloudId: cloud.id,
            location,
            observedAt:
              state === 'failing' ? null : new Date(Date.now() - (4 + at * 8) * 1_000).toISOString(),
            use: {
              callsLastMinute: 12 + at * 17,
              tightest: at === 0 ? null : { action: 'DescribeInstances', left: 96, capacity: 100 },
              throttledAt: null,
            },
          })),
        ),
      catalog: async ({ cloudId, location }) => fakeCatalog(cloudId, location, new Date(nowMs).toISOString()),
      addSandbox: async () => {
        const full = fakeWorld({ servers: 0, nowMs })
        const [sandbox] = full.clouds
        if (sandbox === undefined) throw notFound('cloud')
        feed.put('clouds', sandbox)
        feed.put('roles', ...full.roles)
        feed.put('images', ...full.images)
        return sandbox
      },
    },
    farms: {
      list: async () => feed.entities('farms'),
      get: async ({ farmId }) => {
        const farm = feed.entities('farms').find(({ id }) => id === farmId)
        if (farm === undefined) throw notFound('farm')
        return farm
      },
      validate: async () => [],
      addSample: async () => {
        const farm = fakeWorld({ servers: 0, nowMs }).farms.at(-1)
        if (farm === undefined) throw notFound('farm')
        feed.put('farms', farm)
        return farm
      },
    },
    servers: {
      list: async ({ includeTerminated }) =>
        feed.entities('servers').filter(({ status }) => includeTerminated || status !== 'terminated'),
      get: async ({ serverId }) => server(serverId),
      console: async () => ({
        text: '\u001b[0;32m[  OK  ]\u001b[0m Started cloud-init.\r\n\u001b[0;31m[FAILED]\u001b[0m Failed to start backup.timer.\r\n',
        at: new Date(nowMs).toISOString(),
      }),
      hostKey: async ({ serverId }) => {
        const { ssh } = server(serverId)
        if (ssh?.hostKeyFingerprint == null) return null
        return {
          serverId,
          host: ssh.host,
          port: ssh.port,
          keyType: 'ssh-ed25519',
          fingerprint: ssh.hostKeyFingerprint,
          trustedBy: 'console',
          at: new Date(nowMs).toISOString(),
        }
      },
      cloudProperties: async ({ serverId }) => fakeProperties(server(serverId)),
      password: async () => ({ user: 'Administrator', password: 'not-a-password' }),
      troubleshoot: async ({ serverId }) => {
        changeServer(serverId, { status: 'troubleshooting', heldFrom: server(serverId).status })
        return server(serverId)
      },
      release: async ({ serverId }) => {
        changeServer(serverId, { status: server(serverId).heldFrom ?? 'running', heldFrom: null })
        return server(serverId)
      },
      changeType: async ({ serverId, instanceType }) => {
        changeServer(serverId, { instanceType })
        return server(serverId)
      },
      setTerminationProtection: async ({ serverId, isOn }) => {
        changeServer(serverId, { terminationProtected: isOn })
        return server(serverId)
      },
      bulk: async ({ serverIds, action, options: asked }) => {
        const outcomes = serverIds.map((id, at) => ({
          serverId: id,
          name: `${server(id).alias} #${server(id).index} of ${server(id).farm}`,
          state: at === 1 ? ('failed' as const) : ('done' as const),
          message: at === 1 ? 'UnauthorizedOperation You are not authorized to perform this operation.' : '',
        }))
        const { jobId } = await asJob('servers.bulk', `${action} ${serverIds.length} servers`, {
          kind: 'workspace',
          id: 'selection',
        })
        const job = feed.entities('jobs').find(({ id }) => id === jobId)
        if (job) {
          feed.put('jobs', {
            ...job,
            state: serverIds.length > 1 ? 'failed' : 'done',
            bulk: { action, options: asked, outcomes },
            endedAt: new Date().toISOString(),
          })
        }
        return { jobId }
      },
      reboot: ({ serverId }) => onServer('server.reboot', serverId, 'Reboot', { rebooting: true }),
      suspend: ({ serverId }) =>
        onServer('server.suspend', serverId, 'Suspend', { status: 'pending-suspend' }),
      resume: ({ serverId }) => onServer('server.resume', serverId, 'Resume', { status: 'resuming' }),
      terminate: ({ serverId }) =>
        onServer('server.terminate', serverId, 'Terminate', { status: 'pending-terminate' }),
      lock: async ({ serverId, comment }) => {
        changeServer(serverId, { lock: { comment, at: new Date().toISOString() } })
        return server(serverId)
      },
      unlock: async ({ serverId }) => {
        changeServer(serverId, { lock: null })
        return server(serverId)
      },
    },
    securityGroups: fakeSecurityGroups({
      clouds: () => feed.entities('clouds'),
      farms: () => feed.entities('farms'),
      servers: () => feed.entities('servers'),
    }),
    discovery: fakeDiscovery((title) => asJob('servers.import', title, { kind: 'workspace', id: 'import' })),
    storage: fakeStorage({
      clouds: () => feed.entities('clouds'),
      servers: () => feed.entities('servers'),
      nowMs,
      asJob: ({ serverId, cloudId }) =>
        asJob('volume.attach', 'Attach a volume', {
          kind: serverId ? 'server' : 'cloud',
          id: serverId || cloudId,
        }),
    }),
    keys: {
      list: async () => feed.entities('keys'),
      exportPrivate: async ({ format }) => ({ fileName: `key.${format}`, text: 'not a key' }),
    },
    events: {
      list: async ({ serverId, farmId, before, limit }) => {
        const events = world.events
          .filter((event) => serverId === undefined || event.serverId === serverId)
          .filter((event) => farmId === undefined || event.farmId === farmId)
          .toSorted((a, b) => b.at.localeCompare(a.at))
        const from = before === undefined ? 0 : events.findIndex(({ id }) => id === before) + 1
        return events.slice(from, from + limit)
      },
    },
    jobs: {
      list: async () => feed.entities('jobs'),
      cancel: async ({ jobId }) => {
        const job = feed.entities('jobs').find(({ id }) => id === jobId)
        if (job === undefined) throw notFound('job')
        const ended: Job = { ...job, state: 'cancelled', endedAt: new Date().toISOString() }
        feed.put('jobs', ended)
        return ended
      },
    },
    prompts: {
      answer: async ({ promptId }) => feed.drop('prompts', promptId),
    },
    terminals: fakeTerminals({
      put: (terminal) => feed.put('terminals', terminal),
      drop: (id) => feed.drop('terminals', id),
      titleOf: (id) => `${server(id).alias} #${server(id).index} of ${server(id).farm}`,
    }),
    system: {
      notices: async () => feed.entities('notices'),
      dismissNotice: async ({ noticeId }) => feed.drop('notices', noticeId),
    },
  })
  return { engine, world, feed, changeServer }
}

/** Serves a fake engine with a built renderer; `url` opens it in a browser. */
export async function serveFakeEngine(options: FakeEngineOptions & { rendererDir: string; port?: number }) {
  const fake = fakeEngine(options)
  const token = createToken()
  const host = await startHeadlessHost({
    engine: fake.engine,
    log: silentLog,
    token,
    facts: testFacts,
    settings: memorySettings(),
    rendererDir: options.rendererDir,
    host: '127.0.0.1',
    port: options.port ?? 0,
  })
  return { ...fake, url: `${host.url}/#token=${token}`, stop: () => host.stop() }
}

if (import.meta.main) {
  const { values } = parseArgs({
    options: {
      servers: { type: 'string', default: '40' },
      renderer: { type: 'string', default: 'dist/renderer' },
      empty: { type: 'boolean', default: false },
    },
  })
  const served = await serveFakeEngine({
    servers: Number(values.servers),
    rendererDir: values.renderer,
    empty: values.empty,
  })
  process.stdout.write(`${served.url}\n`)
}
