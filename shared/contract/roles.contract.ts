import { z } from 'zod'
import { DeprecationInput } from '../model/deprecation.ts'
import { CloudId, JobId, Name, RoleId } from '../model/ids.ts'
import { RoleUsage } from '../model/image-plans.ts'
import { JobRef } from '../model/jobs.ts'
import { Role, RoleDocument, RoleInput } from '../model/roles.ts'
import { method } from './method.ts'

const byId = z.strictObject({ roleId: RoleId })

export const roles = {
  list: method.route({ method: 'GET', path: '/roles' }).output(z.array(Role)),
  create: method.route({ method: 'POST', path: '/roles' }).input(RoleInput).output(Role),
  update: method
    .route({ method: 'PUT', path: '/roles/{roleId}' })
    .input(z.strictObject({ roleId: RoleId, role: RoleInput }))
    .output(Role),
  /** Refused while a farm uses it. `deregisterImages`: its images leave the cloud too; `kept` says why one stays. */
  remove: method
    .route({ method: 'DELETE', path: '/roles/{roleId}' })
    .input(byId.extend({ deregisterImages: z.boolean().default(false) }))
    .output(z.object({ jobIds: z.array(JobId), kept: z.array(z.string()) })),
  import: method
    .route({ method: 'POST', path: '/roles/import' })
    .input(z.strictObject({ document: z.unknown() }))
    .output(Role),
  export: method.route({ method: 'GET', path: '/roles/{roleId}/export' }).input(byId).output(RoleDocument),
  usage: method.route({ method: 'GET', path: '/roles/{roleId}/usage' }).input(byId).output(RoleUsage),
  clone: method
    .route({ method: 'POST', path: '/roles/{roleId}/clone' })
    .input(z.strictObject({ roleId: RoleId, name: Name }))
    .output(Role),
  /** From then on farms may not use it anew. */
  deprecate: method
    .route({ method: 'POST', path: '/roles/{roleId}/deprecate' })
    .input(z.strictObject({ roleId: RoleId, ...DeprecationInput.shape }))
    .output(Role),
  undeprecate: method.route({ method: 'POST', path: '/roles/{roleId}/undeprecate' }).input(byId).output(Role),
  /** Adds the starter roles and images of a cloud (Ubuntu, Debian, Amazon Linux; the Sandbox’s own); what exists is kept. */
  addStarters: method
    .route({ method: 'POST', path: '/clouds/{cloudId}/starter-roles' })
    .input(z.strictObject({ cloudId: CloudId }))
    .output(JobRef),
}
