import type { AddressesPort, CloudAddress, CloudTags } from '../../electron/engine/clouds/index.ts'

/** Addresses in memory. */
export class MemoryAddresses implements AddressesPort {
  readonly all = new Map<string, CloudAddress>()
  #next = 1

  async list() {
    return [...this.all.values()]
  }
  async create(_location: string, tags: CloudTags) {
    const number = this.#next++
    const made = {
      id: `eipalloc-${number}`,
      address: `203.0.113.${number}`,
      instanceId: null,
      associationId: null,
      tags,
    }
    this.all.set(made.id, made)
    return made
  }
  #change(id: string, change: Partial<CloudAddress>): void {
    const address = this.all.get(id)
    if (address) this.all.set(id, { ...address, ...change })
  }
  async associate(_location: string, id: string, instanceId: string) {
    this.#change(id, { instanceId, associationId: `eipassoc-${id}` })
  }
  async disassociate(_location: string, associationId: string) {
    this.#change(associationId.replace('eipassoc-', ''), { instanceId: null, associationId: null })
  }
  async delete(_location: string, id: string) {
    this.all.delete(id)
  }
}
