import {
  DescribeInstanceAttributeCommand,
  DescribeInstancesCommand,
  DescribeInstanceStatusCommand,
  DescribeVolumesCommand,
  GetPasswordDataCommand,
  type Instance,
  ModifyInstanceAttributeCommand,
} from '@aws-sdk/client-ec2'
import { AppError } from '../../../shared/model/errors.ts'
import type { CloudProperties } from '../../../shared/model/server-properties.ts'
import type { CallOptions, InstanceSettingsPort } from '../../engine/clouds/index.ts'
import type { AwsClients } from './aws-clients.ts'
import { tagsOf } from './aws-tags.ts'
import { disksOf } from './instance-disks.ts'

/** EC2's calls about one instance's attributes. */
export class AwsInstanceSettings implements InstanceSettingsPort {
  readonly #clients: AwsClients

  constructor(clients: AwsClients) {
    this.#clients = clients
  }

  async get(location: string, id: string, options?: CallOptions): Promise<CloudProperties> {
    const [described, status, isTerminationProtected, shutdownBehavior] = await Promise.all([
      this.#read('DescribeInstances', location, options, (client, http) =>
        client.send(new DescribeInstancesCommand({ InstanceIds: [id] }), http),
      ),
      this.#read('DescribeInstanceStatus', location, options, (client, http) =>
        client.send(
          new DescribeInstanceStatusCommand({ InstanceIds: [id], IncludeAllInstances: true }),
          http,
        ),
      ),
      this.#read('DescribeInstanceAttribute', location, options, (client, http) =>
        client.send(
          new DescribeInstanceAttributeCommand({ InstanceId: id, Attribute: 'disableApiTermination' }),
          http,
        ),
      ).then((answer) => answer.DisableApiTermination?.Value === true),
      this.#read('DescribeInstanceAttribute', location, options, (client, http) =>
        client.send(
          new DescribeInstanceAttributeCommand({
            InstanceId: id,
            Attribute: 'instanceInitiatedShutdownBehavior',
          }),
          http,
        ),
      ).then((answer) => answer.InstanceInitiatedShutdownBehavior?.Value ?? null),
    ])
    const reservation = described.Reservations?.find(({ Instances = [] }) => Instances.length > 0)
    const instance = reservation?.Instances?.[0]
    if (!instance) {
      throw new AppError('cloud.not_found', { message: `The cloud does not list ${id} in ${location}.` })
    }
    const checks = status.InstanceStatuses?.find(({ InstanceId }) => InstanceId === id)
    return {
      ...factsOf(instance, id),
      ownerId: reservation?.OwnerId ?? null,
      systemStatus: checks?.SystemStatus?.Status ?? null,
      instanceStatus: checks?.InstanceStatus?.Status ?? null,
      isTerminationProtected,
      shutdownBehavior,
    }
  }

  async setTerminationProtection(
    location: string,
    id: string,
    isOn: boolean,
    options?: CallOptions,
  ): Promise<void> {
    await this.#write('ModifyInstanceAttribute', location, options, (client, http) =>
      client.send(
        new ModifyInstanceAttributeCommand({ InstanceId: id, DisableApiTermination: { Value: isOn } }),
        http,
      ),
    )
  }

  async setType(location: string, id: string, instanceType: string, options?: CallOptions): Promise<void> {
    await this.#write('ModifyInstanceAttribute', location, options, (client, http) =>
      client.send(
        new ModifyInstanceAttributeCommand({ InstanceId: id, InstanceType: { Value: instanceType } }),
        http,
      ),
    )
  }

  async setSecurityGroups(
    location: string,
    id: string,
    groupIds: readonly string[],
    options?: CallOptions,
  ): Promise<void> {
    await this.#write('ModifyInstanceAttribute', location, options, (client, http) =>
      client.send(new ModifyInstanceAttributeCommand({ InstanceId: id, Groups: [...groupIds] }), http),
    )
  }

  async rootDiskGib(location: string, id: string, options?: CallOptions): Promise<number | null> {
    const { root } = await disksOf(this.#clients, location, id, options)
    if (root === null) return null
    const { Volumes = [] } = await this.#read('DescribeVolumes', location, options, (client, http) =>
      client.send(new DescribeVolumesCommand({ Filters: [{ Name: 'volume-id', Values: [root] }] }), http),
    )
    return Volumes[0]?.Size ?? null
  }

  async encryptedPassword(location: string, id: string, options?: CallOptions): Promise<string | null> {
    const answer = await this.#read('GetPasswordData', location, options, (client, http) =>
      client.send(new GetPasswordDataCommand({ InstanceId: id }), http),
    )
    const data = answer.PasswordData?.trim() ?? ''
    return data === '' ? null : data
  }

  #read<T>(
    action: string,
    location: string,
    options: CallOptions | undefined,
    send: (...given: Parameters<Parameters<AwsClients['ec2']>[2]>) => Promise<T>,
  ): Promise<T> {
    return this.#clients.ec2({ action, location, kind: 'read' }, options, send)
  }

  async #write(
    action: string,
    location: string,
    options: CallOptions | undefined,
    send: Parameters<AwsClients['ec2']>[2],
  ): Promise<void> {
    await this.#clients.ec2({ action, location, kind: 'write' }, options, send)
  }
}

type Facts = Omit<
  CloudProperties,
  'ownerId' | 'systemStatus' | 'instanceStatus' | 'isTerminationProtected' | 'shutdownBehavior'
>

function factsOf(instance: Instance, id: string): Facts {
  const { State, StateReason, Placement } = instance
  return {
    cloudServerId: id,
    state: { name: State?.Name ?? 'unknown', code: State?.Code ?? null },
    stateReason: StateReason?.Message ? { code: StateReason.Code ?? '', message: StateReason.Message } : null,
    imageId: given(instance.ImageId),
    instanceType: given(instance.InstanceType),
    keyName: given(instance.KeyName),
    launchedAt: instance.LaunchTime?.toISOString() ?? null,
    architecture: given(instance.Architecture),
    platform: given(instance.PlatformDetails ?? instance.Platform),
    zone: given(Placement?.AvailabilityZone),
    tenancy: given(Placement?.Tenancy),
    placementGroup: given(Placement?.GroupName),
    vpcId: given(instance.VpcId),
    subnetId: given(instance.SubnetId),
    publicDns: given(instance.PublicDnsName),
    privateDns: given(instance.PrivateDnsName),
    publicIp: given(instance.PublicIpAddress),
    privateIp: given(instance.PrivateIpAddress),
    rootDeviceType: given(instance.RootDeviceType),
    rootDeviceName: given(instance.RootDeviceName),
    virtualization: given(instance.VirtualizationType),
    lifecycle: instance.InstanceLifecycle ?? 'on-demand',
    isEbsOptimized: instance.EbsOptimized === true,
    monitoring: given(instance.Monitoring?.State),
    iamInstanceProfile: given(instance.IamInstanceProfile?.Arn),
    securityGroups: (instance.SecurityGroups ?? []).map(({ GroupId = '', GroupName }) => ({
      id: GroupId,
      name: GroupName ?? GroupId,
    })),
    volumes: (instance.BlockDeviceMappings ?? []).map(({ DeviceName, Ebs }) => ({
      id: Ebs?.VolumeId ?? '',
      deviceName: DeviceName ?? '',
      state: given(Ebs?.Status),
      isDeletedWithServer: Ebs?.DeleteOnTermination === true,
    })),
    tags: tagsOf(instance.Tags),
  }
}

/** EC2 writes an empty text where there is nothing. */
function given(text: string | undefined): string | null {
  return text === undefined || text === '' ? null : text
}
