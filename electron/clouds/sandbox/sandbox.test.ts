import { execFile } from 'node:child_process'
import { appendFile, mkdtemp, readdir, readFile, rm, stat, truncate } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import {
  DescribeImagesCommand,
  DescribeInstancesCommand,
  EC2Client,
  RunInstancesCommand,
} from '@aws-sdk/client-ec2'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { ManualClock } from '../../../tests/support/clocks.ts'
import { silentLog } from '../../../tests/support/logs.ts'
import { startSandboxProcess } from '../../../tests/support/sandbox-client.ts'
import {
  importKey,
  makeKeyFile,
  type SandboxCloud,
  startSandboxCloud,
} from '../../../tests/support/sandbox-cloud.ts'
import { Sandbox } from './index.ts'

const run = promisify(execFile)

let cloud: SandboxCloud | undefined
let dir: string
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'sandbox-'))
})
afterEach(async () => {
  await cloud?.remove()
  cloud = undefined
  await rm(dir, { recursive: true, force: true })
})

it('goes on after a restart: same key, instances, addresses, files and host keys', async () => {
  cloud = await startSandboxCloud()
  const key = await makeKeyFile()
  await importKey(cloud, 'farm', key)
  const server = await cloud.running({ KeyName: 'farm', ClientToken: 'kept' })
  const [before] = await cloud.describe(server.id)
  const { accessKeyId, secretAccessKey } = cloud.address
  const ssh = (command: string): Promise<{ stdout: string }> =>
    run('ssh', [
      ...['-F', '/dev/null', '-i', key.path, '-p', String(server.port), '-o', 'BatchMode=yes'],
      ...['-o', 'StrictHostKeyChecking=accept-new', '-o', `UserKnownHostsFile=${join(dir, 'known')}`],
      ...['-o', 'LogLevel=ERROR', `farmhand@${server.host}`, command],
    ])
  await ssh('echo kept > file')
  await cloud.restart()
  expect(cloud.address).toMatchObject({ accessKeyId, secretAccessKey })
  // It listens again by the time the Sandbox is up, with the host key that is known.
  expect((await ssh('cat file')).stdout).toBe('kept\n')
  expect(await cloud.describe(server.id)).toEqual([before])
  const again = await cloud.launch({ KeyName: 'farm', ClientToken: 'kept' })
  expect(again.map(({ InstanceId }) => InstanceId)).toEqual([server.id])
  await key.remove()
})

it('loses no launch that it answered when it is killed at once', async () => {
  const answered: string[] = []
  for (let round = 0; round < 4; round += 1) {
    const child = await startSandboxProcess({ dir, bootMs: 0 })
    const ec2 = new EC2Client({
      region: 'sandbox-east-1',
      endpoint: child.endpoint,
      credentials: child,
      maxAttempts: 1,
    })
    const { Images = [] } = await ec2.send(
      new DescribeImagesCommand({ Filters: [{ Name: 'name', Values: ['sandbox-linux-1.0-x86_64'] }] }),
    )
    const known = await child.instances()
    expect(known.map(({ id }) => id)).toEqual(expect.arrayContaining(answered))
    expect(known.every(({ state }) => state === 'running' || state === 'pending')).toBe(true)
    const launch = (): Promise<string[]> =>
      ec2
        .send(
          new RunInstancesCommand({
            ImageId: Images[0]?.ImageId,
            InstanceType: 't3.micro',
            MinCount: 3,
            MaxCount: 3,
          }),
        )
        .then(({ Instances = [] }) => Instances.map(({ InstanceId = '' }) => InstanceId))
    const calls = Array.from({ length: 8 }, () =>
      launch().then(
        (ids) => answered.push(...ids),
        () => undefined,
      ),
    )
    await Promise.race(calls)
    await child.kill()
    await Promise.all(calls)
    ec2.destroy()
  }
  const last = await startSandboxProcess({ dir, bootMs: 0 })
  const ids = (await last.instances()).map(({ id }) => id)
  expect(ids).toEqual(expect.arrayContaining(answered))
  expect(ids.length % 3).toBe(0)
  await last.stop()
})

it('sets a damaged state aside and goes on with what stood before the damage', async () => {
  cloud = await startSandboxCloud()
  await cloud.launch()
  const [second] = await cloud.launch()
  const journal = join(cloud.dir, 'journal.jsonl')
  await cloud.sandbox.stop()
  await appendFile(journal, 'nonsense\n')
  await cloud.restart()
  expect((await cloud.describe()).map(({ InstanceId }) => InstanceId)).toContain(second?.InstanceId)
  const names = await readdir(cloud.dir)
  const aside = names.filter((name) => name.startsWith('journal.jsonl.damaged-'))
  expect(aside).toHaveLength(1)
  expect(await readFile(join(cloud.dir, aside[0] ?? ''), 'utf8')).toContain('nonsense')
})

it('takes what a crash cut off for never said', async () => {
  cloud = await startSandboxCloud()
  await cloud.running()
  await cloud.sandbox.stop()
  const journal = join(cloud.dir, 'journal.jsonl')
  await appendFile(journal, '[{"kind":"instance","put":{"id":"i-0')
  await cloud.restart()
  expect(await cloud.describe()).toHaveLength(1)
  expect((await readdir(cloud.dir)).sort()).toEqual(['instances', 'journal.jsonl', 'tools'])
  await cloud.sandbox.stop()
  await truncate(journal, 0)
  await cloud.restart()
  expect(await cloud.describe()).toEqual([])
})

it.skipIf(process.platform === 'win32')('keeps its state from other accounts of the machine', async () => {
  cloud = await startSandboxCloud()
  const { id } = await cloud.running()
  const modeOf = async (...path: string[]): Promise<number> =>
    (await stat(join(cloud?.dir ?? '', ...path))).mode & 0o777
  expect(await modeOf('journal.jsonl')).toBe(0o600)
  expect(await modeOf('instances', id, 'host_key')).toBe(0o600)
  expect(await modeOf('instances', id, 'home')).toBe(0o700)
})

it('makes the same ids from the same seed', async () => {
  const idsOf = async (folder: string): Promise<string[]> => {
    const child = await startSandboxProcess({ dir: join(dir, folder), bootMs: 0, idSeed: 'seed' })
    const ec2 = new EC2Client({ region: 'sandbox-east-1', endpoint: child.endpoint, credentials: child })
    const { Images = [] } = await ec2.send(new DescribeImagesCommand({ Owners: ['sandbox'] }))
    const made = await ec2.send(
      new RunInstancesCommand({
        ImageId: Images[0]?.ImageId,
        InstanceType: 't3.micro',
        MinCount: 2,
        MaxCount: 2,
      }),
    )
    ec2.destroy()
    await child.stop()
    return (made.Instances ?? []).map(({ InstanceId = '' }) => InstanceId)
  }
  expect(await idsOf('one')).toEqual(await idsOf('two'))
})

it('lets an instance boot by the clock that it is given', async () => {
  const clock = new ManualClock(Date.now())
  const sandbox = new Sandbox({ dir, clock, log: silentLog })
  const address = await sandbox.start()
  const ec2 = new EC2Client({ region: 'sandbox-east-1', endpoint: address.endpoint, credentials: address })
  const { Images = [] } = await ec2.send(new DescribeImagesCommand({ Owners: ['sandbox'] }))
  await ec2.send(
    new RunInstancesCommand({
      ImageId: Images[0]?.ImageId,
      InstanceType: 't3.micro',
      MinCount: 1,
      MaxCount: 1,
    }),
  )
  const state = async (): Promise<string | undefined> => {
    const { Reservations = [] } = await ec2.send(new DescribeInstancesCommand({}))
    return Reservations[0]?.Instances?.[0]?.State?.Name
  }
  expect(await state()).toBe('pending')
  clock.advance(1_900)
  expect(await state()).toBe('pending')
  clock.advance(4_200)
  await expect.poll(state, { timeout: 5_000, interval: 10 }).toBe('running')
  ec2.destroy()
  await sandbox.stop()
})

it('stops while instances boot, and boots them at the next start', async () => {
  cloud = await startSandboxCloud({ bootMs: 60_000 })
  const [made] = await cloud.launch()
  await cloud.restart()
  const [instance] = await cloud.describe(made?.InstanceId ?? '')
  expect(instance?.State?.Name).toBe('pending')
})
