import { readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { AppError } from '../../shared/model/errors.ts'
import { FarmRoleId, ServerId } from '../../shared/model/ids.ts'
import type { Job } from '../../shared/model/jobs.ts'
import { at, commandsOfTest, job } from '../../tests/support/cli-host.ts'
import { runCli } from '../../tests/support/cli-runner.ts'
import { ChangeFeed } from '../engine/records/feed/index.ts'
import { systemClock } from '../headless/index.ts'

const { cli, dataDir, own } = commandsOfTest()

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
            cost: {
              before: { amounts: [], unknown: [], asOf: null, isAtMost: false },
              after: { amounts: [], unknown: [], asOf: null, isAtMost: false },
            },
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
    const out = join(dataDir(), 'k.pem')
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

describe('farms as templates', () => {
  const preview = {
    farm: 'shop (2)',
    farmRoles: [],
    clouds: [{ from: 'Work', to: null }],
    locations: [],
    images: [],
    roles: [{ from: 'web', action: 'use' as const, to: 'web', reason: 'It is there already' }],
    open: [],
    leftOut: ['web: its VPC and subnets'],
    faults: [
      { path: 'mapping.clouds.Work', message: 'There is no cloud “Work” here. Say which cloud it is.' },
    ],
  }

  it('farm import recognises a template, hands over the mapping, and shows a preview that fails', async () => {
    const asked: unknown[] = []
    await own({
      farms: {
        previewTemplate: (request) => {
          asked.push(request)
          return Promise.resolve(preview)
        },
      },
    })
    const file = join(dataDir(), 'template.json')
    await writeFile(file, '{"schema":"farmhand.template/v1"}')
    const words = `farm import ${file} --map-cloud Work=Home --map-location Work/a-1=b-1 --map-image x=y --set web.scaling.min=2 --role-conflicts add-copy --preview`
    const { status, stdout } = await cli(words)
    expect(status).toBe(1)
    expect(stdout.split('\n')).toEqual([
      'Farm shop (2)',
      '  cloud     Work → ?',
      '  role      use web: It is there already',
      '? web: its VPC and subnets',
      '! mapping.clouds.Work: There is no cloud “Work” here. Say which cloud it is.',
      '',
    ])
    expect(asked).toEqual([
      {
        document: { schema: 'farmhand.template/v1' },
        mapping: {
          clouds: { Work: 'Home' },
          locations: { 'Work/a-1': 'b-1' },
          images: { x: 'y' },
          values: { 'web.scaling.min': 2 },
        },
        roleConflicts: 'add-copy',
      },
    ])
    expect(await cli(`farm import ${file} --map-cloud Work`)).toMatchObject({ status: 2 })
  })
})

describe('locks', () => {
  it('scenario 6: a lock without a comment is refused', async () => {
    await own({})
    expect(await cli('farm lock shop')).toMatchObject({ status: 2 })
    const { status, stdout } = await runCli(['farm', 'lock', 'shop', '--comment', ' ', '--json'], {
      dataDir: dataDir(),
    })
    expect(status).toBe(1)
    expect(stdout).toContain('Say why it is locked.')
  })
})

describe('farm replace-servers', () => {
  it('shows what would be replaced, and replaces it', async () => {
    const asked: unknown[] = []
    await own({
      farms: {
        planReplaceServers: ({ farmId }) =>
          Promise.resolve({
            farmId,
            farm: 'shop',
            servers: [
              {
                id: ServerId.parse('s1'),
                name: 'web #1 of shop',
                farmRoleId: FarmRoleId.parse('web'),
                status: 'running' as const,
                differences: [{ field: 'instance type', design: 'm6i.large', running: 't3.micro' }],
                mode: 'ahead' as const,
                outcome: 'replaced' as const,
                reason: 'A new server takes its place, then it is terminated.',
              },
            ],
            counts: { replaced: 1, kept: 0 },
          }),
        replaceServers: (request) => {
          asked.push(request)
          return Promise.reject(
            new AppError('input.conflict', { message: 'They are being replaced already.' }),
          )
        },
      },
    })
    const shown = await cli('farm replace-servers shop --preview')
    expect(shown.stdout).toBe(
      '± web #1 of shop: instance type t3.micro → m6i.large; A new server takes its place, then it is terminated.\n1 to replace, 0 kept.\n',
    )
    expect(await cli('farm replace-servers shop')).toMatchObject({ status: 1 })
    expect(asked).toHaveLength(1)
  })
})
