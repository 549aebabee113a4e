import { DescribeInstanceStatusCommand, type SummaryStatus } from '@aws-sdk/client-ec2'
import type { CallOptions, InstanceHealthPort } from '../../engine/clouds/index.ts'
import type { AwsClients } from './aws-clients.ts'
import { slices } from './filters.ts'

/** The most instances that one DescribeInstanceStatus names (EC2 API Reference). */
const BATCH_SIZE = 100

/** EC2's system and instance status checks. */
export class AwsInstanceHealth implements InstanceHealthPort {
  readonly #clients: AwsClients

  constructor(clients: AwsClients) {
    this.#clients = clients
  }

  /** By a filter: with ids, one that EC2 does not know refuses them all. */
  async listById(
    location: string,
    ids: readonly string[],
    options?: CallOptions,
  ): Promise<Map<string, boolean>> {
    const about = { action: 'DescribeInstanceStatus', location, kind: 'read' } as const
    const found = new Map<string, boolean>()
    for (const batch of slices(ids, BATCH_SIZE)) {
      const answer = await this.#clients.ec2(about, options, (client, http) =>
        client.send(
          new DescribeInstanceStatusCommand({
            Filters: [{ Name: 'instance-id', Values: batch }],
            MaxResults: 1000,
          }),
          http,
        ),
      )
      for (const { InstanceId, SystemStatus, InstanceStatus } of answer.InstanceStatuses ?? []) {
        const known = [SystemStatus?.Status, InstanceStatus?.Status].filter(isTold)
        if (InstanceId !== undefined && known.length > 0) {
          found.set(
            InstanceId,
            known.every((status) => status === 'ok'),
          )
        }
      }
    }
    return found
  }
}

/** While EC2 gathers data, nothing is known. */
function isTold(status: SummaryStatus | undefined): status is SummaryStatus {
  return status === 'ok' || status === 'impaired'
}
