import type { ErrorCode } from '../../model/errors.ts'
import type { Server, ServerAction, ServerStatus } from '../../model/servers.ts'

const EVERY: readonly ServerStatus[] = [
  'pending-launch',
  'pending',
  'initializing',
  'running',
  'pending-suspend',
  'suspended',
  'resuming',
  'pending-terminate',
  'terminated',
  'missing',
  'troubleshooting',
]
const LIVE: readonly ServerStatus[] = [
  'pending',
  'initializing',
  'running',
  'pending-suspend',
  'suspended',
  'resuming',
  'troubleshooting',
]

/** The statuses in which each action applies (reference 4.6). */
const ACTION_STATUSES: Readonly<Record<ServerAction, readonly ServerStatus[]>> = {
  cancel: ['pending-launch'],
  reboot: ['initializing', 'running'],
  suspend: ['running'],
  resume: ['suspended'],
  terminate: [...LIVE, 'missing', 'pending-launch'],
  'terminate-now': ['pending-terminate'],
  lock: LIVE,
  unlock: [...LIVE, 'missing'],
  connect: ['initializing', 'running', 'troubleshooting'],
  console: [...LIVE, 'pending-terminate'],
  retry: ['pending-launch', 'initializing'],
  'change-type': ['suspended'],
  protect: LIVE,
  unprotect: [...LIVE, 'pending-terminate'],
  password: ['initializing', 'running', 'troubleshooting'],
  key: ['pending', 'initializing', 'running', 'troubleshooting'],
  troubleshoot: ['pending', 'initializing', 'running'],
  release: ['troubleshooting'],
  properties: [...LIVE, 'pending-terminate'],
  log: EVERY,
  snapshot: ['running', 'suspended', 'troubleshooting'],
}

/** A status in words, as every screen and table writes it. */
export const STATUS_WORDS: Readonly<Record<ServerStatus, string>> = {
  'pending-launch': 'Pending launch',
  pending: 'Pending',
  initializing: 'Initializing',
  running: 'Running',
  'pending-suspend': 'Pending suspend',
  suspended: 'Suspended',
  resuming: 'Resuming',
  'pending-terminate': 'Pending terminate',
  terminated: 'Terminated',
  missing: 'Missing',
  troubleshooting: 'Troubleshooting',
}

const CHANGES_THE_SERVER: ReadonlySet<ServerAction> = new Set([
  'cancel',
  'reboot',
  'suspend',
  'resume',
  'terminate',
  'terminate-now',
  'change-type',
])

/** Why an action cannot be asked of a server now. */
export interface Refusal {
  code: Extract<ErrorCode, `server.${string}`>
  sentence: string
}

/** Why the cloud cannot stop this server and start it again; null when it can. */
export function cannotBeSuspended(server: Pick<Server, 'spot' | 'rootDevice'>): string | null {
  if (server.spot) return 'The cloud does not suspend spot servers.'
  if (server.rootDevice === 'instance-store')
    return 'Its root disk is an instance store, which does not outlive a stop.'
  return null
}

/** What the server is, and not what it does now, keeps an action from it: then no menu shows it. */
function neverFor(server: Server, action: ServerAction): string | null {
  switch (action) {
    case 'suspend':
      return cannotBeSuspended(server)
    case 'connect':
      return server.platform === 'windows' ? 'Windows is reached by RDP with its password.' : null
    case 'snapshot':
      return null
    case 'password':
      return server.platform === 'windows' ? null : 'Only Windows has an administrator password.'
    case 'lock':
      return server.lock ? 'It is locked already.' : null
    case 'unlock':
      return server.lock ? null : 'It is not locked.'
    case 'protect':
      return server.terminationProtected ? 'Its termination protection is on already.' : null
    case 'unprotect':
      return server.terminationProtected ? null : 'Its termination protection is off.'
    case 'terminate-now':
      return server.terminateAt === null && server.retryAt === null
        ? 'The cloud has been asked to terminate it already.'
        : null
    case 'retry':
      if (server.status === 'initializing')
        return server.initFailedAt === null ? 'Its initialisation has not failed.' : null
      return server.error ? null : 'Its launch has not failed.'
    case 'cancel':
    case 'reboot':
    case 'resume':
    case 'terminate':
    case 'console':
    case 'change-type':
    case 'key':
    case 'troubleshoot':
    case 'release':
    case 'properties':
    case 'log':
      return null
  }
}

/** Whether a menu shows the action for this server: its status and its nature allow it (reference 4.6). */
export function applies(server: Server, action: ServerAction): boolean {
  return ACTION_STATUSES[action].includes(server.status) && neverFor(server, action) === null
}

/** Null when the action may be asked of the server now, else why not. */
export function refusalOf(server: Server, action: ServerAction): Refusal | null {
  const statuses = ACTION_STATUSES[action]
  if (!statuses.includes(server.status)) {
    const words = statuses.map((status) => STATUS_WORDS[status].toLowerCase()).join(', ')
    const sentence = `${STATUS_WORDS[server.status]} servers cannot do this; it needs: ${words}.`
    return { code: 'server.wrong_status', sentence }
  }
  if (server.lock && CHANGES_THE_SERVER.has(action))
    return { code: 'server.locked', sentence: `Locked: ${server.lock.comment}` }
  const never = neverFor(server, action)
  if (never !== null) return { code: 'server.wrong_status', sentence: never }
  if (action === 'terminate' && server.terminationProtected) {
    const sentence = 'Its termination protection is on, so the cloud would refuse. Switch it off first.'
    return { code: 'server.protected', sentence }
  }
  if (action === 'connect' && !server.ssh)
    return { code: 'server.no_address', sentence: 'It has no address yet.' }
  return null
}

/** A hard reboot stops and starts the instance, which not every instance outlives; null when it may be asked. */
export function hardRebootRefusal(server: Server): Refusal | null {
  const never = neverFor(server, 'suspend')
  if (never === null) return null
  const sentence = `${never} So it cannot be rebooted hard, which stops and starts it; reboot it softly.`
  return { code: 'server.wrong_status', sentence }
}

/** `true` when the action may be asked of the server now, else the sentence that says why not. */
export function whyNot(server: Server, action: ServerAction): true | string {
  return refusalOf(server, action)?.sentence ?? true
}
