import { z } from 'zod'
import { Fault } from '../model/errors.ts'
import { HeldResource } from '../model/farm-resources.ts'
import { FarmTemplate, TemplatePreview, TemplateRequest } from '../model/farm-templates.ts'
import { Farm, FarmDocument, FarmInput, TerminateOptions } from '../model/farms.ts'
import { FarmId, FarmRoleId, JobId, Name, ServerId } from '../model/ids.ts'
import { JobRef } from '../model/jobs.ts'
import { Plan } from '../model/plan.ts'
import { ServersReplacePlan } from '../model/server-replacing.ts'
import { Server } from '../model/servers.ts'
import { method, query } from './method.ts'
import { Via } from './via.ts'

const byId = z.strictObject({ farmId: FarmId })
/** Without `serverIds` the servers that are known to differ. */
const ReplaceServers = z.strictObject({
  farmId: FarmId,
  serverIds: z.array(ServerId).min(1).max(1000).optional(),
})

export const farms = {
  list: method.route({ method: 'GET', path: '/farms' }).output(z.array(Farm)),
  get: method.route({ method: 'GET', path: '/farms/{farmId}' }).input(byId).output(Farm),
  create: method.route({ method: 'POST', path: '/farms' }).input(FarmInput).output(Farm),
  /**
   * Replaces the design. `updatedAt` is the one that the editor started from: a design that someone else changed since is
   * refused with `input.conflict`. A running farm follows its new design at the next pass.
   */
  update: method
    .route({ method: 'PUT', path: '/farms/{farmId}' })
    .input(z.strictObject({ farmId: FarmId, farm: FarmInput, updatedAt: z.string().optional() }))
    .output(Farm),
  clone: method
    .route({ method: 'POST', path: '/farms/{farmId}/clone' })
    .input(z.strictObject({ farmId: FarmId, name: Name.optional() }))
    .output(Farm),
  /**
   * Only a terminated farm without live servers. What the farm still holds in its clouds goes with `deleteCloudObjects`, and
   * else stays there without a farm. The design goes last: a deletion that does not end leaves the farm with what is left.
   */
  remove: method
    .route({ method: 'DELETE', path: '/farms/{farmId}' })
    .input(z.strictObject({ farmId: FarmId, deleteCloudObjects: z.boolean().optional() }))
    .output(JobRef),
  /** The volumes and addresses that the farm holds. */
  resources: method
    .route({ method: 'GET', path: '/farms/{farmId}/resources' })
    .input(byId)
    .output(z.array(HeldResource)),
  /** Every fault of a design by path, as launching would find it; an empty list means launchable. */
  validate: method
    .route({ method: 'POST', path: '/farms/validate' })
    .input(z.strictObject({ farm: z.unknown(), farmId: FarmId.optional() }))
    .output(z.array(Fault)),
  import: method
    .route({ method: 'POST', path: '/farms/import' })
    .input(z.strictObject({ document: z.unknown() }))
    .output(Farm),
  /**
   * The design that a document describes, as a draft of this farm: farm roles of the same alias stay the same. Changes nothing;
   * `plan` and `update` take it.
   */
  readDocument: method
    .route({ method: 'POST', path: '/farms/{farmId}/read-document' })
    .input(z.strictObject({ farmId: FarmId, document: z.unknown() }))
    .output(FarmInput),
  export: method.route({ method: 'GET', path: '/farms/{farmId}/export' }).input(byId).output(FarmDocument),
  /** The farm with its roles and images, for another workspace. */
  exportTemplate: method
    .route({ method: 'GET', path: '/farms/{farmId}/template' })
    .input(byId)
    .output(FarmTemplate),
  /** What importing a template would make, what is there already, and what must be mapped first. Changes nothing. */
  previewTemplate: method
    .route({ method: 'POST', path: '/farms/templates/preview' })
    .input(TemplateRequest)
    .output(TemplatePreview),
  importTemplate: method
    .route({ method: 'POST', path: '/farms/templates/import' })
    .input(TemplateRequest)
    .output(Farm),
  /**
   * What launching, applying the saved design (or `draft`) to a running farm, suspending or terminating would do. Touches
   * nothing.
   */
  plan: query
    .route({ method: 'POST', path: '/farms/{farmId}/plan' })
    .input(
      z.strictObject({
        farmId: FarmId,
        purpose: Plan.shape.purpose.optional(),
        draft: FarmInput.optional(),
        /** For `terminate`: whether volumes and addresses are to go as well. */
        deleteCloudObjects: z.boolean().optional(),
      }),
    )
    .output(Plan),
  /** The job ends when every farm role has its `min` servers running, or when that has failed. */
  launch: method.route({ method: 'POST', path: '/farms/{farmId}/launch' }).input(byId).output(JobRef),
  /**
   * One server more of a running farm's role (reference 3.1). The minimum rises with it, and the maximum where there is no
   * room, which `warning` says. The job ends when the server runs, or when that has failed.
   */
  launchServer: method
    .route({ method: 'POST', path: '/farms/{farmId}/roles/{farmRoleId}/launch-server' })
    .input(z.strictObject({ farmId: FarmId, farmRoleId: FarmRoleId, via: Via }))
    .output(z.object({ jobId: JobId, server: Server, warning: z.string().nullable() })),
  /** What replacing the servers that differ from the saved design (or the named ones) would do. Changes nothing. */
  planReplaceServers: method
    .route({ method: 'POST', path: '/farms/{farmId}/replace-servers/plan' })
    .input(ReplaceServers)
    .output(ServersReplacePlan),
  /** Replaces them one by one by servers of the saved design; scaling leaves their farm roles alone meanwhile. */
  replaceServers: method
    .route({ method: 'POST', path: '/farms/{farmId}/replace-servers' })
    .input(ReplaceServers)
    .output(JobRef),
  /** The job ends when the last server is gone, and with `deleteCloudObjects` the volumes and addresses as well. */
  terminate: method
    .route({ method: 'POST', path: '/farms/{farmId}/terminate' })
    .input(z.strictObject({ farmId: FarmId, ...TerminateOptions.shape }))
    .output(JobRef),
  /** Gives the lease `extensionHours` more, at most `extensions` times a launch. */
  extendLease: method
    .route({ method: 'POST', path: '/farms/{farmId}/extend-lease' })
    .input(byId)
    .output(Farm),
  suspend: method.route({ method: 'POST', path: '/farms/{farmId}/suspend' }).input(byId).output(JobRef),
  resume: method.route({ method: 'POST', path: '/farms/{farmId}/resume' }).input(byId).output(JobRef),
  lock: method
    .route({ method: 'POST', path: '/farms/{farmId}/lock' })
    .input(
      z.strictObject({ farmId: FarmId, comment: z.string().trim().min(1, 'Say why it is locked.').max(500) }),
    )
    .output(Farm),
  unlock: method.route({ method: 'POST', path: '/farms/{farmId}/unlock' }).input(byId).output(Farm),
  /** The farm document that ships with Farmhand and launches on the Sandbox as it is; the existing one when there is one. */
  addSample: method.route({ method: 'POST', path: '/farms/sample' }).output(Farm),
}
