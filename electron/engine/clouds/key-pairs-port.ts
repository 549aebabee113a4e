import type { CallOptions, CloudTags } from './call-options.ts'

/** Public keys that the cloud puts on new instances, by name. */
export interface KeyPairsPort {
  /**
   * The key pair is there with this public key; an existing one with another key is replaced. Throws `cloud.refused` with
   * refusal `key-type` when the cloud takes no keys of this kind.
   */
  ensure(
    location: string,
    key: {
      name: string
      /** As in an `authorized_keys` file. */
      publicKey: string
      tags: CloudTags
    },
    options?: CallOptions,
  ): Promise<void>
  delete(location: string, name: string, options?: CallOptions): Promise<void>
}
