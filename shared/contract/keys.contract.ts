import { z } from 'zod'
import { SshKeyId } from '../model/ids.ts'
import { PrivateKeyFormat, SshKey } from '../model/ssh-keys.ts'
import { method } from './method.ts'

export const keys = {
  list: method.route({ method: 'GET', path: '/keys' }).output(z.array(SshKey)),
  /** The private half, by an explicit act of a person; `fileName` as the reference names it. */
  exportPrivate: method
    .route({ method: 'POST', path: '/keys/{keyId}/export-private' })
    .input(z.strictObject({ keyId: SshKeyId, format: PrivateKeyFormat.default('openssh') }))
    .output(z.object({ fileName: z.string(), text: z.string() })),
}
