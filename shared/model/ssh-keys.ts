import { z } from 'zod'
import { Location } from './clouds.ts'
import { CloudId, FarmId, SshKeyId, Timestamp } from './ids.ts'

/** The key pair of one farm in one location: the public half; the private half is in the vault under the same id. */
export const SshKey = z.object({
  id: SshKeyId,
  farmId: FarmId,
  farm: z.string(),
  cloudId: CloudId,
  cloud: z.string(),
  location: Location,
  /** Name in the cloud. */
  name: z.string(),
  type: z.enum(['ed25519', 'rsa']),
  /** One `authorized_keys` line. */
  publicKey: z.string(),
  /** `SHA256:…` as OpenSSH prints it. */
  fingerprint: z.string(),
  /** False until the cloud has confirmed the import. */
  imported: z.boolean(),
  /**
   * Set while a new pair takes this one's place: the id of the new key, and how far each server is. `added`: the new key
   * opens it and the old line may still be there; `done`: only the new key opens it. Servers not named are on this key.
   */
  replacement: z
    .object({
      keyId: SshKeyId,
      startedAt: Timestamp,
      servers: z.record(z.string(), z.enum(['added', 'done'])),
      /** Servers that could not be changed at the last try, and why. */
      failures: z.array(z.object({ serverId: z.string(), name: z.string(), message: z.string() })),
    })
    .nullable()
    .default(null),
  createdAt: Timestamp,
})
export type SshKey = z.infer<typeof SshKey>

export const PrivateKeyFormat = z.enum(['openssh', 'pem', 'ppk'])
export type PrivateKeyFormat = z.infer<typeof PrivateKeyFormat>

/** A server's host key as it was first seen or later approved. */
export const HostKey = z.object({
  serverId: z.string(),
  host: z.string(),
  port: z.number().int(),
  keyType: z.string(),
  fingerprint: z.string(),
  /** `console`: it matched the console output; `first-use`: seen first; `person`: a person accepted a change. */
  trustedBy: z.enum(['console', 'first-use', 'person']),
  at: Timestamp,
})
export type HostKey = z.infer<typeof HostKey>
