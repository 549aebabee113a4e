import { z } from 'zod'
import { SshKeyId } from '../model/ids.ts'
import { JobRef } from '../model/jobs.ts'
import { PrivateKeyFormat, SshKey } from '../model/ssh-keys.ts'
import { method } from './method.ts'

const byId = z.strictObject({ keyId: SshKeyId })

export const keys = {
  list: method.route({ method: 'GET', path: '/keys' }).output(z.array(SshKey)),
  /** The private half, by an explicit act of a person; `fileName` as the reference names it. */
  exportPrivate: method
    .route({ method: 'POST', path: '/keys/{keyId}/export-private' })
    .input(z.strictObject({ keyId: SshKeyId, format: PrivateKeyFormat.default('openssh') }))
    .output(z.object({ fileName: z.string(), text: z.string() })),
  /** The public half: one line of `authorized_keys`. */
  exportPublic: method
    .route({ method: 'GET', path: '/keys/{keyId}/public' })
    .input(byId)
    .output(z.object({ fileName: z.string(), text: z.string() })),
  /**
   * Makes a new pair and gives it to the cloud and to every live server of the old one; servers that cannot be reached stay
   * on the old key and are listed with it. Asked again for such a key, it goes on with those that are left.
   */
  regenerate: method.route({ method: 'POST', path: '/keys/{keyId}/regenerate' }).input(byId).output(JobRef),
  /** Removes a pair that no live server uses, here and in the cloud. */
  remove: method.route({ method: 'DELETE', path: '/keys/{keyId}' }).input(byId).output(z.void()),
}
