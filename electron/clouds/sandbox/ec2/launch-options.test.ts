import {
  CreatePlacementGroupCommand,
  DescribeInstanceCreditSpecificationsCommand,
  DescribePlacementGroupsCommand,
  DescribeSubnetsCommand,
  DeletePlacementGroupCommand,
  DescribeSecurityGroupsCommand,
  type RunInstancesCommandInput,
  StopInstancesCommand,
} from '@aws-sdk/client-ec2'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type SandboxCloud, startSandboxCloud } from '../../../../tests/support/sandbox-cloud.ts'

let cloud: SandboxCloud

beforeAll(async () => {
  cloud = await startSandboxCloud()
})
afterAll(() => cloud.remove())

async function labSubnet(name: string): Promise<{ id: string; vpcId: string }> {
  const { Subnets = [] } = await cloud.ec2.send(
    new DescribeSubnetsCommand({ Filters: [{ Name: 'tag:Name', Values: [name] }] }),
  )
  return { id: Subnets[0]?.SubnetId ?? '', vpcId: Subnets[0]?.VpcId ?? '' }
}

describe('is told of what it was launched with', () => {
  it('profile, tenancy, placement group, EBS optimisation, monitoring, credits', async () => {
    await cloud.ec2.send(new CreatePlacementGroupCommand({ GroupName: 'near', Strategy: 'cluster' }))
    const [made] = await cloud.launch({
      IamInstanceProfile: { Name: 'sandbox-web' },
      Placement: { Tenancy: 'dedicated', GroupName: 'near' },
      EbsOptimized: true,
      Monitoring: { Enabled: true },
      CreditSpecification: { CpuCredits: 'standard' },
      CpuOptions: { CoreCount: 1, ThreadsPerCore: 1 },
    })
    const [found] = await cloud.describe(made?.InstanceId ?? '')
    expect(found).toMatchObject({
      IamInstanceProfile: { Arn: expect.stringMatching(/instance-profile\/sandbox-web$/) as string },
      Placement: { Tenancy: 'dedicated', GroupName: 'near' },
      EbsOptimized: true,
      Monitoring: { State: 'enabled' },
      CpuOptions: { CoreCount: 1, ThreadsPerCore: 1 },
    })
    await expect(cloud.launch({ CpuOptions: { CoreCount: 99, ThreadsPerCore: 2 } })).rejects.toMatchObject({
      name: 'InvalidParameterValue',
    })
    const credits = await cloud.ec2.send(
      new DescribeInstanceCreditSpecificationsCommand({ InstanceIds: [made?.InstanceId ?? ''] }),
    )
    expect(credits.InstanceCreditSpecifications).toMatchObject([{ CpuCredits: 'standard' }])
    await expect(
      cloud.ec2.send(new DeletePlacementGroupCommand({ GroupName: 'near' })),
    ).rejects.toMatchObject({ name: 'InvalidPlacementGroup.InUse' })
    const { PlacementGroups } = await cloud.ec2.send(new DescribePlacementGroupsCommand({}))
    expect(PlacementGroups).toMatchObject([{ GroupName: 'near', State: 'available' }])
  })

  it('spot instances, which cannot be stopped', async () => {
    const { id } = await cloud.running({
      InstanceMarketOptions: { MarketType: 'spot', SpotOptions: { MaxPrice: '0.1' } },
    })
    const [found] = await cloud.describe(id)
    expect(found).toMatchObject({ InstanceLifecycle: 'spot' })
    await expect(cloud.ec2.send(new StopInstancesCommand({ InstanceIds: [id] }))).rejects.toMatchObject({
      name: 'UnsupportedOperation',
    })
  })

  it('a subnet of another network, with a fixed private address and no public one', async () => {
    const { id: SubnetId, vpcId } = await labSubnet('lab-private-a')
    const { SecurityGroups = [] } = await cloud.ec2.send(
      new DescribeSecurityGroupsCommand({ Filters: [{ Name: 'vpc-id', Values: [vpcId] }] }),
    )
    const Groups = SecurityGroups.flatMap(({ GroupId }) => GroupId ?? [])
    const [made] = await cloud.launch({
      NetworkInterfaces: [{ DeviceIndex: 0, SubnetId, Groups, PrivateIpAddress: '127.64.16.9' }],
    })
    const [found] = await cloud.whenAll('running', [made?.InstanceId ?? ''])
    expect(found).toMatchObject({ SubnetId, VpcId: vpcId, PrivateIpAddress: '127.64.16.9' })
    expect(found?.PublicIpAddress).toBeUndefined()
    await expect(
      cloud.launch({ SubnetId, SecurityGroupIds: Groups, PrivateIpAddress: '127.64.16.9' }),
    ).rejects.toMatchObject({ name: 'InvalidIPAddress.InUse' })
  })

  it('a public address where the subnet gives none', async () => {
    const { id: SubnetId } = await labSubnet('lab-private-b')
    const [made] = await cloud.launch({
      NetworkInterfaces: [{ DeviceIndex: 0, SubnetId, AssociatePublicIpAddress: true }],
    })
    const [found] = await cloud.whenAll('running', [made?.InstanceId ?? ''])
    expect(found?.PublicIpAddress).toMatch(/^127\.64\./)
  })
})

describe('is refused', () => {
  const refusals: [what: string, code: string, change: Partial<RunInstancesCommandInput>][] = [
    ['an unknown profile', 'InvalidParameterValue', { IamInstanceProfile: { Name: 'nobody' } }],
    ['an unknown placement group', 'InvalidPlacementGroup.Unknown', { Placement: { GroupName: 'nowhere' } }],
    [
      'credits of a type without any',
      'InvalidParameterCombination',
      { InstanceType: 'm6i.large', CreditSpecification: { CpuCredits: 'unlimited' } },
    ],
    [
      'a price that is too low',
      'SpotMaxPriceTooLow',
      { InstanceMarketOptions: { MarketType: 'spot', SpotOptions: { MaxPrice: '0.0001' } } },
    ],
    ['a private address outside of the subnet', 'InvalidParameterValue', { PrivateIpAddress: '10.0.0.7' }],
  ]
  it.each(refusals)('%s: %s', async (_what, code, change) => {
    await expect(cloud.launch(change)).rejects.toMatchObject({ name: code })
  })

  it('groups of another network than the subnet’s', async () => {
    const { id: SubnetId } = await labSubnet('lab-public-a')
    const { SecurityGroups = [] } = await cloud.ec2.send(
      new DescribeSecurityGroupsCommand({ GroupNames: ['default'] }),
    )
    const SecurityGroupIds = [SecurityGroups[0]?.GroupId ?? '']
    await expect(cloud.launch({ SubnetId, SecurityGroupIds })).rejects.toMatchObject({
      name: 'InvalidParameter',
    })
  })
})
