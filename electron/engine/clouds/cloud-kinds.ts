import type { AwsProfile, CloudDesign, CloudTraits } from '../../../shared/model/clouds.ts'
import type { Secret } from '../../../shared/model/secret.ts'
import type { CloudProvider } from './cloud-provider.ts'

/** Where a cloud's secrets are kept. */
export interface CloudVault {
  put(id: string, value: Secret): Promise<void>
  get(id: string): Promise<Secret | undefined>
  remove(id: string): Promise<void>
}

/** The vault's record for a cloud's keys. */
export function cloudSecretId(cloudId: string): string {
  return `cloud.${cloudId}`
}

/** A cloud that is open for calls. */
export interface OpenCloud {
  provider: CloudProvider
  close(): Promise<void>
}

/** Opens a cloud of one kind. */
export type CloudOpener = (
  cloud: CloudDesign,
  secrets: CloudVault,
  /** The account as it was last told, or null. */
  accountId: string | null,
) => Promise<OpenCloud>

/** A kind of cloud that can be connected. */
export interface CloudKind {
  readonly traits: CloudTraits
  /** The locations of a cloud for which a person chooses none. */
  readonly locations: readonly string[]
  readonly open: CloudOpener
}

type CloudKinds = Readonly<Record<CloudDesign['kind'], CloudKind>>

/** The kinds of clouds that a host can open, and the profiles on this machine that one can be signed in to with. */
export interface CloudOpeners {
  readonly kinds: CloudKinds
  profiles(): Promise<AwsProfile[]>
}
