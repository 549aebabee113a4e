import { AppError } from '../../../../shared/model/errors.ts'
import type { Image } from '../../../../shared/model/images.ts'
import type { CloudProvider } from '../../clouds/index.ts'
import type { Clock } from '../../ports.ts'

/** What finding an image needs of its cloud. */
export type ImageCloud = Pick<CloudProvider, 'images'>

/** How long "the newest image of that name" stays the same one. */
const NEWEST_MS = 3_600_000

/** Turns a registered image into the cloud's id: its own, or the newest one of an owner whose name matches. */
export class ImageFinder {
  readonly #clock: Clock
  readonly #rootDevices = new Map<string, string>()
  readonly #found = new Map<string, { cloudImageId: string; atMs: number }>()

  constructor(options: { clock: Clock }) {
    this.#clock = options.clock
  }

  /** Throws `image.missing` when the cloud has none that matches. */
  async cloudImageId(image: Image, cloud: ImageCloud): Promise<string> {
    if (image.source.kind === 'id') return image.source.cloudImageId
    const { owner, namePattern } = image.source
    const key = JSON.stringify([image.cloudId, image.location, owner, namePattern, image.architecture])
    const known = this.#found.get(key)
    if (known && this.#clock.monotonic() - known.atMs < NEWEST_MS) return known.cloudImageId
    const candidates = await cloud.images.search(image.location, { owner, namePattern })
    const [newest] = candidates
      .filter((candidate) => candidate.architecture === image.architecture && candidate.state === 'available')
      .sort((a, b) => (b.createdAt ?? '').localeCompare(a.createdAt ?? ''))
    if (!newest) {
      throw new AppError('image.missing', {
        message: `${image.location} has no ${image.architecture} image of ${owner} named like “${namePattern}”. Change image “${image.name}”.`,
      })
    }
    this.#found.set(key, { cloudImageId: newest.cloudImageId, atMs: this.#clock.monotonic() })
    return newest.cloudImageId
  }
  /** The name of the image's root device, such as `/dev/sda1`. Throws `image.missing` when the cloud does not tell. */
  async rootDeviceName(image: Image, cloudImageId: string, cloud: ImageCloud): Promise<string> {
    const key = `${image.cloudId}/${image.location}/${cloudImageId}`
    const known = this.#rootDevices.get(key)
    if (known !== undefined) return known
    const [found] = await cloud.images.search(image.location, { cloudImageIds: [cloudImageId] })
    const name = found?.rootDeviceName ?? null
    if (name === null) {
      throw new AppError('image.missing', {
        message: `${image.location} does not tell the root device of image ${cloudImageId}, so its disk cannot be changed. Leave the root disk as the image has it.`,
      })
    }
    this.#rootDevices.set(key, name)
    return name
  }
}
