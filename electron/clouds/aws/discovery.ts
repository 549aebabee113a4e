import {
  CreateTagsCommand,
  DeleteTagsCommand,
  DescribeInstancesCommand,
  type Instance,
} from '@aws-sdk/client-ec2'
import { Architecture } from '../../../shared/model/clouds.ts'
import { InstanceState } from '../../../shared/model/servers.ts'
import type { CallOptions } from '../../engine/clouds/index.ts'
import type { CloudDiscovery, InstanceDetails } from '../../engine/clouds/index.ts'
import type { AwsClients } from './aws-clients.ts'
import { awsTags } from './aws-tags.ts'
import { allPages } from './pages.ts'

const PAGE_SIZE = 1000
const LIVE_STATES = InstanceState.options.filter((state) => state !== 'terminated')

/** EC2's calls about instances that Farmhand did not launch. */
export class AwsDiscovery implements CloudDiscovery {
  readonly #clients: AwsClients
  readonly #pageSize: number

  constructor(clients: AwsClients, pageSize = PAGE_SIZE) {
    this.#clients = clients
    this.#pageSize = pageSize
  }

  async instances(location: string, options?: CallOptions): Promise<InstanceDetails[]> {
    const about = { action: 'DescribeInstances', location, kind: 'read' } as const
    const found: InstanceDetails[] = []
    await allPages(about, async (token) => {
      const answer = await this.#clients.ec2(about, options, (client, http) =>
        client.send(
          new DescribeInstancesCommand({
            Filters: [{ Name: 'instance-state-name', Values: LIVE_STATES }],
            MaxResults: this.#pageSize,
            ...(token === undefined ? {} : { NextToken: token }),
          }),
          http,
        ),
      )
      for (const reservation of answer.Reservations ?? []) {
        for (const instance of reservation.Instances ?? []) {
          if (instance.InstanceId) found.push(details(instance, instance.InstanceId))
        }
      }
      return answer.NextToken
    })
    return found
  }

  async tag(
    location: string,
    instanceId: string,
    tags: Readonly<Record<string, string>>,
    options?: CallOptions,
  ): Promise<void> {
    await this.#clients.ec2({ action: 'CreateTags', location, kind: 'write' }, options, (client, http) =>
      client.send(new CreateTagsCommand({ Resources: [instanceId], Tags: awsTags(tags) }), http),
    )
  }

  async untag(
    location: string,
    instanceId: string,
    keys: readonly string[],
    options?: CallOptions,
  ): Promise<void> {
    // Without a tag in the call EC2 takes all of them off.
    if (keys.length === 0) return
    await this.#clients.ec2({ action: 'DeleteTags', location, kind: 'write' }, options, (client, http) =>
      client.send(
        new DeleteTagsCommand({ Resources: [instanceId], Tags: keys.map((Key) => ({ Key })) }),
        http,
      ),
    )
  }
}

function details(instance: Instance, id: string): InstanceDetails {
  const architecture = Architecture.safeParse(instance.Architecture)
  const groups = instance.SecurityGroups ?? []
  return {
    id,
    state: InstanceState.parse(instance.State?.Name),
    zone: filled(instance.Placement?.AvailabilityZone),
    instanceType: instance.InstanceType ?? '',
    imageId: instance.ImageId ?? '',
    keyName: filled(instance.KeyName),
    publicIp: filled(instance.PublicIpAddress),
    privateIp: filled(instance.PrivateIpAddress),
    hostname: filled(instance.PrivateDnsName),
    tags: Object.fromEntries((instance.Tags ?? []).map(({ Key = '', Value = '' }) => [Key, Value])),
    launchedAt: instance.LaunchTime?.toISOString() ?? null,
    architecture: architecture.success ? architecture.data : 'x86_64',
    platform: instance.PlatformDetails ?? instance.Platform ?? 'Linux/UNIX',
    vpcId: filled(instance.VpcId),
    subnetId: filled(instance.SubnetId),
    securityGroups: groups.map(({ GroupId = '', GroupName = GroupId }) => ({ id: GroupId, name: GroupName })),
  }
}

function filled(text: string | undefined): string | null {
  return text === undefined || text === '' ? null : text
}
