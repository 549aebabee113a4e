import { DescribeInstancesCommand } from '@aws-sdk/client-ec2'
import type { CallOptions } from '../../engine/clouds/index.ts'
import type { AwsClients } from './aws-clients.ts'

/** The volume of an instance's root disk (null when EC2 does not tell), and the devices of its other volumes. */
export async function disksOf(
  clients: AwsClients,
  location: string,
  instanceId: string,
  options: CallOptions | undefined,
): Promise<{ root: string | null; others: string[] }> {
  const about = { action: 'DescribeInstances', location, kind: 'read' } as const
  const { Reservations = [] } = await clients.ec2(about, options, (client, http) =>
    client.send(
      new DescribeInstancesCommand({ Filters: [{ Name: 'instance-id', Values: [instanceId] }] }),
      http,
    ),
  )
  const instance = Reservations[0]?.Instances?.[0]
  const disks = (instance?.BlockDeviceMappings ?? []).filter(({ Ebs }) => Ebs !== undefined)
  const isRoot = ({ DeviceName }: { DeviceName?: string | undefined }): boolean =>
    DeviceName === instance?.RootDeviceName
  return {
    root: disks.find(isRoot)?.Ebs?.VolumeId ?? null,
    others: disks.flatMap((disk) => (isRoot(disk) ? [] : (disk.DeviceName ?? []))),
  }
}
