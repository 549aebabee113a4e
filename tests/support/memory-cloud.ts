import type { CloudProvider } from '../../electron/engine/clouds/index.ts'
import { MemoryAddresses } from './memory-addresses.ts'
import { MemoryImages } from './memory-images.ts'
import { MemoryInstances, MemoryInstanceSettings } from './memory-instances.ts'
import { MemorySecurityGroups } from './memory-security-groups.ts'
import { MemorySnapshots, MemoryVolumes } from './memory-volumes.ts'

/**
 * A CloudProvider in memory, without a protocol: for benchmarks of the engine alone and for tests of what the engine decides.
 * Whatever passes the network is tested against the Sandbox.
 */
export class MemoryCloud implements CloudProvider {
  /** How often each call was made that somebody counts: `instances.launch`. */
  readonly calls: Record<string, number> = {}
  readonly #count = (call: string): void => {
    this.calls[call] = (this.calls[call] ?? 0) + 1
  }
  readonly zones = { list: async (location: string) => [{ name: `${location}a`, state: 'available' }] }
  readonly instanceTypes = { list: async () => [] }
  readonly prices = {
    list: async () => ({
      currency: 'USD',
      hourly: { 't3.micro': 0.0104 },
      hourlyOf: {},
      volumeGibMonth: { gp3: 0.08 },
    }),
  }
  readonly networks = {
    list: async () => [{ id: 'vpc-1', name: null, cidr: '10.0.0.0/16', isDefault: true }],
    listSubnets: async () => [],
  }
  readonly securityGroups = new MemorySecurityGroups(this.#count)
  readonly keyPairs = {
    ensure: async () => this.#count('keyPairs.ensure'),
    delete: async () => this.#count('keyPairs.delete'),
  }
  readonly images = new MemoryImages()
  readonly instances = new MemoryInstances(this.#count)
  readonly instanceSettings = new MemoryInstanceSettings(this.instances, this.#count)
  readonly instanceHealth = { listById: async () => new Map<string, boolean>() }
  readonly addresses = new MemoryAddresses()
  readonly volumes = new MemoryVolumes()
  readonly snapshots = new MemorySnapshots(this.volumes)

  async identity() {
    return { accountId: '000000000000' }
  }
  apiUse() {
    return { callsLastMinute: 0, tightest: null, throttledAt: null }
  }
  close(): void {
    this.instances.all.clear()
  }
}
