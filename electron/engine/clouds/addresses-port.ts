import type { CallOptions } from './call-options.ts'

/** An Elastic IP of the account. */
export interface CloudAddress {
  /** The allocation's id. */
  id: string
  address: string
  /** The instance that it leads to, and the id of that association; null when it leads nowhere. */
  instanceId: string | null
  associationId: string | null
  tags: Readonly<Record<string, string>>
}

/** The Elastic IPs of a location. Failures are as everywhere in the port. */
export interface AddressesPort {
  /** All of the account, or those that carry the tag. */
  list(
    location: string,
    query?: { tag?: { key: string; value: string } },
    options?: CallOptions,
  ): Promise<CloudAddress[]>
  /** Takes a new one. EC2 has no client token for it: look by tag before asking again. */
  allocate(
    location: string,
    tags: Readonly<Record<string, string>>,
    options?: CallOptions,
  ): Promise<CloudAddress>
  /** Leads an address to an instance, away from whatever it led to before. */
  associate(location: string, id: string, instanceId: string, options?: CallOptions): Promise<void>
  /** Nothing happens when the association is gone already. */
  disassociate(location: string, associationId: string, options?: CallOptions): Promise<void>
  /** Gives it back to the cloud. Nothing happens when it is gone already. */
  release(location: string, id: string, options?: CallOptions): Promise<void>
  /** Adds tags or replaces their values. */
  tag(
    location: string,
    id: string,
    tags: Readonly<Record<string, string>>,
    options?: CallOptions,
  ): Promise<void>
}
