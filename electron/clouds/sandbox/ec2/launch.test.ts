import {
  DescribeImagesCommand,
  DescribeInstancesCommand,
  DescribeSubnetsCommand,
  RunInstancesCommand,
  type RunInstancesCommandInput,
} from '@aws-sdk/client-ec2'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  importKey,
  type KeyFile,
  makeKeyFile,
  type SandboxCloud,
  startSandboxCloud,
} from '../../../../tests/support/sandbox-cloud.ts'

let cloud: SandboxCloud
let key: KeyFile
beforeAll(async () => {
  cloud = await startSandboxCloud()
  key = await makeKeyFile()
  await importKey(cloud, 'farm', key)
})
afterAll(async () => {
  await cloud.remove()
  await key.remove()
})

it('makes as many as were asked for, with tags, zone, key and place in the launch', async () => {
  const made = await cloud.launch({
    MinCount: 2,
    MaxCount: 3,
    KeyName: 'farm',
    Placement: { AvailabilityZone: 'sandbox-east-1b' },
    TagSpecifications: [
      { ResourceType: 'instance', Tags: [{ Key: 'farmhand:farm', Value: 'a <b> & "c"' }] },
      { ResourceType: 'volume', Tags: [{ Key: 'of', Value: 'the volume' }] },
    ],
  })
  expect(made.map(({ AmiLaunchIndex }) => AmiLaunchIndex)).toEqual([0, 1, 2])
  for (const instance of made) {
    expect(instance).toMatchObject({
      State: { Name: 'pending', Code: 0 },
      KeyName: 'farm',
      Placement: { AvailabilityZone: 'sandbox-east-1b' },
      Tags: [{ Key: 'farmhand:farm', Value: 'a <b> & "c"' }],
      SecurityGroups: [{ GroupName: 'default' }],
    })
    expect(instance.InstanceId).toMatch(/^i-0[0-9a-f]{16}$/)
  }
  const found = await cloud.whenAll(
    'running',
    made.map(({ InstanceId = '' }) => InstanceId),
  )
  expect(new Set(found.map(({ PublicIpAddress }) => PublicIpAddress)).size).toBe(
    process.platform === 'darwin' ? 1 : 3,
  )
})

describe('a client token', () => {
  it('makes one set only, however often and however fast the call is repeated', async () => {
    const change = { ClientToken: 'once', MinCount: 2, MaxCount: 2 }
    const calls = await Promise.all([cloud.launch(change), cloud.launch(change), cloud.launch(change)])
    const again = await cloud.launch(change)
    const ids = again.map(({ InstanceId }) => InstanceId)
    for (const made of calls) expect(made.map(({ InstanceId }) => InstanceId)).toEqual(ids)
    const { Reservations = [] } = await cloud.ec2.send(
      new DescribeInstancesCommand({ Filters: [{ Name: 'client-token', Values: ['once'] }] }),
    )
    expect(Reservations).toHaveLength(1)
    expect(Reservations[0]?.Instances).toHaveLength(2)
  })

  it('is refused for another call', async () => {
    await cloud.launch({ ClientToken: 'mine' })
    await expect(cloud.launch({ ClientToken: 'mine', MaxCount: 2 })).rejects.toMatchObject({
      name: 'IdempotentParameterMismatch',
    })
  })

  it('belongs to a region', async () => {
    const west = cloud.client({ region: 'sandbox-west-1' })
    const [here] = await cloud.launch({ ClientToken: 'both' })
    const { Images = [] } = await west.send(
      new DescribeImagesCommand({
        Filters: [{ Name: 'name', Values: ['sandbox-linux-1.0-x86_64'] }],
      }),
    )
    const { Instances = [] } = await west.send(
      new RunInstancesCommand({
        ImageId: Images[0]?.ImageId,
        InstanceType: 't3.micro',
        MinCount: 1,
        MaxCount: 1,
        ClientToken: 'both',
      }),
    )
    expect(Instances[0]?.InstanceId).not.toBe(here?.InstanceId)
  })
})

it('launches into the zone of a subnet', async () => {
  const { Subnets = [] } = await cloud.ec2.send(
    new DescribeSubnetsCommand({ Filters: [{ Name: 'availability-zone', Values: ['sandbox-east-1c'] }] }),
  )
  const subnetId = Subnets[0]?.SubnetId ?? ''
  const [made] = await cloud.launch({ SubnetId: subnetId })
  expect(made).toMatchObject({ SubnetId: subnetId, Placement: { AvailabilityZone: 'sandbox-east-1c' } })
})

describe('is refused', () => {
  const refusals: [what: string, code: string, change: Partial<RunInstancesCommandInput>][] = [
    ['an unknown image', 'InvalidAMIID.NotFound', { ImageId: 'ami-0123456789abcdef0' }],
    ['a malformed image', 'InvalidAMIID.Malformed', { ImageId: 'ubuntu' }],
    ['an unknown key pair', 'InvalidKeyPair.NotFound', { KeyName: 'nobody' }],
    ['an unknown group', 'InvalidGroup.NotFound', { SecurityGroupIds: ['sg-0123456789abcdef0'] }],
    ['a group by an unknown name', 'InvalidGroup.NotFound', { SecurityGroups: ['nobody'] }],
    [
      'a zone of another region',
      'InvalidZone.NotFound',
      { Placement: { AvailabilityZone: 'sandbox-west-1a' } },
    ],
    ['an unknown subnet', 'InvalidSubnetID.NotFound', { SubnetId: 'subnet-0123456789abcdef0' }],
    ['more at least than at most', 'InvalidParameterValue', { MinCount: 2, MaxCount: 1 }],
    ['none at all', 'InvalidParameterValue', { MinCount: 0, MaxCount: 1 }],
    ['an architecture that does not fit', 'InvalidParameterValue', { InstanceType: 't4g.micro' }],
    [
      'a type that the zone does not have',
      'Unsupported',
      { InstanceType: 't2.micro', Placement: { AvailabilityZone: 'sandbox-east-1c' } },
    ],
    [
      'user data that is too long',
      'InvalidParameterValue',
      { UserData: Buffer.alloc(16_385).toString('base64') },
    ],
    ['user data that is no base64', 'InvalidParameterValue', { UserData: '#!/bin/sh' }],
    [
      'a tag that is reserved',
      'InvalidParameterValue',
      { TagSpecifications: [{ ResourceType: 'instance', Tags: [{ Key: 'aws:x', Value: 'y' }] }] },
    ],
    ['a dry run', 'DryRunOperation', { DryRun: true }],
  ]
  it.each(refusals)('%s: %s', async (_what, code, change) => {
    const before = cloud.sandbox.instances().length
    await expect(cloud.launch(change)).rejects.toMatchObject({ name: code })
    expect(cloud.sandbox.instances()).toHaveLength(before)
  })
})
