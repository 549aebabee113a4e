import { launchReasonText, terminateReasonText } from '../../shared/logic/servers/server-reasons.ts'
import type { CloudProperties } from '../../shared/model/server-properties.ts'
import type { Server } from '../../shared/model/servers.ts'
import { paintStatus, plain, type Columns, type Paint } from './paint.ts'
import { slotOf } from './references.ts'

export const serverColumns: Columns<Server> = {
  SERVER: (server) => plain(slotOf(server)),
  STATUS: ({ status, waitingFor }, paint) =>
    paintStatus(paint, status) + (waitingFor === null ? '' : ` (${plain(waitingFor)})`),
  CLOUD: ({ cloud }) => plain(cloud),
  LOCATION: ({ location }) => location,
  INSTANCE: ({ cloudServerId }) => plain(cloudServerId),
  TYPE: ({ instanceType }) => instanceType,
  ADDRESS: ({ publicIp, privateIp }) => plain(publicIp ?? privateIp),
  ID: ({ id }) => id,
}

/** Everything about one server that a person looks for. */
export function serverText(server: Server, paint: Paint): string {
  const { ssh } = server
  const facts: [string, string][] = [
    ['status', `${paintStatus(paint, server.status)} since ${server.since}`],
    ...(server.waitingFor === null
      ? []
      : [['waiting for', plain(server.waitingFor)] satisfies [string, string]]),
    ...(server.error === null
      ? []
      : [['error', paint('red', plain(server.error.message))] satisfies [string, string]]),
    ['role', plain(server.role)],
    ['cloud', `${plain(server.cloud)}, ${plain(server.zone ?? server.location)}`],
    ['instance', `${plain(server.cloudServerId)} (${server.instanceType}, ${plain(server.instanceState)})`],
    ['image', plain(server.cloudImageId)],
    ['public address', plain(server.publicIp)],
    ['private address', plain(server.privateIp)],
    ['host name', plain(server.hostname)],
    ['ssh', ssh === null ? '–' : `${ssh.user}@${ssh.host}:${String(ssh.port)}`],
    ['host key', plain(ssh?.hostKeyFingerprint)],
    ['key pair', plain(server.keyName)],
    ['launched', `${plain(server.launchedAt)} (${launchReasonText(server.launchReason)})`],
    ...(server.terminatedAt === null
      ? []
      : [
          [
            'terminated',
            `${server.terminatedAt} (${server.terminateReason === null ? '–' : terminateReasonText(server.terminateReason)})`,
          ] satisfies [string, string],
        ]),
    ...(server.lock === null ? [] : [['locked', plain(server.lock.comment)] satisfies [string, string]]),
  ]
  const width = Math.max(...facts.map(([name]) => name.length))
  const lines = facts.map(([name, value]) => `${paint('dim', name.padEnd(width))}  ${value}`)
  return `${paint('bold', plain(slotOf(server)))}  ${server.id}\n${lines.join('\n')}\n`
}

/** Everything that the cloud tells, one fact a line. */
export function propertiesText(properties: CloudProperties, paint: Paint): string {
  const lines = Object.entries(properties).map(([name, value]) => {
    const text = typeof value === 'object' && value !== null ? JSON.stringify(value) : String(value ?? '–')
    return `${paint('dim', name.padEnd(24))}  ${plain(text)}`
  })
  return `${lines.join('\n')}\n`
}
