import type { InstanceView } from '../../../../shared/logic/servers/server-facts.ts'
import { TAGS } from '../../../../shared/model/tags.ts'
import type { CloudInstance } from '../../clouds/index.ts'

/** What a server's life needs of an instance. */
export function instanceView(instance: CloudInstance): InstanceView {
  const port = Number(instance.tags[TAGS.sshPort])
  return {
    id: instance.id,
    state: instance.state,
    zone: instance.zone,
    imageId: instance.imageId,
    instanceType: instance.instanceType,
    platform: instance.platform,
    rootDevice: instance.rootDevice,
    publicIp: instance.publicIp,
    privateIp: instance.privateIp,
    hostname: instance.hostname,
    keyName: instance.keyName,
    securityGroupIds: instance.securityGroups.map(({ id }) => id),
    sshPort: Number.isInteger(port) && port > 0 && port < 65536 ? port : null,
    stateReason: instance.stateReason,
  }
}
