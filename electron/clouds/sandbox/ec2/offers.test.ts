import {
  DescribeAvailabilityZonesCommand,
  DescribeImagesCommand,
  DescribeInstanceTypeOfferingsCommand,
  DescribeInstanceTypesCommand,
  DescribeRegionsCommand,
  DescribeSubnetsCommand,
  DescribeVpcsCommand,
  paginateDescribeInstanceTypes,
} from '@aws-sdk/client-ec2'
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type SandboxCloud, startSandboxCloud } from '../../../../tests/support/sandbox-cloud.ts'

let cloud: SandboxCloud
beforeAll(async () => {
  cloud = await startSandboxCloud()
})
afterAll(() => cloud.remove())

it('tells who is calling', async () => {
  const sts = new STSClient({
    region: 'sandbox-east-1',
    endpoint: cloud.address.endpoint,
    credentials: cloud.address,
  })
  const { Account, Arn } = await sts.send(new GetCallerIdentityCommand({}))
  sts.destroy()
  expect(Account).toMatch(/^\d{12}$/)
  expect(Arn).toBe(`arn:aws:iam::${String(Account)}:user/farmhand`)
})

it('has two regions, each with its own zones', async () => {
  const { Regions = [] } = await cloud.ec2.send(new DescribeRegionsCommand({}))
  expect(Regions.map(({ RegionName }) => RegionName)).toEqual(['sandbox-east-1', 'sandbox-west-1'])
  const zones = async (region: string): Promise<(string | undefined)[]> => {
    const { AvailabilityZones = [] } = await cloud
      .client({ region })
      .send(new DescribeAvailabilityZonesCommand({ Filters: [{ Name: 'state', Values: ['available'] }] }))
    expect(AvailabilityZones.every(({ RegionName }) => RegionName === region)).toBe(true)
    return AvailabilityZones.map(({ ZoneName }) => ZoneName)
  }
  expect(await zones('sandbox-east-1')).toEqual(['sandbox-east-1a', 'sandbox-east-1b', 'sandbox-east-1c'])
  expect(await zones('sandbox-west-1')).toEqual(['sandbox-west-1a', 'sandbox-west-1b'])
  await expect(
    cloud.ec2.send(new DescribeAvailabilityZonesCommand({ ZoneNames: ['sandbox-west-1a'] })),
  ).rejects.toMatchObject({ name: 'InvalidParameterValue' })
})

it('has instance types, by name, by filter and by page', async () => {
  const { InstanceTypes = [] } = await cloud.ec2.send(
    new DescribeInstanceTypesCommand({ InstanceTypes: ['m6i.large'] }),
  )
  expect(InstanceTypes).toMatchObject([
    {
      InstanceType: 'm6i.large',
      CurrentGeneration: true,
      VCpuInfo: { DefaultVCpus: 2, DefaultCores: 1 },
      MemoryInfo: { SizeInMiB: 8192 },
      ProcessorInfo: { SupportedArchitectures: ['x86_64'] },
    },
  ])
  const arm = await cloud.ec2.send(
    new DescribeInstanceTypesCommand({
      Filters: [{ Name: 'processor-info.supported-architecture', Values: ['arm64'] }],
    }),
  )
  expect(arm.InstanceTypes?.map(({ InstanceType }) => InstanceType)).toContain('t4g.micro')
  expect(arm.InstanceTypes?.map(({ InstanceType }) => InstanceType)).not.toContain('t3.micro')
  const names: (string | undefined)[] = []
  for await (const page of paginateDescribeInstanceTypes({ client: cloud.ec2, pageSize: 5 }, {})) {
    expect(page.InstanceTypes?.length).toBeLessThanOrEqual(5)
    names.push(...(page.InstanceTypes ?? []).map(({ InstanceType }) => InstanceType))
  }
  expect(names.length).toBeGreaterThanOrEqual(18)
  expect(new Set(names).size).toBe(names.length)
  await expect(
    // @ts-expect-error: a type that the SDK does not know either
    cloud.ec2.send(new DescribeInstanceTypesCommand({ InstanceTypes: ['t3.huge'] })),
  ).rejects.toMatchObject({ name: 'InvalidInstanceType' })
})

it('says where an instance type is offered', async () => {
  const offered = async (type: string): Promise<(string | undefined)[]> => {
    const { InstanceTypeOfferings = [] } = await cloud.ec2.send(
      new DescribeInstanceTypeOfferingsCommand({
        LocationType: 'availability-zone',
        Filters: [{ Name: 'instance-type', Values: [type] }],
      }),
    )
    return InstanceTypeOfferings.map(({ Location }) => Location)
  }
  expect(await offered('t3.micro')).toEqual(['sandbox-east-1a', 'sandbox-east-1b', 'sandbox-east-1c'])
  expect(await offered('t2.micro')).toEqual(['sandbox-east-1a', 'sandbox-east-1b'])
})

it('finds images by owner, name pattern and id; a deprecated one only when asked for', async () => {
  const byName = await cloud.ec2.send(
    new DescribeImagesCommand({
      Owners: ['sandbox'],
      Filters: [{ Name: 'name', Values: ['sandbox-linux-*-x86_64'] }],
    }),
  )
  expect(byName.Images).toMatchObject([
    {
      Name: 'sandbox-linux-1.0-x86_64',
      Architecture: 'x86_64',
      PlatformDetails: 'Linux/UNIX',
      RootDeviceName: '/dev/sda1',
      RootDeviceType: 'ebs',
      State: 'available',
    },
  ])
  const id = byName.Images?.[0]?.ImageId ?? ''
  const all = await cloud.ec2.send(new DescribeImagesCommand({ IncludeDeprecated: true }))
  expect(all.Images?.filter(({ DeprecationTime }) => DeprecationTime !== undefined)).toHaveLength(1)
  const other = await cloud.ec2.send(new DescribeImagesCommand({ Owners: ['amazon'] }))
  expect(other.Images).toEqual([])
  const west = cloud.client({ region: 'sandbox-west-1' })
  await expect(west.send(new DescribeImagesCommand({ ImageIds: [id] }))).rejects.toMatchObject({
    name: 'InvalidAMIID.NotFound',
    message: `The image id '[${id}]' does not exist`,
  })
  await expect(cloud.ec2.send(new DescribeImagesCommand({ ImageIds: ['x'] }))).rejects.toMatchObject({
    name: 'InvalidAMIID.Malformed',
  })
})

it('has a default network with a subnet in each zone', async () => {
  const { Vpcs = [] } = await cloud.ec2.send(
    new DescribeVpcsCommand({ Filters: [{ Name: 'is-default', Values: ['true'] }] }),
  )
  expect(Vpcs).toMatchObject([{ IsDefault: true, State: 'available' }])
  const { Subnets = [] } = await cloud.ec2.send(
    new DescribeSubnetsCommand({ Filters: [{ Name: 'default-for-az', Values: ['true'] }] }),
  )
  expect(Subnets.map(({ AvailabilityZone }) => AvailabilityZone)).toEqual([
    'sandbox-east-1a',
    'sandbox-east-1b',
    'sandbox-east-1c',
  ])
  expect(Subnets.every(({ VpcId }) => VpcId === Vpcs[0]?.VpcId)).toBe(true)
})

it('has a network of its own with public and private subnets', async () => {
  const { Vpcs = [] } = await cloud.ec2.send(
    new DescribeVpcsCommand({ Filters: [{ Name: 'tag:Name', Values: ['lab'] }] }),
  )
  expect(Vpcs).toMatchObject([{ IsDefault: false }])
  const { Subnets = [] } = await cloud.ec2.send(
    new DescribeSubnetsCommand({ Filters: [{ Name: 'vpc-id', Values: [Vpcs[0]?.VpcId ?? ''] }] }),
  )
  expect(Subnets.map((subnet) => [subnet.AvailabilityZone, subnet.MapPublicIpOnLaunch])).toEqual([
    ['sandbox-east-1a', true],
    ['sandbox-east-1a', false],
    ['sandbox-east-1b', true],
    ['sandbox-east-1b', false],
  ])
})
