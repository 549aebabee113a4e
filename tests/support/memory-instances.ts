import type {
  CloudInstance,
  InstanceSettingsPort,
  InstancesPort,
  LaunchRequest,
  CloudTag,
  CloudTags,
} from '../../electron/engine/clouds/index.ts'
import { type CloudRefusal, AppError } from '../../shared/model/errors.ts'

/** Instances in memory: they run at once. */
export class MemoryInstances implements InstancesPort {
  readonly all = new Map<string, CloudInstance>()
  /** Instances that refuse to be terminated. */
  readonly protectedIds = new Set<string>()
  readonly #count: (call: string) => void
  readonly #byToken = new Map<string, CloudInstance[]>()
  #next = 1

  constructor(count: (call: string) => void) {
    this.#count = (verb) => count(`instances.${verb}`)
  }

  async list() {
    return [...this.all.values()].filter(({ state }) => state !== 'terminated')
  }
  async listByTag(_location: string, tag: CloudTag) {
    this.#count('listByTag')
    return [...this.all.values()].filter((instance) => instance.tags[tag.key] === tag.value)
  }
  async listById(_location: string, ids: readonly string[]) {
    return ids.flatMap((id) => this.all.get(id) ?? [])
  }

  async launch(location: string, request: LaunchRequest): Promise<CloudInstance[]> {
    this.#count('launch')
    const known = this.#byToken.get(request.clientToken)
    if (known) return known
    const made = Array.from({ length: request.count }, (_, launchPosition) =>
      aCloudInstance({
        id: `i-${String(this.#next++).padStart(17, '0')}`,
        launchPosition,
        clientToken: request.clientToken,
        zone: request.zone ?? `${location}a`,
        subnetId: request.subnetId,
        instanceType: request.instanceType,
        isSpot: request.spot !== null,
        imageId: request.imageId,
        keyName: request.keyName,
        publicIp: request.publicAddress === false ? null : '127.0.0.1',
        privateIp: request.privateIp ?? '127.0.0.1',
        securityGroups: request.securityGroupIds.map((id) => ({ id, name: id })),
        tags: request.tags,
      }),
    )
    for (const instance of made) this.all.set(instance.id, instance)
    this.#byToken.set(request.clientToken, made)
    return made
  }

  async terminate(_location: string, ids: readonly string[]) {
    this.#count('terminate')
    const kept = ids.find((id) => this.protectedIds.has(id))
    if (kept !== undefined) {
      throw refused('protected', 'OperationNotPermitted', `The instance '${kept}' may not be terminated.`)
    }
    this.#setState(ids, 'terminated')
  }
  async stop(_location: string, ids: readonly string[]) {
    this.#setState(ids, 'stopped')
  }
  async forceStop(_location: string, ids: readonly string[]) {
    this.#count('forceStop')
    this.#setState(ids, 'stopped')
  }
  async start(_location: string, ids: readonly string[]) {
    this.#setState(ids, 'running')
  }
  async reboot(_location: string, _ids: readonly string[]) {
    this.#count('reboot')
  }
  async consoleOutput() {
    return { text: '', at: null }
  }
  async tag(_location: string, id: string, tags: CloudTags) {
    this.#count('tag')
    const instance = this.all.get(id)
    if (instance) this.change(id, { tags: { ...instance.tags, ...tags } })
  }
  async untag(_location: string, id: string, keys: readonly string[]) {
    const kept = Object.entries(this.all.get(id)?.tags ?? {}).filter(([key]) => !keys.includes(key))
    this.change(id, { tags: Object.fromEntries(kept) })
  }

  /** Changes an instance that is there. */
  change(id: string, change: Partial<CloudInstance>): void {
    const instance = this.all.get(id)
    if (instance) this.all.set(id, { ...instance, ...change })
  }
  #setState(ids: readonly string[], state: CloudInstance['state']): void {
    for (const id of ids) this.change(id, { state })
  }
}

/** An instance as a cloud lists it: running, of no type in particular. */
export function aCloudInstance(change: Partial<CloudInstance> & { id: string }): CloudInstance {
  return {
    state: 'running',
    stateReason: null,
    launchPosition: 0,
    clientToken: null,
    launchedAt: null,
    instanceType: '',
    architecture: 'x86_64',
    isSpot: false,
    imageId: '',
    platform: 'linux',
    platformDetails: 'Linux/UNIX',
    rootDevice: 'ebs',
    keyName: null,
    zone: null,
    vpcId: null,
    subnetId: null,
    publicIp: null,
    privateIp: null,
    hostname: null,
    securityGroups: [],
    tags: {},
    ...change,
  }
}

/** Attributes of instances in memory. */
export class MemoryInstanceSettings implements InstanceSettingsPort {
  readonly #instances: MemoryInstances
  readonly #count: (call: string) => void

  constructor(instances: MemoryInstances, count: (call: string) => void) {
    this.#instances = instances
    this.#count = (verb) => count(`instanceSettings.${verb}`)
  }

  async get(_location: string, id: string) {
    const instance = this.#find(id)
    return {
      cloudServerId: id,
      ownerId: '000000000000',
      state: { name: instance.state, code: null },
      stateReason: null,
      systemStatus: null,
      instanceStatus: null,
      imageId: instance.imageId,
      instanceType: instance.instanceType,
      keyName: instance.keyName,
      launchedAt: instance.launchedAt,
      architecture: 'x86_64',
      platform: instance.platform,
      zone: instance.zone,
      tenancy: 'default',
      placementGroup: null,
      vpcId: null,
      subnetId: null,
      publicDns: null,
      privateDns: instance.hostname,
      publicIp: instance.publicIp,
      privateIp: instance.privateIp,
      rootDeviceType: instance.rootDevice,
      rootDeviceName: null,
      virtualization: null,
      lifecycle: 'on-demand',
      isEbsOptimized: false,
      monitoring: null,
      iamInstanceProfile: null,
      isTerminationProtected: this.#instances.protectedIds.has(id),
      shutdownBehavior: 'stop',
      securityGroups: [...instance.securityGroups],
      volumes: [],
      tags: { ...instance.tags },
    }
  }
  async setType(_location: string, id: string, instanceType: string) {
    this.#count('setType')
    if (this.#find(id).state !== 'stopped') {
      const message = `The instance '${id}' is not in the 'stopped' state.`
      throw refused('wrong-state', 'IncorrectInstanceState', message)
    }
    this.#instances.change(id, { instanceType })
  }
  async setSecurityGroups(_location: string, id: string, groupIds: readonly string[]) {
    this.#count('setSecurityGroups')
    this.#find(id)
    this.#instances.change(id, { securityGroups: groupIds.map((group) => ({ id: group, name: group })) })
  }
  async setTerminationProtection(_location: string, id: string, isOn: boolean) {
    this.#count('setTerminationProtection')
    this.#find(id)
    if (isOn) this.#instances.protectedIds.add(id)
    else this.#instances.protectedIds.delete(id)
  }
  async rootDiskGib() {
    return 8
  }
  async encryptedPassword() {
    return null
  }

  #find(id: string): CloudInstance {
    const instance = this.#instances.all.get(id)
    if (instance) return instance
    throw new AppError('cloud.not_found', { message: `The cloud does not know ${id}.` })
  }
}

function refused(refusal: CloudRefusal, cloudCode: string, message: string): AppError {
  return new AppError('cloud.refused', { message, details: { refusal, cloudCode, cloudMessage: message } })
}
