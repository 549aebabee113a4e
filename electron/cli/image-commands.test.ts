import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { DiscoveredInstance, ImportPlan } from '../../shared/model/discovery.ts'
import type { DeregisterPlan, ReplacePlan } from '../../shared/model/image-plans.ts'
import type { Image, ImageDocument } from '../../shared/model/images.ts'
import type { Job } from '../../shared/model/jobs.ts'
import type { Role, RoleDocument } from '../../shared/model/roles.ts'
import { Secret } from '../../shared/model/secret.ts'
import type { Server } from '../../shared/model/servers.ts'
import { runCli } from '../../tests/support/cli-runner.ts'
import {
  importKey,
  type KeyFile,
  makeKeyFile,
  type SandboxCloud,
  startSandboxCloud,
} from '../../tests/support/sandbox-cloud.ts'
import {
  endedJob,
  launchedFarm,
  runningServers,
  sandboxEngine,
  west,
} from '../../tests/support/sandbox-engine.ts'
import { silentLog, temporaryDirectory } from '../../tests/support/test-engine.ts'
import { startTestHost } from '../../tests/support/transports.ts'

/* Roles, images, snapshots and discovery by the command line, over the real engine and the Sandbox's EC2 endpoint. */

let cloud: SandboxCloud
let dataDir: string
let files: string
let here: Awaited<ReturnType<typeof sandboxEngine>>
let servers: Server[]
let stop: () => Promise<void>

beforeAll(async () => {
  cloud = await startSandboxCloud()
  files = await mkdtemp(join(tmpdir(), 'documents-'))
  const directory = await temporaryDirectory()
  dataDir = directory.path
  here = await sandboxEngine(dataDir, cloud)
  const host = await startTestHost(here.engine, silentLog)
  await here.engine.dataDir.writeEngineFile({ url: host.url, token: new Secret(host.token) })
  servers = (await launchedFarm(here, 'shop', 1)).servers
  stop = async () => {
    await host.stop()
    await here.engine.stop()
    await cloud.remove()
    await directory.remove()
    await rm(files, { recursive: true })
  }
}, 60_000)
afterAll(() => stop())

const cli = (...words: string[]) => runCli(words, { dataDir })
async function json<T>(...words: string[]): Promise<T> {
  const { status, stdout, stderr } = await cli(...words, '--json')
  if (status !== 0) throw new Error(`${words.join(' ')}: ${stdout}${stderr}`)
  return JSON.parse(stdout) as T
}
async function said(...words: string[]): Promise<string> {
  const { status, stdout, stderr } = await cli(...words)
  if (status !== 0) throw new Error(`${words.join(' ')}: ${stdout}${stderr}`)
  return stdout
}

describe('farmhand role', () => {
  it('clones, tells the usage, deprecates, exports, imports and removes', async () => {
    expect(await said('role', 'usage', 'base')).toBe('farm shop (web)\nserver web #1 of shop\n')
    expect(await json<Role>('role', 'clone', 'base', 'base-2')).toMatchObject({ osFamily: 'sandbox' })
    expect(await said('role', 'usage', 'base-2')).toBe('Nobody uses it.\n')
    const old = await json<Role>(
      'role',
      'deprecate',
      'base-2',
      '--from',
      '2026-01-31',
      '--replacement',
      'base',
    )
    expect(old.deprecated).toEqual({ from: '2026-01-31T00:00:00.000Z', replacementId: here.roleId })
    expect(await said('role', 'ls')).toMatch(/base-2 .*deprecated/)
    const document = await json<RoleDocument>('role', 'export', 'base-2')
    expect(document.deprecated).toEqual({ from: '2026-01-31T00:00:00.000Z', replacement: 'base' })
    const file = join(files, 'role.json')
    await writeFile(file, JSON.stringify({ ...document, name: 'base-3' }))
    expect(await json<Role>('role', 'import', file)).toMatchObject({ deprecated: old.deprecated })
    expect(await said('role', 'undeprecate', 'base-3')).toBe('base-3 may be chosen again.\n')
    for (const name of ['base-2', 'base-3']) await said('role', 'rm', name)
    expect((await json<Role[]>('role', 'ls')).map(({ name }) => name)).toEqual(['base'])
    expect(await cli('role', 'rm', 'base')).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('is used by farm “shop”') as string,
    })
    expect(await cli('role', 'deprecate', 'base', '--from', 'soon')).toMatchObject({ status: 2 })
  })
})

describe('farmhand server snapshot and image', () => {
  it('makes a role of a server, with the root disk that is asked for', async () => {
    const [server] = servers
    const words = ['server', 'snapshot', 'shop/web/1', '--name', 'golden', '--no-reboot', '--with-volumes']
    const disk = ['--root-size', '20', '--root-type', 'gp3']
    const job = await json<Job>(...words, ...disk, '--description', 'with all', '--wait')
    expect(job).toMatchObject({ state: 'done', target: { kind: 'server', id: server?.id } })
    const image = (await json<Image[]>('image', 'ls')).find(({ name }) => name.startsWith('golden'))
    expect(image).toMatchObject({
      description: 'with all',
      rootDisk: { sizeGib: 20, type: 'gp3', iops: null },
    })
    expect(await cli(...words, '--root-size', '20', '--root-type', 'fast')).toMatchObject({ status: 2 })
    expect(await cli(...words, '--root-size', 'big')).toMatchObject({ status: 2 })
    expect(await cli('server', 'snapshot', 'shop/web/1', '--name', 'x')).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('name: A name of 3 to 100') as string,
    })
    const small = await cli('server', 'snapshot', 'shop/web/1', '--name', 'small', '--root-size', '1')
    expect(small).toMatchObject({ status: 1, stderr: expect.stringContaining('rootDisk.sizeGib') as string })
  })

  it('copies an image, replaces it with a plan, and takes it out of the cloud once nobody uses it', async () => {
    const golden = (await json<Image[]>('image', 'ls')).find(({ name }) => name.startsWith('golden'))
    const name = golden?.name ?? ''
    expect(await said('image', 'usage', name)).toBe('role golden\n')
    expect(await json<Job>('image', 'copy', name, '--to', west, '--into-roles', '--wait')).toMatchObject({
      state: 'done',
    })
    const role = (await json<Role[]>('role', 'ls')).find((one) => one.name === 'golden')
    expect(role?.imageIds).toHaveLength(2)
    const plan = await json<ReplacePlan>('image', 'replace', 'base east', '--by', name, '--rebuild')
    expect(plan).toMatchObject({ faults: [], counts: { roles: 1, rebuilt: 1 } })
    expect(await said('image', 'replace', 'base east', '--by', name)).toMatch(
      /role base\n {2}web of shop\n {4}web #1 of shop: kept/,
    )
    const done = await json<Job>(
      'image',
      'replace',
      'base east',
      '--by',
      name,
      '--rebuild',
      '--yes',
      '--wait',
    )
    expect(done).toMatchObject({ state: 'done', kind: 'servers.rollout' })
    const [after] = await runningServers(here.engine, 'shop', 1)
    expect(after).toMatchObject({ index: 1, imageId: golden?.id })
    expect(await said('image', 'deregister', name)).toMatch(
      /snapshots would go\n {2}snap-.*[\s\S]*not now: Roles/,
    )
    expect(await cli('image', 'deregister', name, '--yes')).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('Replace it there first') as string,
    })
    await said('image', 'replace', name, '--by', 'base east', '--yes')
    const left = await json<DeregisterPlan>('image', 'deregister', name)
    expect(left.blockers).toEqual([])
    expect(await json<Job>('image', 'deregister', name, '--yes', '--wait')).toMatchObject({ state: 'done' })
    expect((await json<Image[]>('image', 'ls')).some((one) => one.id === golden?.id)).toBe(false)
    // A role goes with its images, but for those that another role launches from.
    const gone = await json<{ jobIds: string[]; kept: string[] }>('role', 'rm', 'golden', '--with-images')
    expect(gone.kept).toEqual([expect.stringContaining('“base east” cannot be taken out') as string])
    const [jobId = ''] = gone.jobIds
    expect(await endedJob(here.engine, jobId)).toMatchObject({ state: 'done' })
    expect((await json<Image[]>('image', 'ls')).map((one) => one.name)).toEqual(['base east'])
  })

  it('exports, imports, deprecates and removes an image', async () => {
    const document = await json<ImageDocument>('image', 'export', 'base east')
    const file = join(files, 'image.json')
    await writeFile(file, JSON.stringify({ ...document, name: 'second' }))
    expect(await said('image', 'import', file)).toMatch(/^Image second is there/)
    const old = await json<Image>('image', 'deprecate', 'second', '--replacement', 'base east')
    expect(old.deprecated).toMatchObject({ replacementId: here.imageId })
    expect(await said('image', 'ls')).toMatch(/second .*deprecated/)
    expect(await said('image', 'undeprecate', 'second')).toBe('second may be chosen again.\n')
    expect(await said('image', 'rm', 'second')).toBe('Image second is removed.\n')
  })
})

describe('farmhand discover', () => {
  let key: KeyFile
  beforeAll(async () => {
    key = await makeKeyFile()
    await importKey(cloud, 'mine', key)
  })
  afterAll(() => key.remove())
  const place = (): string[] => ['--cloud', 'Test', '--location', 'sandbox-east-1']

  it('lists what is not ours, plans an import and carries it out; the key comes later', async () => {
    const { id, port } = await cloud.running({
      KeyName: 'mine',
      TagSpecifications: [{ ResourceType: 'instance', Tags: [{ Key: 'Name', Value: 'old box' }] }],
    })
    const found = await json<DiscoveredInstance[]>('discover', 'ls', ...place())
    expect(found).toMatchObject([{ id, name: 'old box', importable: true }])
    expect(await said('discover', 'ls', ...place())).toMatch(new RegExp(`${id} +old box +running .* yes`))
    const words = ['discover', 'import', id, ...place(), '--new-farm', 'legacy', '--alias', 'box']
    expect(await cli(...words, '--farm', 'shop')).toMatchObject({ status: 2 })
    expect(await cli(...words, '--port', 'ssh')).toMatchObject({ status: 2 })
    const plan = await json<ImportPlan>(...words, '--set-tag', 'stage=new')
    expect(plan).toMatchObject({ farm: 'legacy', faults: [], servers: [{ instanceId: id, index: 1 }] })
    expect(await said(...words)).toContain(`${id} old box becomes legacy/box/1`)
    expect(await json<Job>(...words, '--set-tag', 'stage=new', '--yes', '--wait')).toMatchObject({
      state: 'done',
      kind: 'servers.import',
    })
    expect(await json<DiscoveredInstance[]>('discover', 'ls', ...place())).toEqual([])
    const closed = await cli('server', 'exec', 'legacy/box/1', '--', 'echo', 'hello')
    expect(closed).toMatchObject({ status: 1, stderr: expect.stringContaining('key') as string })
    expect(await said('discover', 'key', 'legacy/box/1', '--file', key.path, '--port', `${port}`)).toBe(
      'The key of legacy/box/1 is kept.\n',
    )
    expect(await said('server', 'exec', 'legacy/box/1', '--', 'echo', 'hello')).toBe('hello\n')
    // The key is nowhere in what was said or in the log.
    const log = await readFile(join(dataDir, 'logs', 'farmhand.log'), 'utf8').catch(() => '')
    expect(log).not.toContain(key.privateKey.split('\n')[1])
  })
})
