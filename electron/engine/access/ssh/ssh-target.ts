import type { Secret } from '../../../../shared/model/secret.ts'

/** Where and as whom to log in. */
export interface SshTarget {
  /** The server's id: pins and connections are kept by it. */
  key: string
  /** How a person calls the server; stands in messages. */
  label: string
  host: string
  port: number
  user: string
  /** OpenSSH or PEM, not encrypted. */
  privateKey: Secret
  /** `SHA256:…` or `MD5:…` fingerprints that the cloud told (console output); the first key must be one of them. */
  knownFingerprints?: readonly string[]
}

/** "web-1 (ubuntu@10.0.0.7:22)", as every SSH message names a target. */
export function targetName(target: SshTarget): string {
  const host = target.host.includes(':') ? `[${target.host}]` : target.host
  return `${target.label} (${target.user}@${host}:${target.port})`
}
