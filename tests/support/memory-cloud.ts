import { MemorySnapshots, MemoryVolumes } from './memory-volumes.ts'
import type { CloudInstance, CloudProvider, LaunchRequest } from '../../electron/engine/clouds/index.ts'
import { MemoryAddresses } from './memory-addresses.ts'
import { MemoryMachineImages } from './memory-machine-images.ts'
import { AppError } from '../../shared/model/errors.ts'
import { memoryInstanceControl } from './memory-instance-control.ts'
import { MemorySecurityGroups } from './memory-security-groups.ts'

/**
 * A CloudProvider in memory, without a protocol: for benchmarks of the engine alone and for tests of what the engine decides.
 * Whatever passes the network is tested against the Sandbox.
 */
export class MemoryCloud implements CloudProvider {
  readonly instances = new Map<string, CloudInstance>()
  readonly calls: Record<string, number> = {}
  readonly addresses = new MemoryAddresses()
  readonly health = { statuses: async () => new Map<string, boolean>() }
  readonly networks = {
    vpcs: async () => [{ id: 'vpc-1', name: null, cidr: '10.0.0.0/16', isDefault: true }],
    subnets: async () => [],
  }
  readonly volumes = new MemoryVolumes()
  readonly snapshots = new MemorySnapshots(this.volumes)
  /** Instances that refuse to be terminated. */
  readonly protectedIds = new Set<string>()
  readonly #byToken = new Map<string, CloudInstance[]>()
  #next = 1

  #count(name: string): void {
    this.calls[name] = (this.calls[name] ?? 0) + 1
  }

  async identity() {
    return { accountId: '000000000000' }
  }
  async zones(location: string) {
    return [{ name: `${location}a`, state: 'available' }]
  }
  async instanceTypes() {
    return []
  }
  async securityGroups() {
    return []
  }
  async findImages() {
    return []
  }
  async instancesByTag(_location: string, tag: { key: string; value: string }) {
    this.#count('instancesByTag')
    return [...this.instances.values()].filter((instance) => instance.tags[tag.key] === tag.value)
  }
  async instancesById(_location: string, ids: string[]) {
    return ids.flatMap((id) => this.instances.get(id) ?? [])
  }

  async launch(location: string, request: LaunchRequest) {
    this.#count('launch')
    const known = this.#byToken.get(request.clientToken)
    if (known) return known
    const made = Array.from({ length: request.count }, (_, launchPosition): CloudInstance => {
      const id = `i-${String(this.#next++).padStart(17, '0')}`
      return {
        id,
        state: 'running',
        launchPosition,
        clientToken: request.clientToken,
        zone: request.zone ?? `${location}a`,
        subnetId: request.subnetId,
        instanceType: request.instanceType,
        isSpot: request.spot !== null,
        imageId: request.imageId,
        platform: 'linux',
        rootDevice: 'ebs',
        keyName: request.keyName,
        publicIp: request.publicAddress === false ? null : '127.0.0.1',
        privateIp: request.privateIp ?? '127.0.0.1',
        hostname: null,
        securityGroupIds: request.securityGroupIds,
        tags: request.tags,
        launchedAt: null,
        stateReason: null,
      }
    })
    for (const instance of made) this.instances.set(instance.id, instance)
    this.#byToken.set(request.clientToken, made)
    return made
  }

  #setState(ids: string[], state: CloudInstance['state']): void {
    for (const id of ids) {
      const instance = this.instances.get(id)
      if (instance) this.instances.set(id, { ...instance, state })
    }
  }
  async terminate(_location: string, ids: string[]) {
    this.#count('terminate')
    const kept = ids.find((id) => this.protectedIds.has(id))
    if (kept !== undefined) {
      const cloudMessage = `The instance '${kept}' may not be terminated.`
      throw new AppError('cloud.refused', {
        message: cloudMessage,
        details: { cloudCode: 'OperationNotPermitted', cloudMessage },
      })
    }
    this.#setState(ids, 'terminated')
  }
  async stop(_location: string, ids: string[]) {
    this.#setState(ids, 'stopped')
  }
  async start(_location: string, ids: string[]) {
    this.#setState(ids, 'running')
  }
  async reboot() {
    this.#count('reboot')
  }
  async consoleOutput() {
    return { text: '', at: null }
  }
  async importKeyPair() {
    this.#count('importKeyPair')
  }
  async deleteKeyPair() {
    this.#count('deleteKeyPair')
  }
  async ensureSecurityGroup(_location: string, group: { name: string }) {
    this.#count('ensureSecurityGroup')
    return { id: `sg-${group.name}`, created: true }
  }
  readonly machineImages = new MemoryMachineImages()
  readonly discovery: CloudProvider['discovery'] = {
    instances: async () =>
      [...this.instances.values()]
        .filter(({ state }) => state !== 'terminated')
        .map((instance) => ({
          ...instance,
          architecture: 'x86_64' as const,
          platform: 'Linux/UNIX',
          vpcId: null,
          subnetId: null,
          securityGroups: [],
        })),
    tag: async (_location, id, tags) => {
      this.#count('tag')
      const instance = this.instances.get(id)
      if (instance) this.instances.set(id, { ...instance, tags: { ...instance.tags, ...tags } })
    },
    untag: async (_location, id, keys) => {
      const instance = this.instances.get(id)
      if (!instance) return
      const kept = Object.entries(instance.tags).filter(([key]) => !keys.includes(key))
      this.instances.set(id, { ...instance, tags: Object.fromEntries(kept) })
    },
  }
  async deleteSecurityGroup() {
    return true
  }
  async securityGroupsByTag() {
    return []
  }
  readonly securityGroupRules = new MemorySecurityGroups()
  readonly prices = {
    onDemand: async () => ({
      currency: 'USD',
      hourly: { 't3.micro': 0.0104 },
      hourlyOf: {},
      volumeGibMonth: { gp3: 0.08 },
    }),
  }
  readonly instanceControl = memoryInstanceControl(this)

  apiUse() {
    return { callsLastMinute: 0, tightest: null, throttledAt: null }
  }
  close(): void {
    this.instances.clear()
  }
}
