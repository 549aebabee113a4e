import type { ImageDesigns } from '../../designs/images/index.ts'
import type { ImageReplacing } from '../rollouts/index.ts'
import type { DeregisterPlans } from './deregister-plans.ts'
import type { Deregistrations } from './deregistrations.ts'
import type { DesignUsage } from './design-usage.ts'
import type { ImageCopyRequests } from './image-copy-requests.ts'
import type { SnapshotRequests } from './snapshot-requests.ts'

interface ImagesParts {
  designs: ImageDesigns
  usages: DesignUsage
  snapshots: SnapshotRequests
  copies: ImageCopyRequests
  deregisterPlans: DeregisterPlans
  deregistrations: Deregistrations
  replacing: ImageReplacing
}

interface OfImage {
  imageId: string
}

/** The images as the contract knows them. */
export class Images {
  readonly #parts: ImagesParts

  constructor(parts: ImagesParts) {
    this.#parts = parts
  }

  list() {
    return this.#parts.designs.list()
  }

  create(input: Parameters<ImageDesigns['create']>[0]) {
    return this.#parts.designs.create(input)
  }

  update(input: Parameters<ImageDesigns['update']>[0]) {
    return this.#parts.designs.update(input)
  }

  deprecate(input: Parameters<ImageDesigns['deprecate']>[0]) {
    return this.#parts.designs.deprecate(input)
  }

  undeprecate(input: OfImage) {
    return this.#parts.designs.undeprecate(input)
  }

  remove(input: OfImage) {
    return this.#parts.designs.remove(input)
  }

  import(input: Parameters<ImageDesigns['import']>[0]) {
    return this.#parts.designs.import(input)
  }

  export(input: OfImage) {
    return this.#parts.designs.export(input)
  }

  usage(input: OfImage) {
    return this.#parts.usages.ofImage(input)
  }

  fromServer(input: Parameters<SnapshotRequests['begin']>[0]) {
    return this.#parts.snapshots.begin(input)
  }

  copy(input: Parameters<ImageCopyRequests['begin']>[0]) {
    return this.#parts.copies.begin(input)
  }

  planDeregister(input: OfImage) {
    return this.#parts.deregisterPlans.plan(input)
  }

  deregister(input: OfImage) {
    return this.#parts.deregistrations.begin(input)
  }

  planReplace(input: Parameters<ImageReplacing['plan']>[0]) {
    return this.#parts.replacing.plan(input)
  }

  replace(input: Parameters<ImageReplacing['carryOut']>[0]) {
    return this.#parts.replacing.carryOut(input)
  }
}
