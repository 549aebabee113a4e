import type { CloudProperties } from '../../shared/model/server-properties.ts'
import type { Server } from '../../shared/model/servers.ts'

/** What a cloud would tell about a fake server. */
export function fakeProperties(server: Server): CloudProperties {
  return {
    cloudServerId: server.cloudServerId ?? '',
    ownerId: '123456789012',
    state: { name: server.instanceState ?? 'running', code: 16 },
    stateReason: null,
    systemStatus: 'ok',
    instanceStatus: 'ok',
    imageId: server.cloudImageId,
    instanceType: server.instanceType,
    keyName: server.keyName,
    launchedAt: server.launchedAt,
    architecture: 'x86_64',
    platform: 'Linux/UNIX',
    zone: server.zone,
    tenancy: 'default',
    placementGroup: null,
    vpcId: 'vpc-0a1b2c3d4e5f60718',
    subnetId: 'subnet-0a1b2c3d4e5f60718',
    publicDns: `ec2-${(server.publicIp ?? '').replaceAll('.', '-')}.compute.amazonaws.com`,
    privateDns: server.hostname,
    publicIp: server.publicIp,
    privateIp: server.privateIp,
    rootDeviceType: 'ebs',
    rootDeviceName: '/dev/xvda',
    virtualization: 'hvm',
    lifecycle: 'on-demand',
    isEbsOptimized: true,
    monitoring: 'disabled',
    iamInstanceProfile: null,
    isTerminationProtected: server.terminationProtected,
    shutdownBehavior: 'stop',
    securityGroups: server.securityGroupIds.map((id) => ({ id, name: `farmhand-${id}` })),
    volumes: [
      { id: 'vol-0123456789abcdef0', deviceName: '/dev/xvda', state: 'attached', isDeletedWithServer: true },
    ],
    tags: { Name: `${server.farm} ${server.alias}`, 'farmhand:server': server.id },
  }
}
