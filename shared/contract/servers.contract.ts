import { eventIterator } from '@orpc/contract'
import { z } from 'zod'
import { ServerId } from '../model/ids.ts'
import { JobRef } from '../model/jobs.ts'
import { Server, ServerStatus } from '../model/servers.ts'
import { HostKey } from '../model/ssh-keys.ts'
import { method } from './method.ts'

const byId = z.strictObject({ serverId: ServerId })

/** A yes or no that may also stand in a query string. */
const Flag = z.union([z.boolean(), z.enum(['true', 'false']).transform((word) => word === 'true')])

/** Output of a command on a server, in order; the last message is `exit`. */
export const ExecMessage = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('stdout'), base64: z.string() }),
  z.object({ kind: z.literal('stderr'), base64: z.string() }),
  z.object({ kind: z.literal('exit'), code: z.number().nullable(), signal: z.string().nullable() }),
])
export type ExecMessage = z.infer<typeof ExecMessage>

export const servers = {
  /** Servers by farm (name or id), role alias and status; terminated ones only when asked for. */
  list: method
    .route({ method: 'GET', path: '/servers' })
    .input(
      z
        .strictObject({
          farm: z.string().optional(),
          role: z.string().optional(),
          status: ServerStatus.optional(),
          includeTerminated: Flag.default(false),
        })
        .default({ includeTerminated: false }),
    )
    .output(z.array(Server)),
  get: method.route({ method: 'GET', path: '/servers/{serverId}' }).input(byId).output(Server),
  /** The serial console as the cloud keeps it; `text` is empty when the cloud has none yet. */
  console: method
    .route({ method: 'GET', path: '/servers/{serverId}/console' })
    .input(byId)
    .output(z.object({ text: z.string(), at: z.string().nullable() })),
  reboot: method.route({ method: 'POST', path: '/servers/{serverId}/reboot' }).input(byId).output(JobRef),
  suspend: method.route({ method: 'POST', path: '/servers/{serverId}/suspend' }).input(byId).output(JobRef),
  resume: method.route({ method: 'POST', path: '/servers/{serverId}/resume' }).input(byId).output(JobRef),
  /** `decreaseMin` also lowers the farm role's `min` by one, so that no substitute is launched. */
  terminate: method
    .route({ method: 'POST', path: '/servers/{serverId}/terminate' })
    .input(
      z.strictObject({
        serverId: ServerId,
        force: z.boolean().default(false),
        decreaseMin: z.boolean().default(false),
      }),
    )
    .output(JobRef),
  /** Tries a failed launch again at once, and ends the pause of its farm role. */
  retry: method.route({ method: 'POST', path: '/servers/{serverId}/retry' }).input(byId).output(Server),
  lock: method
    .route({ method: 'POST', path: '/servers/{serverId}/lock' })
    .input(
      z.strictObject({
        serverId: ServerId,
        comment: z.string().trim().min(1, 'Say why it is locked.').max(500),
      }),
    )
    .output(Server),
  unlock: method.route({ method: 'POST', path: '/servers/{serverId}/unlock' }).input(byId).output(Server),
  /** Runs a program with its arguments (no shell in between) and streams what it writes. */
  exec: method
    .route({ method: 'POST', path: '/servers/{serverId}/exec' })
    .input(
      z.strictObject({
        serverId: ServerId,
        argv: z.array(z.string()).min(1),
        stdinBase64: z.string().optional(),
        timeoutMs: z.number().int().positive().optional(),
      }),
    )
    .output(eventIterator(ExecMessage)),
  hostKey: method
    .route({ method: 'GET', path: '/servers/{serverId}/host-key' })
    .input(byId)
    .output(HostKey.nullable()),
}
