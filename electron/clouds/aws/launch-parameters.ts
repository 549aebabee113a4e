import type { RunInstancesCommandInput } from '@aws-sdk/client-ec2'
import type { LaunchRequest } from '../../engine/clouds/index.ts'
import { awsTags } from './aws-tags.ts'

/** A launch as RunInstances takes it. What the cloud does by itself is left out. */
export function launchParameters(request: LaunchRequest): RunInstancesCommandInput {
  const tags = awsTags(request.tags)
  return {
    ClientToken: request.clientToken,
    MinCount: 1,
    MaxCount: request.count,
    ImageId: request.imageId,
    InstanceType: request.instanceType as NonNullable<RunInstancesCommandInput['InstanceType']>,
    KeyName: request.keyName,
    ...(request.userData === ''
      ? {}
      : { UserData: Buffer.from(request.userData, 'utf8').toString('base64') }),
    ...placement(request),
    ...network(request),
    ...market(request),
    ...rootDisk(request),
    ...(request.iamInstanceProfile === null
      ? {}
      : { IamInstanceProfile: profile(request.iamInstanceProfile) }),
    ...(request.ebsOptimized === null ? {} : { EbsOptimized: request.ebsOptimized }),
    ...(request.detailedMonitoring ? { Monitoring: { Enabled: true } } : {}),
    ...(request.cpuCredits === null ? {} : { CreditSpecification: { CpuCredits: request.cpuCredits } }),
    ...(request.cpu === null
      ? {}
      : { CpuOptions: { CoreCount: request.cpu.cores, ThreadsPerCore: request.cpu.threadsPerCore } }),
    TagSpecifications: [
      { ResourceType: 'instance', Tags: tags },
      { ResourceType: 'volume', Tags: tags },
    ],
  }
}

function placement({ zone, tenancy, placementGroup }: LaunchRequest): Partial<RunInstancesCommandInput> {
  const asked = {
    ...(zone === null ? {} : { AvailabilityZone: zone }),
    ...(tenancy === 'default' ? {} : { Tenancy: tenancy }),
    ...(placementGroup === null ? {} : { GroupName: placementGroup }),
  }
  return Object.keys(asked).length === 0 ? {} : { Placement: asked }
}

/** Only a network interface can be told whether it gets a public address; then subnet and groups stand in it too. */
function network(request: LaunchRequest): Partial<RunInstancesCommandInput> {
  const { subnetId, privateIp, publicAddress, securityGroupIds } = request
  const where = {
    ...(subnetId === null ? {} : { SubnetId: subnetId }),
    ...(privateIp === null ? {} : { PrivateIpAddress: privateIp }),
  }
  if (publicAddress === null) return { ...where, SecurityGroupIds: securityGroupIds }
  return {
    NetworkInterfaces: [
      {
        ...where,
        DeviceIndex: 0,
        AssociatePublicIpAddress: publicAddress,
        Groups: securityGroupIds,
        DeleteOnTermination: true,
      },
    ],
  }
}

/** A spot instance cannot be protected, and ends when the cloud takes it back or its system halts. */
function market(request: LaunchRequest): Partial<RunInstancesCommandInput> {
  const { spot, terminationProtection, shutdownBehavior } = request
  if (spot === null) {
    return {
      ...(terminationProtection ? { DisableApiTermination: true } : {}),
      ...(shutdownBehavior === 'stop' ? {} : { InstanceInitiatedShutdownBehavior: shutdownBehavior }),
    }
  }
  return {
    InstanceMarketOptions: {
      MarketType: 'spot',
      SpotOptions: {
        SpotInstanceType: 'one-time',
        InstanceInterruptionBehavior: 'terminate',
        ...(spot.maxPricePerHour === null ? {} : { MaxPrice: String(spot.maxPricePerHour) }),
      },
    },
  }
}

function rootDisk({ rootDisk }: LaunchRequest): Partial<RunInstancesCommandInput> {
  if (rootDisk === null) return {}
  const { deviceName, sizeGib, type, iops } = rootDisk
  return {
    BlockDeviceMappings: [
      {
        DeviceName: deviceName,
        Ebs: {
          DeleteOnTermination: true,
          ...(sizeGib === null ? {} : { VolumeSize: sizeGib }),
          ...(type === null ? {} : { VolumeType: type }),
          ...(iops === null ? {} : { Iops: iops }),
        },
      },
    ],
  }
}

function profile(nameOrArn: string): { Arn: string } | { Name: string } {
  return nameOrArn.startsWith('arn:') ? { Arn: nameOrArn } : { Name: nameOrArn }
}
