import { StopInstancesCommand } from '@aws-sdk/client-ec2'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { ImportInput } from '../../../../shared/model/discovery.ts'
import { SetServerKey } from '../../../../shared/model/discovery.ts'
import { InstanceSnapshotInput } from '../../../../shared/model/tasks.ts'
import {
  east,
  importKey,
  type KeyFile,
  makeKeyFile,
  type SandboxCloud,
  startSandboxCloud,
} from '../../../../tests/support/sandbox-cloud.ts'
import {
  endedJob,
  launchedFarm,
  outputOf,
  runningServers,
  sandboxEngine,
} from '../../../../tests/support/sandbox-engine.ts'
import { openEngine, temporaryDirectory, until } from '../../../../tests/support/test-engine.ts'

let cloud: SandboxCloud
let key: KeyFile
let directory: Awaited<ReturnType<typeof temporaryDirectory>>
let here: Awaited<ReturnType<typeof sandboxEngine>>

beforeEach(async () => {
  cloud = await startSandboxCloud()
  directory = await temporaryDirectory()
  here = await sandboxEngine(directory.path, cloud)
  key = await makeKeyFile()
  await importKey(cloud, 'mine', key)
})
afterEach(async () => {
  await here.engine.stop()
  await cloud.remove()
  await directory.remove()
  await key.remove()
})

/** An instance that somebody launched by hand. */
async function foreign(name: string) {
  return cloud.running({
    KeyName: 'mine',
    TagSpecifications: [
      {
        ResourceType: 'instance',
        Tags: [
          { Key: 'Name', Value: name },
          { Key: 'stage', Value: 'old' },
        ],
      },
    ],
  })
}

function request(instanceIds: string[], change: object = {}) {
  return ImportInput.parse({
    cloudId: here.cloudId,
    location: east,
    instanceIds,
    farm: { kind: 'new', name: 'legacy' },
    farmRole: { kind: 'new', alias: 'box', os: { family: 'sandbox', version: '1.0' } },
    ssh: { user: 'farmhand', port: 2222 },
    privateKey: key.privateKey,
    ...change,
  })
}

it('lists what is not ours with what it is, and not what is', async () => {
  const { id } = await foreign('old box')
  await launchedFarm(here, 'shop', 1)
  const list = await here.engine.discovery.list({ cloudId: here.cloudId, location: east })
  expect(list).toMatchObject([
    {
      id,
      name: 'old box',
      state: 'running',
      os: { family: 'sandbox', version: '1.0' },
      keyName: 'mine',
      tags: { stage: 'old' },
      importable: true,
      isOrphan: false,
    },
  ])
})

it('scenario 37: a running cloud instance imported to an agentless farm role is exactly one Running server with its cloud id, not rebooted', async () => {
  const { id } = await foreign('old box')
  const before = await cloud.describe(id)
  const input = request([id], { tags: { set: { stage: 'new' }, remove: ['Name'] } })
  const plan = await here.engine.discovery.planImport(input)
  expect(plan).toMatchObject({
    farm: 'legacy',
    alias: 'box',
    faults: [],
    servers: [{ instanceId: id, index: 1 }],
  })
  const { jobId } = await here.engine.discovery.import(input)
  expect(await endedJob(here.engine, jobId)).toMatchObject({ state: 'done', error: null })
  const [server, ...others] = await here.engine.servers.list()
  expect(others).toEqual([])
  expect(server).toMatchObject({
    cloudServerId: id,
    status: 'running',
    index: 1,
    farm: 'legacy',
    alias: 'box',
    launchReason: 'imported',
  })
  expect(await here.engine.discovery.importResults({ jobId })).toMatchObject([
    { instanceId: id, serverId: server?.id, state: 'done', error: null },
  ])
  // Its own key opens it.
  expect(await outputOf(here.engine, server?.id ?? '', 'echo hello')).toBe('hello')
  const after = await cloud.describe(id)
  expect(cloud.sandbox.faults.calls()).not.toHaveProperty('RebootInstances')
  expect(after[0]?.LaunchTime).toEqual(before[0]?.LaunchTime)
  expect(after[0]?.State?.Name).toBe('running')
  const tags = Object.fromEntries(after[0]?.Tags?.map(({ Key = '', Value }) => [Key, Value]) ?? [])
  expect(tags).toMatchObject({ stage: 'new', 'farmhand:server': server?.id })
  expect(tags).not.toHaveProperty('Name')
  expect(await here.engine.discovery.list({ cloudId: here.cloudId, location: east })).toEqual([])
  // The role of imported servers launches nothing.
  const role = (await here.engine.roles.list()).find(({ isSystem }) => isSystem)
  expect(role?.name).toBe('imported-sandbox-1.0')
  const farm = await here.engine.farms.get({ farmId: server?.farmId ?? '' })
  expect(farm.roles[0]?.scaling).toMatchObject({ enabled: false })
  if (!server) throw new Error('no server')
  await expect(
    here.engine.farms.launchServer({ farmId: farm.id, farmRoleId: server.farmRoleId }),
  ).rejects.toMatchObject({ code: 'farm.invalid' })
  // Terminating the farm terminates the machine.
  await here.engine.farms.terminate({ farmId: farm.id })
  await cloud.whenAll('terminated', [id])
})

it('imports several into an existing farm role with a matching image, each with its own index', async () => {
  const { farm } = await launchedFarm(here, 'shop', 1)
  const ids = [(await foreign('a')).id, (await foreign('b')).id]
  const farmRoleId = farm.roles[0]?.id ?? ''
  const input = request(ids, {
    farm: { kind: 'existing', farmId: farm.id },
    farmRole: { kind: 'existing', farmRoleId },
  })
  const full = await here.engine.discovery.planImport(input)
  expect(full.faults).toMatchObject([{ path: 'farmRole' }])
  expect(full.faults[0]?.message).toContain('Raise the maximum first')
  await expect(here.engine.discovery.import(input)).rejects.toMatchObject({ code: 'input.invalid' })
  const {
    id: _,
    createdAt: _made,
    updatedAt: _changed,
    state: _state,
    ...design
  } = await here.engine.farms.get({
    farmId: farm.id,
  })
  await here.engine.farms.update({
    farmId: farm.id,
    farm: {
      ...design,
      roles: design.roles.map((role) => ({ ...role, scaling: { ...role.scaling, max: 3 } })),
    },
  })
  const { jobId } = await here.engine.discovery.import(input)
  expect(await endedJob(here.engine, jobId)).toMatchObject({ state: 'done' })
  const servers = await runningServers(here.engine, 'shop', 3)
  expect(servers.map(({ index }) => index)).toEqual([1, 2, 3])
})

it('an import that is cut off is finished by the next run, and doubles nothing', async () => {
  const ids = [(await foreign('a')).id, (await foreign('b')).id]
  // The first instance is tagged, and the answer is lost on the way: as if Farmhand had died right then.
  await cloud.sandbox.faults.inject({ kind: 'latency', action: 'CreateTags', ms: 1_500 })
  const { jobId } = await here.engine.discovery.import(request(ids))
  await until(async () => (cloud.sandbox.faults.calls()['CreateTags'] ?? 0) >= 1)
  await here.engine.stop()
  cloud.sandbox.faults.clear()
  const engine = await openEngine({ dataDir: directory.path })
  here = { ...here, engine }
  await engine.start()
  expect(await endedJob(engine, jobId)).toMatchObject({ state: 'done' })
  const servers = await engine.servers.list({ includeTerminated: true })
  expect(servers.map(({ cloudServerId }) => cloudServerId).sort()).toEqual([...ids].sort())
  expect(await engine.system.notices()).toEqual([])
})

it('refuses what cannot be taken over, each with its sentence', async () => {
  const { id } = await foreign('stopped one')
  await cloud.ec2.send(new StopInstancesCommand({ InstanceIds: [id] }))
  await cloud.whenAll('stopped', [id])
  const plan = await here.engine.discovery.planImport(
    request([id, 'i-00000000000000000'], {
      privateKey: 'not a key',
      tags: { set: { 'aws:x': 'y' }, remove: [] },
    }),
  )
  expect(plan.faults.map(({ path }) => path)).toEqual(['instanceIds', 'instanceIds', 'privateKey', 'tags'])
  expect(JSON.stringify(plan)).not.toContain('not a key')
})

it('without a key no terminal opens, until one is given', async () => {
  const { id, port } = await foreign('old box')
  const { jobId } = await here.engine.discovery.import(request([id], { privateKey: null }))
  await endedJob(here.engine, jobId)
  const [server] = await here.engine.servers.list()
  await expect(outputOf(here.engine, server?.id ?? '', 'true')).rejects.toMatchObject({
    code: 'server.no_key',
  })
  await here.engine.discovery.setKey(
    SetServerKey.parse({ serverId: server?.id, privateKey: key.privateKey, user: 'farmhand', port }),
  )
  expect(await outputOf(here.engine, server?.id ?? '', 'echo hello')).toBe('hello')
})

it('makes an image, and a role with it, of an instance that is not ours', async () => {
  const { id } = await foreign('old box')
  const { jobId } = await here.engine.discovery.createImage(
    InstanceSnapshotInput.parse({
      cloudId: here.cloudId,
      location: east,
      instanceId: id,
      what: 'role',
      name: 'old-box',
      reboot: false,
      os: { family: 'sandbox', version: '1.0' },
      ssh: { user: 'farmhand', port: 2222 },
    }),
  )
  expect(await endedJob(here.engine, jobId)).toMatchObject({ state: 'done' })
  const role = (await here.engine.roles.list()).find(({ name }) => name === 'old-box')
  const { servers } = await launchedFarm({ ...here, roleId: role?.id ?? here.roleId }, 'shop', 1)
  expect(servers).toMatchObject([{ role: 'old-box', status: 'running' }])
})
