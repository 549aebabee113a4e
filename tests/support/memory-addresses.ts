import type { AddressesPort, CloudAddress } from '../../electron/engine/clouds/index.ts'

/** Elastic IPs in memory. */
export class MemoryAddresses implements AddressesPort {
  readonly all = new Map<string, CloudAddress>()
  #next = 1

  async list(_location: string, query: { tag?: { key: string; value: string } } = {}) {
    const { tag } = query
    return [...this.all.values()].filter(({ tags }) => !tag || tags[tag.key] === tag.value)
  }
  async allocate(_location: string, tags: Readonly<Record<string, string>>) {
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
  async release(_location: string, id: string) {
    this.all.delete(id)
  }
  async tag(_location: string, id: string, tags: Readonly<Record<string, string>>) {
    this.#change(id, { tags: { ...this.all.get(id)?.tags, ...tags } })
  }
}
