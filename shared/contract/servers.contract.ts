import { eventIterator } from '@orpc/contract'
import { z } from 'zod'
import { ServerId } from '../model/ids.ts'
import { JobRef } from '../model/jobs.ts'
import { CloudProperties } from '../model/server-properties.ts'
import { BULK_MAX, BulkAction, BulkOptions, Server, ServerStatus } from '../model/servers.ts'
import { HostKey } from '../model/ssh-keys.ts'
import { method, query } from './method.ts'
import { Via } from './via.ts'

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
  console: query
    .route({ method: 'GET', path: '/servers/{serverId}/console' })
    .input(byId)
    .output(z.object({ text: z.string(), at: z.string().nullable() })),
  /** Everything that the cloud tells about the instance now. */
  cloudProperties: method
    .route({ method: 'GET', path: '/servers/{serverId}/cloud-properties' })
    .input(byId)
    .output(CloudProperties),
  /** `soft` asks the operating system; `hard` stops the instance without asking it, and starts it again. */
  reboot: method
    .route({ method: 'POST', path: '/servers/{serverId}/reboot' })
    .input(z.strictObject({ serverId: ServerId, mode: z.enum(['soft', 'hard']).default('soft') }))
    .output(JobRef),
  suspend: method.route({ method: 'POST', path: '/servers/{serverId}/suspend' }).input(byId).output(JobRef),
  resume: method.route({ method: 'POST', path: '/servers/{serverId}/resume' }).input(byId).output(JobRef),
  /** Gives up a launch that the cloud has not carried out. */
  cancel: method
    .route({ method: 'POST', path: '/servers/{serverId}/cancel' })
    .input(z.strictObject({ serverId: ServerId, decreaseMin: z.boolean().default(false), via: Via }))
    .output(Server),
  /** `decreaseMin` also lowers the farm role's `min` by one, so that no substitute is launched. */
  terminate: method
    .route({ method: 'POST', path: '/servers/{serverId}/terminate' })
    .input(
      z.strictObject({
        serverId: ServerId,
        force: z.boolean().default(false),
        decreaseMin: z.boolean().default(false),
        via: Via,
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
  /** Holds a server for debugging: the engine leaves it alone and puts another in its place, until it is released. */
  troubleshoot: method
    .route({ method: 'POST', path: '/servers/{serverId}/troubleshoot' })
    .input(byId)
    .output(Server),
  release: method.route({ method: 'POST', path: '/servers/{serverId}/release' }).input(byId).output(Server),
  /** Gives a suspended server another instance type. */
  changeType: method
    .route({ method: 'POST', path: '/servers/{serverId}/change-type' })
    .input(z.strictObject({ serverId: ServerId, instanceType: z.string().trim().min(1) }))
    .output(Server),
  /** While it is on, the cloud refuses to terminate the server. */
  setTerminationProtection: method
    .route({ method: 'POST', path: '/servers/{serverId}/termination-protection' })
    .input(z.strictObject({ serverId: ServerId, isOn: z.boolean() }))
    .output(Server),
  /** The administrator password of a Windows server, by an explicit act of a person; null while the cloud has none yet. */
  password: method
    .route({ method: 'POST', path: '/servers/{serverId}/password' })
    .input(byId)
    .output(z.object({ user: z.string(), password: z.string().nullable() })),
  /** One action for many servers: one job, which has an outcome for each. */
  bulk: method
    .route({ method: 'POST', path: '/servers/bulk' })
    .input(
      z.strictObject({
        serverIds: z.array(ServerId).min(1, 'Name at least one server.').max(BULK_MAX),
        action: BulkAction,
        options: BulkOptions.prefault({}),
        via: Via,
      }),
    )
    .output(JobRef),
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
