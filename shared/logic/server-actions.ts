import type { Server, ServerAction, ServerStatus } from '../model/servers.ts'

/** The statuses in which each action applies (reference 4.6; `connect` needs an address as well). */
export const ACTION_STATUSES: Readonly<Record<ServerAction, readonly ServerStatus[]>> = {
  reboot: ['initializing', 'running'],
  suspend: ['running'],
  resume: ['suspended'],
  terminate: [
    'pending-launch',
    'pending',
    'initializing',
    'running',
    'pending-suspend',
    'suspended',
    'resuming',
    'missing',
    'troubleshooting',
  ],
  lock: ['pending', 'initializing', 'running', 'pending-suspend', 'suspended', 'resuming', 'troubleshooting'],
  unlock: [
    'pending',
    'initializing',
    'running',
    'pending-suspend',
    'suspended',
    'resuming',
    'troubleshooting',
    'missing',
  ],
  connect: ['initializing', 'running', 'troubleshooting'],
  console: [
    'pending',
    'initializing',
    'running',
    'pending-suspend',
    'suspended',
    'resuming',
    'pending-terminate',
  ],
  retry: ['pending-launch'],
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

const CHANGES_THE_SERVER: readonly ServerAction[] = ['reboot', 'suspend', 'resume', 'terminate']

/** `true` when the action may be asked of the server now, else the sentence that says why not. */
export function whyNot(server: Server, action: ServerAction): true | string {
  const statuses = ACTION_STATUSES[action]
  if (!statuses.includes(server.status)) {
    const words = statuses.map((status) => STATUS_WORDS[status].toLowerCase()).join(', ')
    return `${STATUS_WORDS[server.status]} servers cannot do this; it needs: ${words}.`
  }
  if (server.lock && CHANGES_THE_SERVER.includes(action)) return `Locked: ${server.lock.comment}`
  if (action === 'lock' && server.lock) return 'It is locked already.'
  if (action === 'unlock' && !server.lock) return 'It is not locked.'
  if (action === 'connect' && !server.ssh) return 'It has no address yet.'
  if (action === 'retry' && !server.error) return 'Its launch has not failed.'
  return true
}

/** Every action with `true` or the reason against it. */
export function allowedActions(server: Server): Record<ServerAction, true | string> {
  const result = {} as Record<ServerAction, true | string>
  for (const action of Object.keys(ACTION_STATUSES) as ServerAction[]) result[action] = whyNot(server, action)
  return result
}
