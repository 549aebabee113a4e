import { awsTraits } from '../../electron/clouds/aws/traits.ts'
import { sandboxTraits } from '../../electron/clouds/sandbox/traits.ts'
import type { Cloud, InstanceType } from '../../shared/model/clouds.ts'
import type { ErrorInfo } from '../../shared/model/errors.ts'
import type { Event } from '../../shared/model/events.ts'
import { defaultRoleGroups, type FarmRole } from '../../shared/model/farm-roles.ts'
import type { Farm } from '../../shared/model/farms.ts'
import {
  CloudId,
  EventId,
  FarmId,
  FarmRoleId,
  ImageId,
  JobId,
  PromptId,
  RoleId,
  SshKeyId,
} from '../../shared/model/ids.ts'
import type { Image } from '../../shared/model/images.ts'
import type { Job } from '../../shared/model/jobs.ts'
import type { Notice } from '../../shared/model/notices.ts'
import type { Prompt } from '../../shared/model/prompts.ts'
import type { Role } from '../../shared/model/roles.ts'
import type { Server, ServerStatus } from '../../shared/model/servers.ts'
import type { SshKey } from '../../shared/model/ssh-keys.ts'
import { aServer } from './designs.ts'

export interface FakeWorld {
  clouds: Cloud[]
  images: Image[]
  roles: Role[]
  farms: Farm[]
  servers: Server[]
  keys: SshKey[]
  jobs: Job[]
  notices: Notice[]
  prompts: Prompt[]
  events: Event[]
}

const fingerprint = 'SHA256:k3V0bXh5ZmFrZWZpbmdlcnByaW50Zm9yc2NyZWVucw'
const otherFingerprint = 'SHA256:Zm9yc2NyZWVuc2ZpbmdlcnByaW50ZmFrZXhtM0t2Ym'

const quota: ErrorInfo = {
  code: 'cloud.quota',
  message:
    'AWS refuses more m7g.large instances in eu-central-1: the account’s limit of vCPUs is reached. Ask AWS for a higher limit or choose a smaller type.',
  retryable: true,
  details: {
    cloudCode: 'VcpuLimitExceeded',
    cloudMessage:
      'You have requested more vCPU capacity than your current vCPU limit of 64 allows for the instance bucket.',
    requestId: '7c1f1f0e-6d3a-4a53-8f0d-0a8f7f0f9d11',
  },
}

function before(nowMs: number, minutes: number): string {
  return new Date(nowMs - minutes * 60_000).toISOString()
}

function fakeClouds(at: (minutes: number) => string): Cloud[] {
  const healthy = (location: string) => ({
    location,
    state: 'reachable' as const,
    checkedAt: at(1),
    error: null,
  })
  return [
    {
      id: CloudId.parse('sandbox'),
      name: 'Sandbox',
      kind: 'sandbox',
      traits: sandboxTraits,
      createdAt: at(90_000),
      locations: ['sandbox-east-1', 'sandbox-west-1'],
      accountId: '000000000001',
      health: [healthy('sandbox-east-1'), healthy('sandbox-west-1')],
      catalogFetchedAt: at(90),
    },
    {
      id: CloudId.parse('aws'),
      name: 'AWS production',
      kind: 'aws',
      traits: awsTraits,
      createdAt: at(80_000),
      locations: ['eu-central-1', 'us-east-1'],
      credentials: { kind: 'profile', profile: 'production' },
      endpoint: null,
      accountId: '123456789012',
      health: [
        healthy('eu-central-1'),
        {
          location: 'us-east-1',
          state: 'failing',
          checkedAt: at(2),
          error: {
            code: 'cloud.credentials',
            message:
              'The sign-in of profile production has expired: run `aws sso login --profile production`.',
            retryable: false,
            details: {
              cloudCode: 'ExpiredToken',
              cloudMessage: 'The security token included in the request is expired',
            },
          },
        },
      ],
      catalogFetchedAt: at(600),
    },
  ]
}

/** What can be chosen in every location of the fake clouds. */
export const fakeInstanceTypes: InstanceType[] = [
  { name: 't4g.micro', vcpus: 2, memoryMib: 1024, architectures: ['arm64'], currentGeneration: true },
  { name: 't3.micro', vcpus: 2, memoryMib: 1024, architectures: ['x86_64'], currentGeneration: true },
  { name: 't3.medium', vcpus: 2, memoryMib: 4096, architectures: ['x86_64'], currentGeneration: true },
  { name: 'm7g.large', vcpus: 2, memoryMib: 8192, architectures: ['arm64'], currentGeneration: true },
  { name: 'm7i.4xlarge', vcpus: 16, memoryMib: 65_536, architectures: ['x86_64'], currentGeneration: true },
]

interface Place {
  cloud: string
  cloudName: string
  location: string
}
const sandboxEast: Place = { cloud: 'sandbox', cloudName: 'Sandbox', location: 'sandbox-east-1' }
const frankfurt: Place = { cloud: 'aws', cloudName: 'AWS production', location: 'eu-central-1' }

const longName =
  'The regional order-processing and reconciliation back office of the northern warehouses, blue deployment'

/** Farms of the fake world: name, status, and farm roles as alias, role, place and share of the servers. */
const farmPlans: {
  name: string
  status: Farm['state']['status']
  roles: { alias: string; role: string; place: Place; share: number }[]
}[] = [
  {
    name: 'shop',
    status: 'running',
    roles: [
      { alias: 'lb', role: 'haproxy', place: frankfurt, share: 1 },
      { alias: 'web', role: 'web-server', place: frankfurt, share: 6 },
      { alias: 'db', role: 'postgres', place: frankfurt, share: 2 },
    ],
  },
  {
    name: 'staging',
    status: 'running',
    roles: [{ alias: 'all-in-one', role: 'web-server', place: sandboxEast, share: 3 }],
  },
  {
    name: longName.slice(0, 100),
    status: 'running',
    roles: [{ alias: 'worker', role: 'ubuntu', place: frankfurt, share: 4 }],
  },
  {
    name: 'reports',
    status: 'suspended',
    roles: [{ alias: 'etl', role: 'ubuntu', place: sandboxEast, share: 2 }],
  },
  {
    name: 'sample',
    status: 'terminated',
    roles: [{ alias: 'web', role: 'web-server', place: sandboxEast, share: 0 }],
  },
]

function statusAt(position: number, farmStatus: Farm['state']['status']): ServerStatus {
  if (farmStatus === 'suspended') return 'suspended'
  const rare: Record<number, ServerStatus> = {
    3: 'initializing',
    7: 'pending',
    11: 'pending-launch',
    13: 'missing',
    17: 'pending-terminate',
    19: 'troubleshooting',
    23: 'suspended',
  }
  return rare[position % 41] ?? 'running'
}

function makeServer(
  position: number,
  farm: Farm,
  role: FarmRole,
  roleName: string,
  index: number,
  at: (minutes: number) => string,
): Server {
  const status = statusAt(position, farm.state.status)
  const isUp = ['running', 'initializing', 'troubleshooting'].includes(status)
  const failed = status === 'pending-launch'
  const waits: Partial<Record<ServerStatus, string>> = {
    pending: 'the instance to start',
    initializing: 'SSH',
    'pending-launch': 'another try',
    'pending-terminate': 'the instance to end',
  }
  const address = `10.${20 + (position >> 16)}.${(position >> 8) & 255}.${position & 255}`
  const publicIp = isUp
    ? `18.${184 + ((position >> 16) & 63)}.${(position >> 8) & 255}.${position & 255}`
    : null
  return aServer({
    id: `srv${position.toString(36).padStart(9, '0')}`,
    farmId: farm.id,
    farmRoleId: role.id,
    farm: farm.name,
    alias: role.alias,
    roleId: role.roleId,
    role: roleName,
    index,
    status,
    since: at(status === 'running' ? 60 + (position % 5000) : (position % 9) + 0.3),
    waitingFor: waits[status] ?? null,
    cloudId: role.cloudId,
    cloud: role.cloudId === 'aws' ? 'AWS production' : 'Sandbox',
    location: role.location,
    zone: `${role.location}${'abc'[position % 3] ?? 'a'}`,
    instanceType: role.instanceType,
    imageId: 'image-web-server',
    cloudServerId: failed ? null : `i-0${(position * 7919 + 0xabcdef).toString(16).padStart(16, '0')}`,
    instanceState: failed ? null : status === 'suspended' ? 'stopped' : 'running',
    publicIp,
    privateIp: failed ? null : address,
    hostname: failed ? null : `ip-${address.replaceAll('.', '-')}.${role.location}.compute.internal`,
    ssh:
      publicIp === null
        ? null
        : { host: publicIp, port: 22, user: 'ubuntu', hostKeyFingerprint: fingerprint },
    lock:
      position % 29 === 4 ? { comment: 'Holds the only copy of the import until Friday', at: at(300) } : null,
    error: failed ? quota : null,
    attempts: failed ? 4 : 1,
    rebooting: position % 31 === 9 && status === 'running',
    createdAt: at(6000),
    launchedAt: failed ? null : at(5990),
    runningAt: isUp ? at(60 + (position % 5000)) : null,
  })
}

/** A believable world with about so many servers; `empty: true` is the first start. */
export function fakeWorld(options: { servers: number; nowMs: number; empty?: boolean }): FakeWorld {
  const at = (minutes: number): string => before(options.nowMs, minutes)
  const nothing: FakeWorld = {
    clouds: [],
    images: [],
    roles: [],
    farms: [],
    servers: [],
    keys: [],
    jobs: [],
    notices: [],
    prompts: [],
    events: [],
  }
  if (options.empty === true) return nothing
  const roleNames = ['haproxy', 'web-server', 'postgres', 'ubuntu']
  const images: Image[] = roleNames.map((name) => ({
    id: ImageId.parse(`image-${name}`),
    name: `${name} on Ubuntu 24.04`,
    cloudId: CloudId.parse('aws'),
    location: 'eu-central-1',
    source: {
      kind: 'newest',
      owner: '099720109477',
      namePattern: 'ubuntu/images/hvm-ssd-gp3/ubuntu-noble-24.04-arm64-server-*',
    },
    os: { family: 'ubuntu', version: '24.04' },
    architecture: 'arm64',
    rootDeviceName: '/dev/sda1',
    rootDisk: { sizeGib: null, type: null, iops: null },
    ssh: { user: 'ubuntu', port: 22 },
    agentInstalled: false,
    cloudInitInstalled: true,
    description: '',
    deprecated: null,
    createdAt: at(9000),
    updatedAt: at(9000),
  }))
  const roles: Role[] = roleNames.map((name) => ({
    id: RoleId.parse(`role-${name}`),
    name,
    description: `Ubuntu 24.04 for ${name}`,
    category: name === 'postgres' ? 'database' : name === 'haproxy' ? 'lb' : 'base',
    osFamily: 'ubuntu',
    imageIds: [ImageId.parse(`image-${name}`)],
    tags: ['lts'],
    isSystem: false,
    deprecated: null,
    createdAt: at(9000),
    updatedAt: at(9000),
  }))
  const shares = farmPlans.flatMap((plan) => plan.roles).reduce((sum, role) => sum + role.share, 0)
  const servers: Server[] = []
  const farms = farmPlans.map((plan, farmPosition): Farm => {
    const id = FarmId.parse(`farm-${farmPosition + 1}`)
    const farmRoles = plan.roles.map((role, position): FarmRole => ({
      id: FarmRoleId.parse(`fr-${farmPosition + 1}-${position + 1}`),
      alias: role.alias,
      roleId: RoleId.parse(`role-${role.role}`),
      cloudId: CloudId.parse(role.place.cloud),
      location: role.place.location,
      ...defaultRoleGroups(),
      instanceType: role.place === frankfurt ? 'm7g.large' : 't3.micro',
      launchIndex: position,
      scaling: {
        ...defaultRoleGroups().scaling,
        min: Math.max(1, role.share),
        max: Math.max(2, role.share * 2),
      },
    }))
    const farm: Farm = {
      id,
      name: plan.name,
      description: '',
      ownerNote: '',
      timezone: 'Europe/Zurich',
      launchOrder: 'sequential',
      tags: {},
      lease: null,
      allowedHours: null,
      roles: farmRoles,
      createdAt: at(9000),
      updatedAt: at(4000),
      state: {
        farmId: id,
        status: plan.status,
        launchedAt: plan.status === 'terminated' ? null : at(6000),
        leaseEndsAt: null,
        leaseExtensions: 0,
        leaseWarned: null,
        hours: null,
        ranSince: null,
        hoursWarned: null,
        stoppedByHoursAt: null,
        termination: null,
        lock:
          plan.name === 'shop'
            ? { comment: 'Black Friday: ask the on-call first', by: 'mira', at: at(700) }
            : null,
        reconciledAt: at(0.2),
        problem: null,
        toldOf: null,
        saidBy: null,
        paused: plan.name.startsWith('The')
          ? farmRoles
              .slice(0, 1)
              .map((role) => ({ farmRoleId: role.id, since: at(12), until: at(-18), error: quota }))
          : [],
      },
    }
    for (const [position, role] of farmRoles.entries()) {
      const share = plan.roles[position]?.share ?? 0
      const count = Math.round((options.servers * share) / shares)
      for (let index = 1; index <= count; index += 1) {
        servers.push(makeServer(servers.length, farm, role, plan.roles[position]?.role ?? '', index, at))
      }
    }
    return farm
  })
  const [first] = servers
  return {
    clouds: fakeClouds(at),
    images,
    roles,
    farms,
    servers,
    keys: farms
      .filter((farm) => farm.state.status !== 'terminated')
      .map((farm, position) => ({
        id: SshKeyId.parse(`key-${position + 1}`),
        farmId: farm.id,
        farm: farm.name,
        cloudId: farm.roles[0]?.cloudId ?? CloudId.parse('aws'),
        cloud: farm.roles[0]?.cloudId === 'sandbox' ? 'Sandbox' : 'AWS production',
        location: farm.roles[0]?.location ?? 'eu-central-1',
        name: `farmhand-${farm.id}-${farm.roles[0]?.location ?? ''}`,
        type: 'ed25519',
        publicKey: `ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIFakePublicKeyForScreens farmhand-${farm.id}`,
        fingerprint,
        imported: true,
        replacement: null,
        createdAt: at(6000),
      })),
    jobs: fakeJobs(farms, at),
    notices: [
      {
        id: 'notice-1',
        severity: 'warning',
        title: 'A damaged file was set aside',
        message:
          'roles.json could not be read. It is kept as roles.damaged-2026-01-01.json, and the last good state was loaded.',
        at: at(600),
      },
    ],
    prompts: [],
    events: first === undefined ? [] : fakeEvents(servers, at),
  }
}

/** A server that presents another host key than the pinned one. */
export function fakePrompt(server: Server, nowMs: number): Prompt {
  return {
    id: PromptId.parse('prompt-1'),
    kind: 'host-key-changed',
    serverId: server.id,
    title: `The host key of ${server.alias} #${server.index} has changed`,
    message: `${server.alias} #${server.index} of ${server.farm} presents another host key than the one that was pinned. Nothing was sent to it.`,
    expectedFingerprint: fingerprint,
    actualFingerprint: otherFingerprint,
    askedAt: before(nowMs, 0),
  }
}

function fakeJobs(farms: readonly Farm[], at: (minutes: number) => string): Job[] {
  const [shop, staging] = farms
  if (shop === undefined || staging === undefined) return []
  const base = { error: null, cancellable: true, bulk: null, endedAt: null }
  return [
    {
      ...base,
      id: JobId.parse('job-1'),
      kind: 'farm.launch',
      title: 'Launch farm staging',
      target: { kind: 'farm', id: staging.id },
      state: 'running',
      progress: { done: 2, total: 5, step: 'all-in-one #3: waiting for SSH' },
      startedAt: at(1.2),
    },
    {
      ...base,
      id: JobId.parse('job-2'),
      kind: 'server.reboot',
      title: 'Reboot web #2 of shop',
      target: { kind: 'farm', id: shop.id },
      state: 'failed',
      progress: { done: 0, total: 1, step: '' },
      error: {
        code: 'cloud.throttled',
        message: 'AWS asked to slow down in eu-central-1. Try again in a minute.',
        retryable: true,
        details: {},
      },
      startedAt: at(31),
      endedAt: at(30),
    },
    {
      ...base,
      id: JobId.parse('job-3'),
      kind: 'cloud.refresh',
      title: 'Refresh AWS production',
      target: { kind: 'cloud', id: 'aws' },
      state: 'done',
      progress: { done: 2, total: 2, step: '' },
      startedAt: at(91),
      endedAt: at(90),
    },
  ]
}

function fakeEvents(servers: readonly Server[], at: (minutes: number) => string): Event[] {
  const life: {
    kind: Event['kind']
    words: string
    reason: string | null
    by: Event['firedBy']
    minutes: number
  }[] = [
    { kind: 'HostUp', words: 'is running', reason: 'SSH answers', by: 'system', minutes: 4 },
    {
      kind: 'HostKeyPinned',
      words: 'has a pinned host key',
      reason: 'its console output shows the same fingerprint',
      by: 'system',
      minutes: 4.2,
    },
    { kind: 'HostInit', words: 'has booted', reason: 'the instance runs', by: 'cloud', minutes: 4.6 },
    {
      kind: 'BeforeInstanceLaunch',
      words: 'was made by the cloud',
      reason: 'the farm was launched',
      by: 'system',
      minutes: 5.4,
    },
    {
      kind: 'InstanceLaunchFailed',
      words: 'was not launched: AWS asked to slow down',
      reason: null,
      by: 'cloud',
      minutes: 5.6,
    },
    {
      kind: 'ServerCreated',
      words: 'was created',
      reason: 'the farm role keeps 6 servers',
      by: 'system',
      minutes: 6,
    },
  ]
  return servers.slice(0, 40).flatMap((server, position) =>
    life.map((entry, step) => ({
      seq: 1 + position * life.length + step,
      id: EventId.parse(`event-${position}-${step}`),
      at: at(entry.minutes + position * 3),
      kind: entry.kind,
      farmId: server.farmId,
      farmRoleId: server.farmRoleId,
      serverId: server.id,
      message: `${server.alias} #${server.index} of ${server.farm} ${entry.words}`,
      reason: entry.reason,
      firedBy: entry.by,
      causedBy: null,
      data: { farm: server.farm, alias: server.alias, index: server.index },
      error: null,
    })),
  )
}
