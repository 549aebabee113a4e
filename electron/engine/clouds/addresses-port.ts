import type { CallOptions, CloudTags } from './call-options.ts'

/** A public address that the account keeps. */
export interface CloudAddress {
  id: string
  address: string
  /** The instance that it leads to, and the id of that association; null when it leads nowhere. */
  instanceId: string | null
  associationId: string | null
  tags: CloudTags
}

/** Public addresses that stay the account's, whichever instance they lead to. */
export interface AddressesPort {
  list(location: string, options?: CallOptions): Promise<CloudAddress[]>
  /** Takes a new one. The cloud knows no token for it: look for its tag before asking again. */
  create(location: string, tags: CloudTags, options?: CallOptions): Promise<CloudAddress>
  /** Leads an address to an instance, away from whatever it led to before. */
  associate(location: string, id: string, instanceId: string, options?: CallOptions): Promise<void>
  /** Nothing happens when the association is gone already. */
  disassociate(location: string, associationId: string, options?: CallOptions): Promise<void>
  /** Gives it back to the cloud. */
  delete(location: string, id: string, options?: CallOptions): Promise<void>
}
