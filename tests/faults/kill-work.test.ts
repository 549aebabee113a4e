import { DescribeInstancesCommand, EC2Client, RunInstancesCommand } from '@aws-sdk/client-ec2'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { CloudImage } from '../../shared/model/clouds.ts'
import type { DiscoveredInstance } from '../../shared/model/discovery.ts'
import type { Farm } from '../../shared/model/farms.ts'
import type { Image } from '../../shared/model/images.ts'
import type { Job } from '../../shared/model/jobs.ts'
import type { Notice } from '../../shared/model/notices.ts'
import type { Server } from '../../shared/model/servers.ts'
import { killHost, liveInstances, moments, type RunningHost, startHost } from '../support/running-host.ts'
import { type SandboxProcess, startSandboxProcess } from '../support/sandbox-client.ts'
import { temporaryDirectory, until } from '../support/test-engine.ts'

/* The engine is killed in the middle of a rollout and of an import: both go on, and nothing is there twice or by itself. */

const east = 'sandbox-east-1'
const ROUNDS = 5
const SERVERS = 3

let directory: Awaited<ReturnType<typeof temporaryDirectory>>
let sandbox: SandboxProcess
let ec2: EC2Client
let host: RunningHost
let cloudId: string
let roleId: string

beforeAll(async () => {
  directory = await temporaryDirectory()
  sandbox = await startSandboxProcess({ bootMs: 50, terminateMs: 0 })
  ec2 = new EC2Client({ region: east, endpoint: sandbox.endpoint, credentials: sandbox })
  host = await startHost(directory.path)
  const cloud = await host.call<{ id: string }>('POST', '/clouds/aws', {
    name: 'Test cloud',
    accessKeyId: sandbox.accessKeyId,
    secretAccessKey: sandbox.secretAccessKey,
    endpoint: sandbox.endpoint,
    locations: [east],
  })
  cloudId = cloud.id
  const image = await host.call<Image>('POST', '/images', {
    name: 'linux 0',
    cloudId,
    location: east,
    source: { kind: 'newest', owner: 'sandbox', namePattern: 'sandbox-linux-*' },
    os: { family: 'sandbox', version: '1.0' },
    architecture: 'x86_64',
    ssh: { user: 'farmhand', port: 2222 },
  })
  const role = await host.call<{ id: string }>('POST', '/roles', {
    name: 'linux',
    osFamily: 'sandbox',
    imageIds: [image.id],
  })
  roleId = role.id
})
afterAll(async () => {
  await killHost(host)
  ec2.destroy()
  await sandbox.stop()
  await directory.remove()
})

/** Kills the host so long after `begin` was asked, and starts it again; what `begin` asked may not be acknowledged. */
async function killedAfter(momentMs: number, begin: () => Promise<unknown>): Promise<void> {
  const asked = begin().catch(() => undefined)
  await new Promise((resolve) => setTimeout(resolve, momentMs))
  await killHost(host)
  await asked
  host = await startHost(directory.path)
}

async function jobsEnded(where: string): Promise<Job[]> {
  try {
    return await until(async () => {
      const jobs = await host.call<Job[]>('GET', '/jobs')
      return jobs.every(({ state }) => state !== 'running') && jobs
    }, 60_000)
  } catch (cause) {
    const jobs = await host.call<Job[]>('GET', '/jobs')
    const story = jobs.map(({ title, state, progress }) => `${title}: ${state} ${progress.step}`)
    throw new Error([where, ...story].join('\n'), { cause })
  }
}

async function liveIds(): Promise<string[]> {
  return (await liveInstances(sandbox)).map(({ id }) => id).sort()
}

test(
  `killed at ${ROUNDS} random moments of a rollout of ${SERVERS} servers: it goes on, none is lost and none is there twice`,
  { timeout: 900_000 },
  async () => {
    const farm = await host.call<Farm>('POST', '/farms', {
      name: 'rolled',
      roles: [
        {
          alias: 'web',
          roleId,
          cloudId,
          location: east,
          instanceType: 't3.micro',
          scaling: { enabled: true, min: SERVERS, max: SERVERS },
        },
      ],
    })
    await host.call('POST', `/farms/${farm.id}/launch`, {})
    const running = (): Promise<Server[]> =>
      until(async () => {
        const all = await host.call<Server[]>('GET', '/servers?farm=rolled')
        return all.length === SERVERS && all.every(({ status }) => status === 'running') && all
      }, 60_000)
    await running()
    for (const [round, momentMs] of moments(ROUNDS, 4_000).entries()) {
      const where = `after a kill at ${momentMs} ms`
      const role = (await host.call<{ id: string; imageIds: string[] }[]>('GET', '/roles')).find(
        ({ id }) => id === roleId,
      )
      const before = (await host.call<Image[]>('GET', '/images')).find(({ id }) => id === role?.imageIds[0])
      if (!before) throw new Error('the role has no image')
      const { id: imageId, deprecated: _, createdAt: _made, updatedAt: _changed, ...input } = before
      const next = await host.call<Image>('POST', '/images', { ...input, name: `linux ${round + 1}` })
      const replace = () =>
        host.call('POST', `/images/${imageId}/replace`, { byImageId: next.id, rebuild: true })
      await killedAfter(momentMs, replace)
      const jobs = await jobsEnded(where)
      const servers = await running()
      const rolledOut = jobs.filter(({ kind }) => kind === 'servers.rollout')
      for (const job of rolledOut) expect(job, where).toMatchObject({ state: 'done', error: null })
      expect(servers.map(({ index }) => index).sort(), where).toEqual([1, 2, 3])
      expect(servers.map(({ cloudServerId }) => cloudServerId).sort(), where).toEqual(await liveIds())
      const { state } = await host.call<Farm>('GET', `/farms/${farm.id}`)
      expect(state.rollouts ?? [], where).toEqual([])
      // All or, when the kill came before the job was on disk, none.
      const made = new Set(servers.map((server) => server.imageId))
      expect(made.size, where).toBe(1)
    }
    await host.call('POST', `/farms/${farm.id}/terminate`, { force: true })
    await until(async () => (await liveIds()).length === 0, 60_000)
  },
)

test(
  `killed at ${ROUNDS} random moments of an import: each instance is one server, and none is rebooted`,
  { timeout: 900_000 },
  async () => {
    const launch = async (count: number): Promise<string[]> => {
      const [like] = await host.call<CloudImage[]>(
        'POST',
        `/clouds/${cloudId}/locations/${east}/find-images`,
        { owner: 'sandbox', namePattern: 'sandbox-linux-1.0-x86_64' },
      )
      const { Instances = [] } = await ec2.send(
        new RunInstancesCommand({
          ImageId: like?.cloudImageId,
          InstanceType: 't3.micro',
          MinCount: count,
          MaxCount: count,
        }),
      )
      const ids = Instances.map(({ InstanceId = '' }) => InstanceId)
      await until(async () => {
        const { Reservations = [] } = await ec2.send(new DescribeInstancesCommand({ InstanceIds: ids }))
        return Reservations.flatMap(({ Instances: all = [] }) => all).every(
          ({ State }) => State?.Name === 'running',
        )
      })
      return ids
    }
    const [first = ''] = await launch(1)
    const common = { cloudId, location: east, ssh: { user: 'farmhand', port: 2222 } }
    await host.call('POST', '/discovery/import', {
      ...common,
      instanceIds: [first],
      farm: { kind: 'new', name: 'legacy' },
      farmRole: { kind: 'new', alias: 'box', os: { family: 'sandbox', version: '1.0' } },
    })
    await jobsEnded('at the beginning')
    const farm = (await host.call<Farm[]>('GET', '/farms')).find(({ name }) => name === 'legacy')
    const wanted = new Set([first])
    for (const momentMs of moments(ROUNDS, 400)) {
      const where = `after a kill at ${momentMs} ms`
      const ids = await launch(4)
      for (const id of ids) wanted.add(id)
      const ask = (instanceIds: string[]) =>
        host.call('POST', '/discovery/import', {
          ...common,
          instanceIds,
          farm: { kind: 'existing', farmId: farm?.id },
          farmRole: { kind: 'existing', farmRoleId: farm?.roles[0]?.id },
        })
      await killedAfter(momentMs, () => ask(ids))
      await jobsEnded(where)
      // What was killed before it was on disk is asked again.
      const left = await host.call<DiscoveredInstance[]>(
        'GET',
        `/clouds/${cloudId}/locations/${east}/instances`,
      )
      if (left.length > 0) {
        expect(left.map(({ id }) => id).sort(), where).toEqual([...ids].sort())
        expect(
          left.every(({ isOrphan }) => !isOrphan),
          where,
        ).toBe(true)
        await ask(ids)
        await jobsEnded(where)
      }
      const servers = await host.call<Server[]>('GET', '/servers?farm=legacy')
      expect(servers.map(({ cloudServerId }) => cloudServerId).sort(), where).toEqual([...wanted].sort())
      expect(
        servers.every(({ status }) => status === 'running'),
        where,
      ).toBe(true)
      expect(new Set(servers.map(({ index }) => index)).size, where).toBe(wanted.size)
    }
    expect(await sandbox.calls()).not.toHaveProperty('RebootInstances')
    expect(await host.call<Notice[]>('GET', '/notices')).toEqual([])
  },
)
