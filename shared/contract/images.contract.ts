import { z } from 'zod'
import { Location } from '../model/clouds.ts'
import { DeprecationInput } from '../model/deprecation.ts'
import { ImageId, JobId, RoleId } from '../model/ids.ts'
import { DeregisterPlan, ImageUsage, ReplacePlan } from '../model/image-plans.ts'
import { Image, ImageDocument, ImageInput } from '../model/images.ts'
import { JobRef } from '../model/jobs.ts'
import { SnapshotInput } from '../model/tasks.ts'
import { method } from './method.ts'

const byId = z.strictObject({ imageId: ImageId })

const Replace = z.strictObject({
  imageId: ImageId,
  byImageId: ImageId,
  /** All roles that use it, when none are named. */
  roleIds: z.array(RoleId).optional(),
  /** Running servers are replaced too, one by one. */
  rebuild: z.boolean().default(false),
})

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
  usage: method.route({ method: 'GET', path: '/images/{imageId}/usage' }).input(byId).output(ImageUsage),
  /** Makes an image, or a role with it, of a server, and puts it in use when asked. */
  fromServer: method
    .route({ method: 'POST', path: '/images/from-server' })
    .input(SnapshotInput)
    .output(JobRef),
  /** `intoRoles`: roles of the image get the copies too, where they have no image yet. */
  copy: method
    .route({ method: 'POST', path: '/images/{imageId}/copy' })
    .input(
      z.strictObject({
        imageId: ImageId,
        locations: z.array(Location).min(1, 'Choose at least one location.'),
        intoRoles: z.boolean().default(false),
      }),
    )
    .output(JobRef),
  planDeregister: method
    .route({ method: 'GET', path: '/images/{imageId}/deregister' })
    .input(byId)
    .output(DeregisterPlan),
  /** Takes the image and its snapshots out of the cloud; refused while a role uses it. */
  deregister: method
    .route({ method: 'POST', path: '/images/{imageId}/deregister' })
    .input(byId)
    .output(JobRef),
  planReplace: method
    .route({ method: 'POST', path: '/images/{imageId}/replace/plan' })
    .input(Replace)
    .output(ReplacePlan),
  /** Swaps the image for another in roles; `jobId` is null when no server is replaced. */
  replace: method
    .route({ method: 'POST', path: '/images/{imageId}/replace' })
    .input(Replace)
    .output(z.object({ plan: ReplacePlan, jobId: JobId.nullable() })),
  deprecate: method
    .route({ method: 'POST', path: '/images/{imageId}/deprecate' })
    .input(z.strictObject({ imageId: ImageId, ...DeprecationInput.shape }))
    .output(Image),
  undeprecate: method
    .route({ method: 'POST', path: '/images/{imageId}/undeprecate' })
    .input(byId)
    .output(Image),
}
