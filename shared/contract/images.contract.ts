import { z } from 'zod'
import { ImageId } from '../model/ids.ts'
import { Image, ImageDocument, ImageInput } from '../model/images.ts'
import { method } from './method.ts'

const byId = z.strictObject({ imageId: ImageId })

export const images = {
  list: method.route({ method: 'GET', path: '/images' }).output(z.array(Image)),
  create: method.route({ method: 'POST', path: '/images' }).input(ImageInput).output(Image),
  update: method
    .route({ method: 'PUT', path: '/images/{imageId}' })
    .input(z.strictObject({ imageId: ImageId, image: ImageInput }))
    .output(Image),
  /** Refused while a role uses it. */
  remove: method.route({ method: 'DELETE', path: '/images/{imageId}' }).input(byId).output(z.void()),
  import: method
    .route({ method: 'POST', path: '/images/import' })
    .input(z.strictObject({ document: z.unknown() }))
    .output(Image),
  export: method.route({ method: 'GET', path: '/images/{imageId}/export' }).input(byId).output(ImageDocument),
}
