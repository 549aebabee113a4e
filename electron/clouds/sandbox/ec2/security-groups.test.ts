import {
  AuthorizeSecurityGroupEgressCommand,
  AuthorizeSecurityGroupIngressCommand,
  CreateSecurityGroupCommand,
  DeleteSecurityGroupCommand,
  DescribeSecurityGroupsCommand,
  RevokeSecurityGroupEgressCommand,
  RevokeSecurityGroupIngressCommand,
  type SecurityGroup,
  TerminateInstancesCommand,
} from '@aws-sdk/client-ec2'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type SandboxCloud, startSandboxCloud } from '../../../../tests/support/sandbox-cloud.ts'

let cloud: SandboxCloud
beforeAll(async () => {
  cloud = await startSandboxCloud()
})
afterAll(() => cloud.remove())

async function create(name: string): Promise<string> {
  const { GroupId = '' } = await cloud.ec2.send(
    new CreateSecurityGroupCommand({
      GroupName: name,
      Description: `Group ${name}`,
      TagSpecifications: [{ ResourceType: 'security-group', Tags: [{ Key: 'farm', Value: name }] }],
    }),
  )
  return GroupId
}

async function read(id: string): Promise<SecurityGroup | undefined> {
  const { SecurityGroups = [] } = await cloud.ec2.send(new DescribeSecurityGroupsCommand({ GroupIds: [id] }))
  return SecurityGroups[0]
}

const ssh = {
  IpProtocol: 'tcp',
  FromPort: 22,
  ToPort: 22,
  IpRanges: [{ CidrIp: '0.0.0.0/0', Description: 'everybody' }],
}

it('each region has a default group that cannot be deleted', async () => {
  const { SecurityGroups = [] } = await cloud.ec2.send(
    new DescribeSecurityGroupsCommand({ GroupNames: ['default'] }),
  )
  expect(SecurityGroups).toHaveLength(1)
  await expect(
    cloud.ec2.send(new DeleteSecurityGroupCommand({ GroupId: SecurityGroups[0]?.GroupId })),
  ).rejects.toMatchObject({ name: 'CannotDelete' })
})

it('is made once by a name, and found by id, name and tag', async () => {
  const id = await create('web')
  await expect(create('web')).rejects.toMatchObject({ name: 'InvalidGroup.Duplicate' })
  for (const filter of [
    { Name: 'group-name', Values: ['web'] },
    { Name: 'tag:farm', Values: ['web'] },
    { Name: 'group-id', Values: [id] },
  ]) {
    const { SecurityGroups } = await cloud.ec2.send(new DescribeSecurityGroupsCommand({ Filters: [filter] }))
    expect(SecurityGroups).toMatchObject([{ GroupId: id, GroupName: 'web', Description: 'Group web' }])
  }
  await expect(read('sg-0123456789abcdef0')).rejects.toMatchObject({ name: 'InvalidGroup.NotFound' })
  await expect(read('web')).rejects.toMatchObject({ name: 'InvalidGroupId.Malformed' })
})

it('rules are added, listed together, not added twice, and taken away', async () => {
  const id = await create('rules')
  const added = await cloud.ec2.send(
    new AuthorizeSecurityGroupIngressCommand({
      GroupId: id,
      IpPermissions: [
        ssh,
        { IpProtocol: 'tcp', FromPort: 22, ToPort: 22, UserIdGroupPairs: [{ GroupId: id }] },
        { IpProtocol: '-1', Ipv6Ranges: [{ CidrIpv6: '::/0' }] },
        { IpProtocol: 'icmp', FromPort: -1, ToPort: -1, IpRanges: [{ CidrIp: '10.0.0.0/8' }] },
      ],
    }),
  )
  expect(added.SecurityGroupRules).toHaveLength(4)
  expect(await read(id)).toMatchObject({
    IpPermissions: [
      {
        IpProtocol: 'tcp',
        FromPort: 22,
        ToPort: 22,
        IpRanges: [{ CidrIp: '0.0.0.0/0', Description: 'everybody' }],
        UserIdGroupPairs: [{ GroupId: id }],
      },
      { IpProtocol: '-1', Ipv6Ranges: [{ CidrIpv6: '::/0' }] },
      { IpProtocol: 'icmp', FromPort: -1, ToPort: -1, IpRanges: [{ CidrIp: '10.0.0.0/8' }] },
    ],
    IpPermissionsEgress: [{ IpProtocol: '-1', IpRanges: [{ CidrIp: '0.0.0.0/0' }] }],
  })
  const again = new AuthorizeSecurityGroupIngressCommand({ GroupId: id, IpPermissions: [ssh] })
  await expect(cloud.ec2.send(again)).rejects.toMatchObject({ name: 'InvalidPermission.Duplicate' })
  const revoke = new RevokeSecurityGroupIngressCommand({ GroupId: id, IpPermissions: [ssh] })
  await cloud.ec2.send(revoke)
  await expect(cloud.ec2.send(revoke)).rejects.toMatchObject({ name: 'InvalidPermission.NotFound' })
  await cloud.ec2.send(
    new RevokeSecurityGroupIngressCommand({
      GroupId: id,
      SecurityGroupRuleIds: added.SecurityGroupRules?.slice(1, 3).map(
        ({ SecurityGroupRuleId = '' }) => SecurityGroupRuleId,
      ),
    }),
  )
  expect((await read(id))?.IpPermissions).toMatchObject([{ IpProtocol: 'icmp' }])
  await cloud.ec2.send(new AuthorizeSecurityGroupEgressCommand({ GroupId: id, IpPermissions: [ssh] }))
  await cloud.ec2.send(
    new RevokeSecurityGroupEgressCommand({
      GroupId: id,
      IpPermissions: [{ IpProtocol: '-1', IpRanges: [{ CidrIp: '0.0.0.0/0' }] }],
    }),
  )
  expect((await read(id))?.IpPermissionsEgress).toMatchObject([{ IpProtocol: 'tcp', FromPort: 22 }])
})

it.each([
  ['a network that is none', 'InvalidParameterValue', { ...ssh, IpRanges: [{ CidrIp: '300.0.0.0/8' }] }],
  ['ports the wrong way round', 'InvalidParameterValue', { ...ssh, FromPort: 30 }],
  ['a protocol that is none', 'InvalidPermission.Malformed', { ...ssh, IpProtocol: 'smoke' }],
  ['no source', 'MissingParameter', { IpProtocol: 'tcp', FromPort: 1, ToPort: 1 }],
])('a rule with %s is refused', async (what, code, rule) => {
  const id = await create(what)
  await expect(
    cloud.ec2.send(new AuthorizeSecurityGroupIngressCommand({ GroupId: id, IpPermissions: [rule] })),
  ).rejects.toMatchObject({ name: code })
  expect((await read(id))?.IpPermissions).toEqual([])
})

it('stays while an instance or another group uses it', async () => {
  const id = await create('used')
  const other = await create('other')
  const usesIt = { IpProtocol: '-1', UserIdGroupPairs: [{ GroupId: id }] }
  await cloud.ec2.send(new AuthorizeSecurityGroupIngressCommand({ GroupId: other, IpPermissions: [usesIt] }))
  const instance = await cloud.running({ SecurityGroupIds: [id] })
  const remove = new DeleteSecurityGroupCommand({ GroupId: id })
  await expect(cloud.ec2.send(remove)).rejects.toMatchObject({ name: 'DependencyViolation' })
  await cloud.ec2.send(new DeleteSecurityGroupCommand({ GroupId: other }))
  await expect(cloud.ec2.send(remove)).rejects.toMatchObject({ name: 'DependencyViolation' })
  await cloud.ec2.send(new TerminateInstancesCommand({ InstanceIds: [instance.id] }))
  await cloud.whenAll('terminated', [instance.id])
  await cloud.ec2.send(remove)
  await expect(read(id)).rejects.toMatchObject({ name: 'InvalidGroup.NotFound' })
})
