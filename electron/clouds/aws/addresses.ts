import {
  type Address,
  AllocateAddressCommand,
  AssociateAddressCommand,
  DescribeAddressesCommand,
  DisassociateAddressCommand,
  ReleaseAddressCommand,
} from '@aws-sdk/client-ec2'
import { AppError } from '../../../shared/model/errors.ts'
import type { AddressesPort, CallOptions, CloudAddress } from '../../engine/clouds/index.ts'
import type { AwsClients } from './aws-clients.ts'
import { hasCode } from './aws-errors.ts'
import { awsTags, tagsOf } from './aws-tags.ts'

/** EC2's calls about Elastic IPs. DescribeAddresses has no pages. */
export class AwsAddresses implements AddressesPort {
  readonly #clients: AwsClients

  constructor(clients: AwsClients) {
    this.#clients = clients
  }

  async list(location: string, options?: CallOptions): Promise<CloudAddress[]> {
    const about = { action: 'DescribeAddresses', location, kind: 'read' } as const
    const answer = await this.#clients.ec2(about, options, (client, http) =>
      client.send(new DescribeAddressesCommand({}), http),
    )
    return (answer.Addresses ?? []).flatMap((described) => cloudAddress(described) ?? [])
  }

  async create(
    location: string,
    tags: Readonly<Record<string, string>>,
    options?: CallOptions,
  ): Promise<CloudAddress> {
    const about = { action: 'AllocateAddress', location, kind: 'write' } as const
    const { AllocationId, PublicIp } = await this.#clients.ec2(about, options, (client, http) =>
      client.send(
        new AllocateAddressCommand({
          Domain: 'vpc',
          TagSpecifications: [{ ResourceType: 'elastic-ip', Tags: awsTags(tags) }],
        }),
        http,
      ),
    )
    if (AllocationId === undefined || PublicIp === undefined) {
      throw new AppError('cloud.bad_answer', {
        message: `The cloud gave an address in ${location}, but does not say which. Farmhand asks again.`,
        retryable: true,
      })
    }
    return { id: AllocationId, address: PublicIp, instanceId: null, associationId: null, tags: { ...tags } }
  }

  async associate(location: string, id: string, instanceId: string, options?: CallOptions): Promise<void> {
    const about = { action: 'AssociateAddress', location, kind: 'write' } as const
    await this.#clients.ec2(about, options, (client, http) =>
      client.send(
        new AssociateAddressCommand({ AllocationId: id, InstanceId: instanceId, AllowReassociation: true }),
        http,
      ),
    )
  }

  async disassociate(location: string, associationId: string, options?: CallOptions): Promise<void> {
    const about = { action: 'DisassociateAddress', location, kind: 'write' } as const
    await this.#unlessGone('InvalidAssociationID.NotFound', () =>
      this.#clients.ec2(about, options, (client, http) =>
        client.send(new DisassociateAddressCommand({ AssociationId: associationId }), http),
      ),
    )
  }

  async delete(location: string, id: string, options?: CallOptions): Promise<void> {
    const about = { action: 'ReleaseAddress', location, kind: 'write' } as const
    await this.#unlessGone('InvalidAllocationID.NotFound', () =>
      this.#clients.ec2(about, options, (client, http) =>
        client.send(new ReleaseAddressCommand({ AllocationId: id }), http),
      ),
    )
  }

  async #unlessGone(code: string, call: () => Promise<unknown>): Promise<void> {
    try {
      await call()
    } catch (thrown) {
      if (!hasCode(thrown, code)) throw thrown
    }
  }
}

function cloudAddress(described: Address): CloudAddress | undefined {
  const { AllocationId, PublicIp, InstanceId, AssociationId, Tags } = described
  if (AllocationId === undefined || PublicIp === undefined) return undefined
  return {
    id: AllocationId,
    address: PublicIp,
    instanceId: InstanceId || null,
    associationId: AssociationId || null,
    tags: tagsOf(Tags),
  }
}
