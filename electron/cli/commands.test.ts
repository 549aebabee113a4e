import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { AppError } from '../../shared/model/errors.ts'
import { Farm } from '../../shared/model/farms.ts'
import { Job } from '../../shared/model/jobs.ts'
import { Server } from '../../shared/model/servers.ts'
import { Secret } from '../../shared/model/secret.ts'
import type { Terminal } from '../../shared/model/terminals.ts'
import { runCli, type CliOptions } from '../../tests/support/cli-runner.ts'
import { keptLog, stubEngine } from '../../tests/support/stub-engine.ts'
import { startTestHost } from '../../tests/support/transports.ts'
import { openDataDir } from '../engine/data-dir/index.ts'
import { ChangeFeed } from '../engine/feed/index.ts'
import { systemClock } from '../headless/index.ts'

const at = '2026-01-01T00:00:00.000Z'
const farm = Farm.parse({
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
    }),
    ...change,
  }
}

const servers = [
  server('abc1', 1),
  server('abd2', 2),
  server('old9', 1, { status: 'terminated', terminatedAt: at, terminateReason: 'manual' }),
]
const job = Job.parse({
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

let dataDir: string
const stops: (() => Promise<void>)[] = []
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'farmhand-cli-'))
  stops.push(() => rm(dataDir, { recursive: true }))
})
afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop()
})

/** Serves an engine of the test's own as the owner of the data directory. */
async function own(methods: Parameters<typeof stubEngine>[0]): Promise<void> {
  const directory = await openDataDir({ dataDir, clock: systemClock, log: keptLog() })
  stops.push(() => directory.close())
  const engine = stubEngine({
    farms: { list: () => Promise.resolve([farm]), ...methods.farms },
    servers: {
      list: ({ includeTerminated }) =>
        Promise.resolve(servers.filter(({ status }) => includeTerminated || status !== 'terminated')),
      ...methods.servers,
    },
    ...Object.fromEntries(Object.entries(methods).filter(([noun]) => noun !== 'farms' && noun !== 'servers')),
  })
  const host = await startTestHost(engine, keptLog())
  stops.push(host.stop)
  await directory.writeEngineFile({ url: host.url, token: new Secret(host.token) })
}

const cli = (words: string, options: Partial<CliOptions> = {}) =>
  runCli(words.split(' '), { dataDir, ...options })

describe('wrong usage', () => {
  it.each([
    ['farm bogus', 'Usage: farmhand farm'],
    ['farm launch', 'Usage: farmhand farm launch'],
    ['cloud add sandbox', 'Usage: farmhand cloud add sandbox'],
    ['server ls --status alive', 'Usage: farmhand server ls'],
    ['farm ls --colour', 'Usage: farmhand farm ls'],
    ['farm ls extra', 'Usage: farmhand farm ls'],
    ['server exec x', 'after --'],
    ['serve --port many', '--port'],
    ['serve --tls-cert x', '--tls-key'],
  ])('“%s” exits with 2', async (words, said) => {
    const result = await cli(words)
    expect(result).toMatchObject({ status: 2, stdout: '' })
    expect(result.stderr).toContain(said)
  })

  it('is a document with --json', async () => {
    const result = await cli('farm launch --json')
    expect(result.status).toBe(2)
    expect(JSON.parse(result.stdout)).toMatchObject({ error: { code: 'input.invalid' } })
  })

  it('never takes a secret as an argument', async () => {
    const result = await cli('cloud add aws --name x --access-key-id AKIA --secret-access-key hunter2')
    expect(result.status).toBe(2)
  })
})

describe('lists', () => {
  it('prints an array and nothing else with --json, wherever it stands', async () => {
    await own({})
    for (const words of ['server ls --json', '--json server ls']) {
      const { status, stdout, stderr } = await cli(words)
      expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
      expect(JSON.parse(stdout)).toEqual(servers.slice(0, 2))
    }
  })

  it('aligns columns for people, and takes control characters out', async () => {
    await own({ farms: { list: () => Promise.resolve([{ ...farm, name: 'Sh\u001b[31mop\n' }, farm]) } })
    const { stdout } = await cli('farm ls')
    expect(stdout).not.toContain('\u001b')
    const lines = stdout.trimEnd().split('\n')
    expect(lines).toHaveLength(3)
    const column = lines[0]?.indexOf('STATUS') ?? -1
    expect(lines.slice(1).map((line) => line.slice(column, column + 7))).toEqual(['running', 'running'])
    expect(lines[2]).toMatch(/^Shop +running +2\/2 +1 /)
  })
})

describe('failures', () => {
  it('names each fault by path and exits with 1', async () => {
    const faults = [{ path: 'roles[0].scaling.min', message: 'Min is above max.' }]
    await own({
      farms: {
        import: () =>
          Promise.reject(
            new AppError('farm.invalid', { message: 'The design has faults.', details: { faults } }),
          ),
      },
    })
    const human = await cli('farm import -', { stdin: '{}' })
    expect(human).toMatchObject({ status: 1, stdout: '' })
    expect(human.stderr).toContain('roles[0].scaling.min: Min is above max.')
    const machine = await cli('farm import - --json', { stdin: '{}' })
    expect(machine).toMatchObject({ status: 1, stderr: '' })
    expect(JSON.parse(machine.stdout)).toMatchObject({
      error: { code: 'farm.invalid', message: 'The design has faults.', details: { faults } },
    })
  })

  it('says which file is no JSON, or not there', async () => {
    await own({})
    await writeFile(join(dataDir, 'broken.json'), '{"name": ')
    const broken = await cli(`farm import ${join(dataDir, 'broken.json')}`)
    expect(broken.status).toBe(1)
    expect(broken.stderr).toContain('broken.json is not JSON')
    expect((await cli('farm import /nowhere/x.json')).stderr).toContain('/nowhere/x.json cannot be read')
  })
})

describe('what ID means', () => {
  it.each([
    ['abc1', 'abc1'],
    ['abd', 'abd2'],
    ['shop/web/1', 'abc1'],
    ['farm-1/WEB/2', 'abd2'],
    ['old', 'old9'],
  ])('%s is %s', async (wanted, id) => {
    await own({})
    const { stdout } = await cli(`server show ${wanted} --json`)
    expect(JSON.parse(stdout)).toMatchObject({ id })
  })

  it.each([
    ['ab', 'input.invalid', 'abc1 (Shop/web/1), abd2 (Shop/web/2)'],
    ['shop/web/7', 'input.not_found', 'Shop/web/1'],
    ['zzz', 'input.not_found', 'There is no server “zzz”'],
  ])('%s is refused as %s', async (wanted, code, words) => {
    await own({})
    const { status, stdout } = await cli(`server show ${wanted} --json`)
    expect(status).toBe(1)
    expect(JSON.parse(stdout)).toMatchObject({
      error: { code, message: expect.stringContaining(words) as string },
    })
  })

  it('finds farms by name without regard to case, and by id', async () => {
    await own({})
    for (const wanted of ['shop', 'Shop', 'farm-1']) expect((await cli(`farm show ${wanted}`)).status).toBe(0)
    expect((await cli('farm show blog')).stderr).toContain('There is no farm “blog”. There is Shop.')
  })
})

describe('jobs', () => {
  async function ownJobs(end: Job) {
    const feed = new ChangeFeed({ epoch: 'e', clock: systemClock })
    feed.put('jobs', job)
    let current = job
    await own({
      feed: { subscribe: (input, options) => feed.subscribe(input, options) },
      jobs: {
        get: () => {
          const answer = current
          // What happens after the first look reaches the command by the feed alone.
          current = end
          feed.put('jobs', { ...job, progress: { done: 1, total: 2, step: 'web #1 runs' } })
          void systemClock.sleep(100).then(() => {
            feed.put('jobs', end)
          })
          return Promise.resolve(answer)
        },
      },
      farms: { launch: () => Promise.resolve({ jobId: job.id }) },
    })
  }

  it('returns at once without --wait', async () => {
    await ownJobs(job)
    const { status, stdout, stderr } = await cli('farm launch shop --json')
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
    expect(JSON.parse(stdout)).toMatchObject({ id: 'job-1', state: 'running' })
  })

  it('follows the job with --wait, steps on stderr', async () => {
    await ownJobs({ ...job, state: 'done', progress: { done: 2, total: 2, step: '' }, endedAt: at })
    const { status, stdout, stderr } = await cli('farm launch shop --wait --json')
    expect(status).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({ id: 'job-1', state: 'done' })
    expect(stderr).toContain('Launch farm Shop: 0/2 asking the cloud')
  })

  it('fails as the job fails', async () => {
    const error = new AppError('cloud.capacity', { message: 'No capacity in zone a.' }).toInfo()
    await ownJobs({ ...job, state: 'failed', error, endedAt: at })
    const { status, stdout } = await cli('farm launch shop --wait --json')
    expect(status).toBe(1)
    expect(JSON.parse(stdout)).toMatchObject({
      error: { code: 'cloud.capacity', message: 'No capacity in zone a.' },
    })
  })

  it('fails when the job was cancelled', async () => {
    await ownJobs({ ...job, state: 'cancelled', endedAt: at })
    expect((await cli('farm launch shop --wait')).status).toBe(1)
  })
})

describe('plan', () => {
  it('prints like a diff, with reasons', async () => {
    await own({
      farms: {
        plan: () =>
          Promise.resolve({
            farmId: 'farm-1',
            farm: 'Shop',
            purpose: 'apply',
            groups: [
              {
                farmRoleId: 'fr',
                alias: 'web',
                role: 'base',
                cloud: 'sandbox',
                location: 'sandbox-east-1',
                step: 0,
                items: [
                  {
                    action: 'create',
                    kind: 'server',
                    name: 'web #3',
                    reason: 'min is 3',
                    fields: [{ name: 'type', from: null, to: 't3.micro' }],
                    serverId: null,
                  },
                  {
                    action: 'replace',
                    kind: 'server',
                    name: 'web #1',
                    reason: 'another type',
                    fields: [{ name: 'type', from: 't3.nano', to: 't3.micro' }],
                    serverId: 'abc1',
                  },
                ],
              },
            ],
            counts: { create: 1, change: 0, replace: 1, remove: 0, keep: 0 },
            faults: [],
            warnings: ['The catalogue is a day old.'],
          }),
      },
    })
    const { status, stdout } = await cli('farm plan shop')
    expect(status).toBe(0)
    expect(stdout).toBe(
      [
        'Apply the design of farm Shop',
        '? The catalogue is a day old.',
        '',
        'web · base on sandbox, sandbox-east-1',
        '  + web #3  min is 3',
        '      type  t3.micro',
        '  ± web #1  another type',
        '      type  t3.nano → t3.micro',
        '',
        '1 to create, 1 to replace.',
        '',
      ].join('\n'),
    )
  })
})

describe('server key', () => {
  const key = {
    id: 'key-1',
    farmId: 'farm-1',
    farm: 'Shop',
    cloudId: 'c',
    cloud: 'sandbox',
    location: 'sandbox-east-1',
    name: 'k',
    type: 'ed25519' as const,
    publicKey: 'ssh-ed25519 AAAA',
    fingerprint: 'SHA256:y',
    imported: true,
    createdAt: at,
  }

  it('writes a file for its owner only, and replaces one only by --force', async () => {
    const asked: unknown[] = []
    await own({
      keys: {
        list: () => Promise.resolve([key as never]),
        exportPrivate: (input) => {
          asked.push(input)
          return Promise.resolve({ fileName: 'k.pem', text: `PRIVATE ${input.format}\n` })
        },
      },
    })
    const out = join(dataDir, 'k.pem')
    const first = await cli(`server key shop/web/1 --out ${out}`)
    expect(first.status).toBe(0)
    expect(first.stdout).not.toContain('PRIVATE')
    expect((await stat(out)).mode & 0o777).toBe(0o600)
    const second = await cli(`server key abc1 --out ${out} --format ppk --json`)
    expect(JSON.parse(second.stdout)).toMatchObject({ error: { code: 'input.conflict' } })
    expect(await readFile(out, 'utf8')).toBe('PRIVATE openssh\n')
    expect((await cli(`server key abc1 --out ${out} --format ppk --force`)).status).toBe(0)
    expect(await readFile(out, 'utf8')).toBe('PRIVATE ppk\n')
    expect(asked).toContainEqual({ keyId: 'key-1', format: 'ppk' })
  })
})

describe('commands on a server', () => {
  it('hands out what the command writes and ends with its status', async () => {
    const inputs: unknown[] = []
    await own({
      servers: {
        async *exec(input) {
          inputs.push(input)
          await Promise.resolve()
          yield { kind: 'stdout', base64: Buffer.from([0, 255, 10]).toString('base64') }
          yield { kind: 'stderr', base64: btoa('oh') }
          yield { kind: 'exit', code: 7, signal: null }
        },
      },
    })
    for (const verb of ['exec', 'ssh']) {
      const result = await cli(`server ${verb} abc1 -- ls -la --json`)
      expect(result).toMatchObject({ status: 7, stderr: 'oh' })
    }
    expect(inputs).toEqual(Array(2).fill({ serverId: 'abc1', argv: ['ls', '-la', '--json'] }))
    const collected = await cli('server exec abc1 --json -- x')
    expect(JSON.parse(collected.stdout)).toMatchObject({ code: 7, stderr: 'oh' })
    await cli('server exec abc1 --stdin -- cat', { stdin: 'typed' })
    expect(inputs.at(-1)).toMatchObject({ argv: ['cat'], stdinBase64: btoa('typed') })
  })

  it('ends as a shell does when a signal ended the command', async () => {
    await own({
      servers: {
        async *exec() {
          await Promise.resolve()
          yield { kind: 'exit', code: null, signal: 'TERM' }
        },
      },
    })
    expect((await cli('server exec abc1 -- x')).status).toBe(143)
  })
})

describe('a terminal on a server', () => {
  it('types stdin there, shows what comes back, and ends with the shell’s status', async () => {
    const feed = new ChangeFeed({ epoch: 'e', clock: systemClock })
    const typed: string[] = []
    const ended = Promise.withResolvers<undefined>()
    const closed: unknown[] = []
    const terminal = {
      id: 't1',
      target: { kind: 'server', serverId: 'abc1' },
      title: 'x',
      state: 'open',
      size: { cols: 80, rows: 24 },
      exit: null,
      error: null,
      openedAt: at,
    } as unknown as Terminal
    await own({
      feed: { subscribe: (input, options) => feed.subscribe(input, options) },
      terminals: {
        open: () => {
          feed.put('terminals', terminal)
          return Promise.resolve(terminal)
        },
        write: ({ text }) => {
          typed.push(text)
          if (text === '\u0004') ended.resolve(undefined)
          return Promise.resolve()
        },
        async *output(_input, { signal }) {
          yield { offset: 0, text: 'hello' }
          await ended.promise
          yield { offset: 5, text: ' bye' }
          feed.put('terminals', { ...terminal, state: 'closed', exit: { code: 3, signal: null } })
          await new Promise((resolve) => {
            if (signal.aborted) resolve(undefined)
            signal.addEventListener('abort', resolve, { once: true })
          })
        },
        ack: () => Promise.resolve(),
        close: (input) => {
          closed.push(input)
          return Promise.resolve()
        },
      },
    })
    const result = await cli('server ssh shop/web/1', { stdin: 'exit 3\n' })
    expect(result).toEqual({ status: 3, stdout: 'hello bye', stderr: '' })
    expect(typed).toEqual(['exit 3\n', '\u0004'])
    expect(closed).toEqual([{ terminalId: 't1' }])
  })
})

describe('cloud add aws', () => {
  it('reads the secret from stdin or the environment', async () => {
    const inputs: unknown[] = []
    await own({
      clouds: {
        profiles: () => Promise.resolve([{ name: 'dev', region: 'eu-west-1', kind: 'sso' }]),
        addAws: (input) => {
          inputs.push(input)
          return Promise.reject(new AppError('cloud.credentials', { message: 'Not today.' }))
        },
      },
    })
    const words = 'cloud add aws --name a --access-key-id AKIA --region eu-west-1 us-east-1'
    await cli(`${words} --secret-access-key-stdin`, { stdin: 'typed-secret\n' })
    await cli(words, { env: { AWS_SECRET_ACCESS_KEY: 'env-secret', AWS_SESSION_TOKEN: 's' } })
    await cli('cloud add aws --name a --profile dev')
    expect(inputs).toMatchObject([
      { accessKeyId: 'AKIA', secretAccessKey: 'typed-secret', locations: ['eu-west-1', 'us-east-1'] },
      { secretAccessKey: 'env-secret', sessionToken: 's' },
      { profile: 'dev', locations: ['eu-west-1'] },
    ])
    const missing = await cli(`${words} --json`)
    expect(JSON.parse(missing.stdout)).toMatchObject({ error: { code: 'input.invalid' } })
    expect(inputs).toHaveLength(3)
  })
})
