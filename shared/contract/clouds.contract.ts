import { z } from 'zod'
import { AddAwsCloud, AwsProfile, Catalog, Cloud, CloudImage, Location } from '../model/clouds.ts'
import { CloudActivity } from '../model/cloud-activity.ts'
import { CloudId, Name } from '../model/ids.ts'
import { JobRef } from '../model/jobs.ts'
import { method, query } from './method.ts'

export const clouds = {
  list: method.route({ method: 'GET', path: '/clouds' }).output(z.array(Cloud)),
  /** The profiles of `~/.aws`, without a secret. */
  profiles: method.route({ method: 'GET', path: '/aws-profiles' }).output(z.array(AwsProfile)),
  addAws: method.route({ method: 'POST', path: '/clouds/aws' }).input(AddAwsCloud).output(Cloud),
  /** Adds the Sandbox with its starter roles and images, so that a farm can be launched at once. */
  addSandbox: method
    .route({ method: 'POST', path: '/clouds/sandbox' })
    .input(z.strictObject({ name: Name }))
    .output(Cloud),
  rename: method
    .route({ method: 'POST', path: '/clouds/{cloudId}/rename' })
    .input(z.strictObject({ cloudId: CloudId, name: Name }))
    .output(Cloud),
  /** Refused while a farm, an image or a live server uses the cloud. */
  remove: method
    .route({ method: 'DELETE', path: '/clouds/{cloudId}' })
    .input(z.strictObject({ cloudId: CloudId }))
    .output(z.void()),
  /** Signs in, fetches the catalogue of every location again, and looks at the servers at once. */
  refresh: method
    .route({ method: 'POST', path: '/clouds/{cloudId}/refresh' })
    .input(z.strictObject({ cloudId: CloudId }))
    .output(JobRef),
  /** How fresh each location of each cloud is, and what is used of the calls that its account may make. */
  activity: method.route({ method: 'GET', path: '/cloud-activity' }).output(z.array(CloudActivity)),
  /** The last known catalogue; fetched when there is none yet and the cloud can be reached. */
  catalog: query
    .route({ method: 'GET', path: '/clouds/{cloudId}/locations/{location}/catalog' })
    .input(z.strictObject({ cloudId: CloudId, location: Location }))
    .output(Catalog),
  /** Images of the cloud itself, newest first, at most 200. */
  findImages: query
    .route({ method: 'POST', path: '/clouds/{cloudId}/locations/{location}/find-images' })
    .input(
      z.strictObject({
        cloudId: CloudId,
        location: Location,
        owner: z.string().min(1).optional(),
        namePattern: z.string().min(1).optional(),
        cloudImageId: z.string().min(1).optional(),
      }),
    )
    .output(z.array(CloudImage)),
}
