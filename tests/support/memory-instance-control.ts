import type { CloudInstance, InstanceControlPort } from '../../electron/engine/clouds/index.ts'
import { AppError } from '../../shared/model/errors.ts'

/** What it works on: the instances of a cloud in memory, which of them are protected, and how often each call was made. */
interface Instances {
  instances: Map<string, CloudInstance>
  protectedIds: Set<string>
  calls: Record<string, number>
}

/** Instance attributes of a cloud in memory. Instances that are protected refuse to be terminated, as EC2's do. */
export function memoryInstanceControl(cloud: Instances): InstanceControlPort {
  const count = (name: string): void => {
    cloud.calls[name] = (cloud.calls[name] ?? 0) + 1
  }
  const find = (id: string) => {
    const instance = cloud.instances.get(id)
    if (instance) return instance
    throw new AppError('cloud.not_found', { message: `The cloud does not know ${id}.` })
  }
  return {
    async properties(_location, id) {
      const instance = find(id)
      return {
        cloudServerId: id,
        ownerId: '000000000000',
        state: { name: instance.state, code: null },
        stateReason: null,
        systemStatus: null,
        instanceStatus: null,
        imageId: instance.imageId,
        instanceType: instance.instanceType,
        keyName: instance.keyName,
        launchedAt: instance.launchedAt,
        architecture: 'x86_64',
        platform: instance.platform,
        zone: instance.zone,
        tenancy: 'default',
        placementGroup: null,
        vpcId: null,
        subnetId: null,
        publicDns: null,
        privateDns: instance.hostname,
        publicIp: instance.publicIp,
        privateIp: instance.privateIp,
        rootDeviceType: instance.rootDevice,
        rootDeviceName: null,
        virtualization: null,
        lifecycle: 'on-demand',
        isEbsOptimized: false,
        monitoring: null,
        iamInstanceProfile: null,
        isTerminationProtected: cloud.protectedIds.has(id),
        shutdownBehavior: 'stop',
        securityGroups: instance.securityGroupIds.map((group) => ({ id: group, name: group })),
        volumes: [],
        tags: { ...instance.tags },
      }
    },
    async setTerminationProtection(_location, id, isOn) {
      count('setTerminationProtection')
      find(id)
      if (isOn) cloud.protectedIds.add(id)
      else cloud.protectedIds.delete(id)
    },
    async changeType(_location, id, instanceType) {
      count('changeType')
      const instance = find(id)
      if (instance.state !== 'stopped') {
        const cloudMessage = `The instance '${id}' is not in the 'stopped' state.`
        throw new AppError('cloud.refused', {
          message: cloudMessage,
          details: { cloudCode: 'IncorrectInstanceState', cloudMessage },
        })
      }
      cloud.instances.set(id, { ...instance, instanceType })
    },
    async setSecurityGroups(_location, id, groupIds) {
      count('setSecurityGroups')
      cloud.instances.set(id, { ...find(id), securityGroupIds: [...groupIds] })
    },
    async encryptedPassword() {
      return null
    },
    async forceStop(_location, ids) {
      count('forceStop')
      for (const id of ids) {
        const instance = cloud.instances.get(id)
        if (instance) cloud.instances.set(id, { ...instance, state: 'stopped' })
      }
    },
  }
}
