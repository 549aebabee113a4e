import type { InstanceState, Server } from '../../model/servers.ts'

/** What the cloud tells about one instance, as far as a server's life depends on it. */
export interface InstanceView {
  id: string
  state: InstanceState
  zone: string | null
  imageId: string
  instanceType: string
  platform: Server['platform']
  rootDevice: Server['rootDevice']
  publicIp: string | null
  privateIp: string | null
  hostname: string | null
  keyName: string | null
  securityGroupIds: string[]
  sshPort: number | null
  stateReason: string | null
}

/** The server with what the cloud tells of its instance; the same object when nothing is new. */
export function withFacts(server: Server, instance: InstanceView): Server {
  const host = instance.publicIp ?? instance.privateIp
  const port = instance.sshPort ?? server.sshPort
  // A name that we gave it is not the cloud's to tell.
  const hostname = server.prepared.includes('hostname') ? server.hostname : instance.hostname
  const sameSsh =
    server.ssh?.host === host && server.ssh?.port === port && server.ssh?.user === server.sshUser
  if (
    server.instanceState === instance.state &&
    server.zone === instance.zone &&
    server.cloudImageId === instance.imageId &&
    server.instanceType === instance.instanceType &&
    server.platform === instance.platform &&
    server.rootDevice === instance.rootDevice &&
    server.publicIp === instance.publicIp &&
    server.privateIp === instance.privateIp &&
    server.hostname === hostname &&
    server.keyName === instance.keyName &&
    (sameSsh || host === null) &&
    server.securityGroupIds.join() === instance.securityGroupIds.join()
  ) {
    return server
  }
  return {
    ...server,
    instanceState: instance.state,
    zone: instance.zone,
    cloudImageId: instance.imageId,
    instanceType: instance.instanceType,
    platform: instance.platform,
    rootDevice: instance.rootDevice,
    publicIp: instance.publicIp,
    privateIp: instance.privateIp,
    hostname,
    keyName: instance.keyName,
    securityGroupIds: instance.securityGroupIds,
    ssh: host
      ? { host, port, user: server.sshUser, hostKeyFingerprint: server.ssh?.hostKeyFingerprint ?? null }
      : null,
  }
}
