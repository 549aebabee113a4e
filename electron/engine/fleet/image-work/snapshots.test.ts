import {
  AttachVolumeCommand,
  CreateVolumeCommand,
  DescribeImagesCommand,
  DescribeVolumesCommand,
} from '@aws-sdk/client-ec2'
import { readdir } from 'node:fs/promises'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { AppError } from '../../../../shared/model/errors.ts'
import { ServerId } from '../../../../shared/model/ids.ts'
import { SnapshotInput } from '../../../../shared/model/tasks.ts'
import { type SandboxCloud, startSandboxCloud } from '../../../../tests/support/sandbox-cloud.ts'
import {
  endedJob,
  launchedFarm,
  outputOf,
  runningServers,
  sandboxEngine,
  west,
} from '../../../../tests/support/sandbox-engine.ts'
import { openEngine, temporaryDirectory, until } from '../../../../tests/support/test-engine.ts'

let cloud: SandboxCloud
let directory: Awaited<ReturnType<typeof temporaryDirectory>>
let here: Awaited<ReturnType<typeof sandboxEngine>>

beforeEach(async () => {
  cloud = await startSandboxCloud({ imageMs: 0 })
  directory = await temporaryDirectory()
  here = await sandboxEngine(directory.path, cloud)
})
afterEach(async () => {
  await here.engine.stop()
  await cloud.remove()
  await directory.remove()
})

const snapshot = (input: Partial<Parameters<typeof SnapshotInput.parse>[0]> & object) =>
  SnapshotInput.parse(input)

async function cloudImages(client = cloud.ec2): Promise<number> {
  return (await client.send(new DescribeImagesCommand({ Owners: ['self'] }))).Images?.length ?? 0
}

it('scenario 39: a second snapshot of a server, or of another one of its farm role, is refused while one is unfinished', async () => {
  const { servers } = await launchedFarm(here, 'shop', 2)
  await cloud.sandbox.faults.inject({ kind: 'throttle', action: 'CreateImage' })
  const [first, second] = servers
  const { jobId } = await here.engine.images.fromServer(
    snapshot({ serverId: first?.id, name: 'golden', reboot: false }),
  )
  for (const server of [first, second]) {
    await expect(
      here.engine.images.fromServer(snapshot({ serverId: server?.id, name: 'other', reboot: false })),
    ).rejects.toMatchObject({ code: 'image.busy' })
  }
  await here.engine.jobs.cancel({ jobId })
  cloud.sandbox.faults.clear()
  expect(await endedJob(here.engine, jobId)).toMatchObject({
    state: expect.stringMatching(/cancelled|failed/),
  })
  expect(await cloudImages()).toBe(0)
})

it('scenario 40: a rebundle with a new role; a farm role that uses it gets a server that runs and has the files', async () => {
  const { servers } = await launchedFarm(here, 'shop', 1)
  const [server] = servers
  if (!server) throw new Error('no server')
  await outputOf(here.engine, server.id, 'echo ready > installed')
  const { jobId } = await here.engine.images.fromServer(
    snapshot({
      serverId: server.id,
      name: 'golden',
      what: 'role',
      reboot: false,
      description: 'with all installed',
    }),
  )
  const job = await endedJob(here.engine, jobId)
  expect(job).toMatchObject({ state: 'done', error: null })
  expect(job.log?.map(({ text }) => text).join('\n')).toContain('Role “golden” is there')
  const role = (await here.engine.roles.list()).find(({ name }) => name === 'golden')
  expect(role).toMatchObject({ osFamily: 'sandbox', description: 'with all installed' })
  const next = await launchedFarm({ ...here, roleId: role?.id ?? here.roleId }, 'second', 1)
  const [made] = next.servers
  expect(made).toMatchObject({ status: 'running', role: 'golden' })
  expect(await outputOf(here.engine, made?.id ?? '', 'cat installed')).toBe('ready')
})

it('replaces the farm role’s servers one by one: the new one runs before the old one ends, and has its index', async () => {
  const { servers } = await launchedFarm(here, 'shop', 2)
  const old = new Set(servers.map(({ id }) => id as string))
  const [server] = servers
  const { jobId } = await here.engine.images.fromServer(
    snapshot({ serverId: server?.id, name: 'golden', reboot: false, replacement: 'this-farm' }),
  )
  expect(await endedJob(here.engine, jobId)).toMatchObject({ state: 'done' })
  const rollout = await until(async () =>
    (await here.engine.jobs.list()).find(({ kind }) => kind === 'servers.rollout'),
  )
  expect(await endedJob(here.engine, rollout.id)).toMatchObject({
    state: 'done',
    progress: { done: 2, total: 2 },
  })
  const after = await runningServers(here.engine, 'shop', 2)
  expect(after.map(({ index, role, launchReason }) => ({ index, role, launchReason }))).toEqual([
    { index: 1, role: 'golden', launchReason: 'image-rollout' },
    { index: 2, role: 'golden', launchReason: 'image-rollout' },
  ])
  expect(after.some(({ id }) => old.has(id))).toBe(false)
  const ended = (await here.engine.servers.list({ farm: 'shop', includeTerminated: true })).filter(({ id }) =>
    old.has(id),
  )
  expect(ended.map(({ terminateReason }) => terminateReason)).toEqual(['image-rollout', 'image-rollout'])
  const farm = await here.engine.farms.get({ farmId: after[0]?.farmId ?? '' })
  expect(farm.state.rollouts).toEqual([])
})

it('goes on after a restart in the middle, and makes nothing twice when the answer was lost', async () => {
  const { servers } = await launchedFarm(here, 'shop', 1)
  await cloud.sandbox.faults.inject({ kind: 'lose-reply', action: 'CreateImage', calls: 1 })
  const { jobId } = await here.engine.images.fromServer(
    snapshot({ serverId: servers[0]?.id, name: 'golden', what: 'image', reboot: false }),
  )
  await until(async () => (await cloudImages()) === 1)
  await here.engine.stop()
  const engine = await openEngine({ dataDir: directory.path })
  here = { ...here, engine }
  await engine.start()
  expect(await endedJob(engine, jobId)).toMatchObject({ state: 'done' })
  expect(await cloudImages()).toBe(1)
  expect((await engine.images.list()).filter(({ name }) => name === 'golden')).toHaveLength(1)
})

it('an image that fails in the cloud ends the job with the cloud’s words, and leaves nothing behind', async () => {
  const { servers } = await launchedFarm(here, 'shop', 1)
  await cloud.sandbox.faults.inject({ kind: 'image-fails', calls: 1 })
  const { jobId } = await here.engine.images.fromServer(
    snapshot({ serverId: servers[0]?.id, name: 'golden', reboot: false }),
  )
  const job = await endedJob(here.engine, jobId)
  expect(job).toMatchObject({ state: 'failed', error: { code: 'image.failed' } })
  expect(job.error?.message).toContain('Snapshot creation failed')
  expect(await cloudImages()).toBe(0)
  expect((await here.engine.roles.list()).map(({ name }) => name)).toEqual(['base'])
})

it('fails when the server ends before the image was made', async () => {
  const { servers } = await launchedFarm(here, 'shop', 1)
  await cloud.sandbox.faults.inject({ kind: 'throttle', action: 'CreateImage' })
  const { jobId } = await here.engine.images.fromServer(
    snapshot({ serverId: servers[0]?.id, name: 'golden', reboot: false }),
  )
  const serverId = servers[0]?.id ?? ''
  await here.engine.servers.terminate({ serverId, force: true })
  await until(async () => (await here.engine.servers.get({ serverId })).status === 'terminated')
  cloud.sandbox.faults.clear()
  expect(await endedJob(here.engine, jobId)).toMatchObject({
    state: 'failed',
    error: { code: 'image.failed' },
  })
})

it('copies an image to another location, into its roles, and deregisters it with its snapshots once nothing uses it', async () => {
  const { servers } = await launchedFarm(here, 'shop', 1)
  await endedJob(
    here.engine,
    (
      await here.engine.images.fromServer(
        snapshot({ serverId: servers[0]?.id, name: 'golden', reboot: false }),
      )
    ).jobId,
  )
  const image = (await here.engine.images.list()).find(({ name }) => name.startsWith('golden'))
  if (!image) throw new Error('no image')
  const copy = await here.engine.images.copy({ imageId: image.id, locations: [west], intoRoles: true })
  expect(await endedJob(here.engine, copy.jobId)).toMatchObject({ state: 'done' })
  const copied = (await here.engine.images.list()).find(({ location }) => location === west)
  const role = (await here.engine.roles.list()).find(({ name }) => name === 'golden')
  expect(role?.imageIds).toEqual([image.id, copied?.id])
  const plan = await here.engine.images.planDeregister({ imageId: image.id })
  expect(plan).toMatchObject({
    snapshotIds: [expect.stringMatching(/^snap-/)],
    usage: { roles: [{ name: 'golden' }] },
  })
  expect(plan.blockers).toHaveLength(1)
  await expect(here.engine.images.deregister({ imageId: image.id })).rejects.toMatchObject({
    code: 'image.in_use',
  })
  await here.engine.roles.remove({ roleId: role?.id ?? '' })
  const { jobId } = await here.engine.images.deregister({ imageId: image.id })
  expect(await endedJob(here.engine, jobId)).toMatchObject({ state: 'done' })
  expect(await cloudImages()).toBe(0)
  expect((await here.engine.images.list()).some(({ id }) => id === image.id)).toBe(false)
  expect(await readdir(`${cloud.dir}/images`)).toHaveLength(1)
})

it('plans and carries out the replacement of an image over roles and running servers', async () => {
  const { servers } = await launchedFarm(here, 'shop', 1)
  const [server] = servers
  await endedJob(
    here.engine,
    (
      await here.engine.images.fromServer(
        snapshot({ serverId: server?.id, name: 'golden', what: 'image', reboot: false }),
      )
    ).jobId,
  )
  const image = (await here.engine.images.list()).find(({ name }) => name === 'golden')
  if (!image) throw new Error('no image')
  const request = { imageId: here.imageId, byImageId: image.id, rebuild: true }
  const plan = await here.engine.images.planReplace(request)
  expect(plan).toMatchObject({ faults: [], counts: { roles: 1, farms: 1, rebuilt: 1, kept: 0 } })
  const { jobId } = await here.engine.images.replace(request)
  expect(await endedJob(here.engine, jobId ?? '')).toMatchObject({ state: 'done' })
  const [after] = await runningServers(here.engine, 'shop', 1)
  expect(after).toMatchObject({ index: 1, imageId: image.id })
  expect(after?.id).not.toBe(server?.id)
})

it('a role that is deprecated is not used anew, and names what to use instead', async () => {
  const clone = await here.engine.roles.clone({ roleId: here.roleId, name: 'base-2' })
  const old = await here.engine.roles.deprecate({ roleId: here.roleId, replacementId: clone.id })
  expect(old.deprecated).toMatchObject({ replacementId: clone.id })
  const faults = await here.engine.farms.validate({
    farm: {
      name: 'new',
      roles: [
        {
          alias: 'web',
          roleId: here.roleId,
          cloudId: here.cloudId,
          location: 'sandbox-east-1',
          instanceType: 't3.micro',
        },
      ],
    },
  })
  expect(faults).toEqual([
    { path: 'roles[0].roleId', message: expect.stringContaining('deprecated') as string },
  ])
  expect(faults[0]?.message).toContain('base-2')
  await here.engine.roles.undeprecate({ roleId: here.roleId })
})

it('a server that is unknown, and a name that is taken, are refused with a sentence', async () => {
  await expect(
    here.engine.images.fromServer(snapshot({ serverId: ServerId.parse('nobody'), name: 'golden' })),
  ).rejects.toBeInstanceOf(AppError)
  const { servers } = await launchedFarm(here, 'shop', 1)
  await expect(
    here.engine.images.fromServer(snapshot({ serverId: servers[0]?.id, name: 'base' })),
  ).rejects.toMatchObject({ code: 'input.invalid', details: { faults: [{ path: 'name' }] } })
})

it('takes attached volumes along when asked, and launches with the root disk that the snapshot was given', async () => {
  const { servers } = await launchedFarm(here, 'shop', 1)
  const [server] = servers
  const instanceId = server?.cloudServerId ?? ''
  const [instance] = await cloud.describe(instanceId)
  const { VolumeId } = await cloud.ec2.send(
    new CreateVolumeCommand({ AvailabilityZone: instance?.Placement?.AvailabilityZone, Size: 2 }),
  )
  await cloud.ec2.send(new AttachVolumeCommand({ VolumeId, InstanceId: instanceId, Device: '/dev/sdf' }))
  const asked = { serverId: server?.id, reboot: false }
  for (const [sizeGib, words] of [
    [4, 'has 8 GiB'],
    [4_000_000, 'expected number to be <=65536'],
  ] as const) {
    const refused = Promise.resolve().then(() =>
      here.engine.images.fromServer(snapshot({ ...asked, name: 'small', rootDisk: { sizeGib } })),
    )
    await expect(refused).rejects.toThrow(words)
  }
  const rootDisk = { sizeGib: 20, type: 'io2', iops: 500 } as const
  for (const [name, attachedVolumes] of [
    ['whole', true],
    ['root-only', false],
  ] as const) {
    const { jobId } = await here.engine.images.fromServer(
      snapshot({ ...asked, name, attachedVolumes, rootDisk }),
    )
    expect(await endedJob(here.engine, jobId)).toMatchObject({ state: 'done', error: null })
  }
  const disksOf = async (name: string) => {
    const image = (await here.engine.images.list()).find((one) => one.name.startsWith(name))
    const id = image?.source.kind === 'id' ? image.source.cloudImageId : ''
    const { Images } = await cloud.ec2.send(new DescribeImagesCommand({ ImageIds: [id] }))
    return Images?.[0]?.BlockDeviceMappings?.map(({ DeviceName, Ebs }) => [
      DeviceName,
      Ebs?.DeleteOnTermination,
    ])
  }
  expect(await disksOf('root-only')).toEqual([['/dev/sda1', true]])
  // They go with the servers of the image, or each would leave a volume behind that is paid for.
  expect(await disksOf('whole')).toEqual([
    ['/dev/sda1', true],
    ['/dev/sdf', true],
  ])
  const role = (await here.engine.roles.list()).find(({ name }) => name === 'whole')
  const next = await launchedFarm({ ...here, roleId: role?.id ?? here.roleId }, 'second', 1)
  const made = next.servers[0]?.cloudServerId ?? ''
  const { Volumes } = await cloud.ec2.send(
    new DescribeVolumesCommand({ Filters: [{ Name: 'attachment.instance-id', Values: [made] }] }),
  )
  expect(Volumes?.map(({ Size, VolumeType, Iops }) => [Size, VolumeType, Iops])).toEqual([
    [20, 'io2', 500],
    [2, 'gp2', undefined],
  ])
})
