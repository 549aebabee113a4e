import { z } from 'zod'
import { Location } from '../model/clouds.ts'
import {
  DiscoveredInstance,
  ImportInput,
  ImportPlan,
  ImportResult,
  SetServerKey,
} from '../model/discovery.ts'
import { CloudId, JobId } from '../model/ids.ts'
import { JobRef } from '../model/jobs.ts'
import { Server } from '../model/servers.ts'
import { InstanceSnapshotInput } from '../model/tasks.ts'
import { method, query } from './method.ts'

export const discovery = {
  /** Instances of a location that no server of ours stands for, as the cloud lists them now. */
  list: query
    .route({ method: 'GET', path: '/clouds/{cloudId}/locations/{location}/instances' })
    .input(z.strictObject({ cloudId: CloudId, location: Location }))
    .output(z.array(DiscoveredInstance)),
  /** What an import would do; nothing is changed. */
  planImport: method.route({ method: 'POST', path: '/discovery/plan' }).input(ImportInput).output(ImportPlan),
  /** Takes instances over: they are tagged, and are servers of the farm role from then on. Irreversible. */
  import: method.route({ method: 'POST', path: '/discovery/import' }).input(ImportInput).output(JobRef),
  importResults: method
    .route({ method: 'GET', path: '/discovery/imports/{jobId}' })
    .input(z.strictObject({ jobId: JobId }))
    .output(z.array(ImportResult)),
  /** Makes an image, or a role with it, of an instance that is not ours. */
  createImage: method
    .route({ method: 'POST', path: '/discovery/images' })
    .input(InstanceSnapshotInput)
    .output(JobRef),
  /** The key that logs in to an imported server. */
  setKey: method.route({ method: 'POST', path: '/discovery/keys' }).input(SetServerKey).output(Server),
}
