import type { CloudProvider, MachineImage } from '../../electron/engine/clouds/index.ts'

type Facet = CloudProvider['machineImages']

/** Images of an account in memory; a new one is available at once. */
export class MemoryMachineImages implements Facet {
  readonly images = new Map<string, MachineImage>()
  #next = 1

  #make(name: string, description: string, tags: Readonly<Record<string, string>>): { cloudImageId: string } {
    const cloudImageId = `ami-${String(this.#next++).padStart(17, '0')}`
    this.images.set(cloudImageId, {
      cloudImageId,
      name,
      description,
      ownerId: '000000000000',
      state: 'available',
      stateReason: null,
      architecture: 'x86_64',
      rootDeviceName: '/dev/sda1',
      snapshotIds: [`snap-of-${cloudImageId}`],
      sizeGb: 8,
      createdAt: null,
      tags,
    })
    return { cloudImageId }
  }

  async create(_location: string, image: Parameters<Facet['create']>[1]) {
    return this.#make(image.name, image.description, image.tags)
  }
  async rootSizeGib() {
    return 8
  }
  async copy(_location: string, image: Parameters<Facet['copy']>[1]) {
    return this.#make(image.name, image.description, image.tags)
  }
  async byId(_location: string, ids: readonly string[]) {
    return ids.flatMap((id) => this.images.get(id) ?? [])
  }
  async byTag(_location: string, tag: { key: string; value: string }) {
    return [...this.images.values()].filter((image) => image.tags[tag.key] === tag.value)
  }
  async progress() {
    return 100
  }
  async deregister(_location: string, id: string) {
    this.images.delete(id)
  }
  async deleteSnapshots() {
    return { kept: [] }
  }
}
