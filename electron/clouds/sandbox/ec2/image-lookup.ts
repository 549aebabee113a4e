import { type ImageFacts, images } from '../catalog.ts'
import { CloudError } from '../http/cloud-error.ts'
import type { ImageRecord } from '../state/records.ts'
import type { Call, CloudState } from './action.ts'

/** An image that can be launched by its id. Throws `InvalidAMIID.Malformed`, `.NotFound` or `.Unavailable`. */
export function launchableImage(
  state: CloudState,
  call: Call,
  id: string,
): Pick<ImageFacts, 'id' | 'architecture'> {
  checkId(id)
  const shipped = images.find((image) => image.id === id && image.region === call.region)
  if (shipped) return shipped
  const own = ownImage(state, call, id)
  if (own.state === 'available') return own
  throw new CloudError('InvalidAMIID.Unavailable', `The image ID '${id}' is not available`)
}

/** The account's own images of the call's region, as they are now. */
export function ownImages(state: CloudState, call: Call): ImageRecord[] {
  return [...state.store.images.values()]
    .filter((image) => image.region === call.region)
    .map((image) => settledImage(image, call.now))
}

/** One of the account's own images by its id. Throws `InvalidAMIID.Malformed` or `InvalidAMIID.NotFound`. */
export function ownImage(
  state: CloudState,
  { region, now }: Pick<Call, 'region' | 'now'>,
  id: string,
): ImageRecord {
  checkId(id)
  const found = state.store.images.get(id)
  if (found?.region !== region) throw imageNotFound(id)
  return settledImage(found, now)
}

/** The operating system of an image: what was shipped says it, and what was made of that is the same. */
export function platformOf(state: Pick<CloudState, 'store'>, imageId: string): 'linux' | 'windows' {
  const seen = new Set<string>()
  let id: string | null | undefined = imageId
  while (id !== null && id !== undefined && !seen.has(id)) {
    const shipped = images.find((image) => image.id === id)
    if (shipped) return shipped.platform
    seen.add(id)
    const own = state.store.images.get(id)
    id = own?.sourceImageId ?? state.store.instances.get(own?.sourceInstanceId ?? '')?.imageId
  }
  return 'linux'
}

export function imageNotFound(id: string): CloudError {
  return new CloudError('InvalidAMIID.NotFound', `The image id '[${id}]' does not exist`)
}

export function checkId(id: string): void {
  if (/^ami-[0-9a-f]{8,17}$/.test(id)) return
  throw new CloudError('InvalidAMIID.Malformed', `Invalid id: "${id}" (expecting "ami-...")`)
}

/** The image as it is at `now`: what ends by itself has ended. */
function settledImage(image: ImageRecord, now: number): ImageRecord {
  const { next } = image
  return next === null || now < next.at ? image : { ...image, state: next.state, next: null }
}
