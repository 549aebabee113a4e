import type { ImagesPort, MachineImage, CloudTag, CloudTags } from '../../electron/engine/clouds/index.ts'

/** Images of an account in memory; a new one is available at once. */
export class MemoryImages implements ImagesPort {
  readonly images = new Map<string, MachineImage>()
  #next = 1

  #make(name: string, description: string, tags: CloudTags): { cloudImageId: string } {
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

  async search() {
    return []
  }
  async create(_location: string, image: Parameters<ImagesPort['create']>[1]) {
    return this.#make(image.name, image.description, image.tags)
  }
  async copy(_location: string, image: Parameters<ImagesPort['copy']>[1]) {
    return this.#make(image.name, image.description, image.tags)
  }
  async listById(_location: string, ids: readonly string[]) {
    return ids.flatMap((id) => this.images.get(id) ?? [])
  }
  async listByTag(_location: string, tag: CloudTag) {
    return [...this.images.values()].filter((image) => image.tags[tag.key] === tag.value)
  }
  async delete(_location: string, id: string) {
    this.images.delete(id)
  }
}
