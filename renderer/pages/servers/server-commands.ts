import {
  mdiConsole,
  mdiDisc,
  mdiKeyOutline,
  mdiLockOpenOutline,
  mdiLockOutline,
  mdiOpenInApp,
  mdiPause,
  mdiPlay,
  mdiPower,
  mdiRefresh,
  mdiRestart,
  mdiTextBoxOutline,
} from '@mdi/js'
import { shallowRef, type ShallowRef } from 'vue'
import { useRouter } from 'vue-router'
import { allowedActions, whyNot } from '../../../shared/logic/server-actions.ts'
import { serverName } from '../../../shared/logic/server-life.ts'
import type { JobRef } from '../../../shared/model/jobs.ts'
import type { Server, ServerAction } from '../../../shared/model/servers.ts'
import { useClient } from '../../client/index.ts'
import type { BulkAction, RowAction } from '../../components/data-list/columns.ts'
import { useAttempt, useMessages } from '../../stores/messages.ts'
import { useTerminalTabs } from '../../terminal/terminal-tabs.ts'
import { useSnapshotRequest } from './snapshot/snapshot-request.ts'

/** A question that must be answered before servers are touched. */
export interface ServerQuestion {
  action: 'reboot' | 'suspend' | 'terminate' | 'lock'
  servers: readonly Server[]
}

export interface ServerCommands {
  /** The question that is asked now; `ServerQuestions.vue` shows it. */
  question: ShallowRef<ServerQuestion | null>
  actionsFor(server: Server): RowAction[]
  bulk: readonly BulkAction<Server>[]
  /** Does the action for each server; answers how many were accepted. */
  run(
    action: 'reboot' | 'suspend' | 'resume' | 'terminate' | 'retry' | 'unlock',
    servers: readonly Server[],
    options?: { force?: boolean; decreaseMin?: boolean },
  ): Promise<number>
}

/** `web #1 of shop`, or `3 servers` with the first names. */
export function namesOf(servers: readonly Server[]): string {
  const [first] = servers
  if (first !== undefined && servers.length === 1) return serverName(first)
  return `${servers.length} servers`
}

/** What a person can do with servers, one by one or many at once. */
export function useServerCommands(): ServerCommands {
  const client = useClient()
  const attempt = useAttempt()
  const messages = useMessages()
  const router = useRouter()
  const terminals = useTerminalTabs()
  const snapshot = useSnapshotRequest()
  const question = shallowRef<ServerQuestion | null>(null)

  const run: ServerCommands['run'] = async (action, servers, options = {}) => {
    const calls: Record<typeof action, (server: Server) => Promise<JobRef | Server>> = {
      reboot: ({ id }) => client.servers.reboot({ serverId: id }),
      suspend: ({ id }) => client.servers.suspend({ serverId: id }),
      resume: ({ id }) => client.servers.resume({ serverId: id }),
      terminate: ({ id }) => client.servers.terminate({ serverId: id, ...options }),
      retry: ({ id }) => client.servers.retry({ serverId: id }),
      unlock: ({ id }) => client.servers.unlock({ serverId: id }),
    }
    const words = {
      reboot: 'Reboot',
      suspend: 'Suspend',
      resume: 'Resume',
      terminate: 'Terminate',
      retry: 'Launch',
      unlock: 'Unlock',
    }
    const results = await Promise.all(
      servers.map((server) => attempt(`${words[action]} ${serverName(server)}`, () => calls[action](server))),
    )
    const accepted = results.filter((result) => result !== undefined).length
    if (servers.length > 1 && accepted > 0)
      messages.say(`${words[action]}: ${accepted} of ${servers.length} servers accepted.`)
    return accepted
  }
  const ask = (action: ServerQuestion['action'], servers: readonly Server[]): void => {
    question.value = { action, servers }
  }

  function actionsFor(server: Server): RowAction[] {
    const allowed = allowedActions(server)
    const reason = (action: ServerAction): Pick<RowAction, 'disabled'> => {
      const answer = allowed[action]
      return answer === true ? {} : { disabled: answer }
    }
    const actions: RowAction[] = [
      {
        id: 'connect',
        title: 'Open a terminal',
        icon: mdiConsole,
        inline: 'always',
        ...reason('connect'),
        run: () => terminals.openServer(server.id),
      },
      {
        id: 'open',
        title: 'Open the server page',
        icon: mdiOpenInApp,
        run: () => router.push(`/servers/${server.id}`),
      },
      {
        id: 'console',
        title: 'Console output',
        icon: mdiTextBoxOutline,
        ...reason('console'),
        run: () => router.push({ path: `/servers/${server.id}`, query: { tab: 'console' } }),
      },
      {
        id: 'snapshot',
        title: 'Create server snapshot…',
        icon: mdiDisc,
        ...reason('snapshot'),
        run: () => (snapshot.server = server),
      },
      ...(server.access === 'own-key' || server.access === 'none'
        ? [
            {
              id: 'own-key',
              title: 'Give its private key…',
              icon: mdiKeyOutline,
              run: () => (snapshot.keyOf = server),
            },
          ]
        : []),
      {
        id: 'reboot',
        title: 'Reboot…',
        icon: mdiRestart,
        ...(server.status === 'suspended' ? {} : { inline: 'hover' as const }),
        separated: true,
        ...reason('reboot'),
        run: () => ask('reboot', [server]),
      },
      server.status === 'suspended'
        ? {
            id: 'resume',
            title: 'Resume',
            icon: mdiPlay,
            inline: 'hover',
            ...reason('resume'),
            run: () => run('resume', [server]),
          }
        : {
            id: 'suspend',
            title: 'Suspend…',
            icon: mdiPause,
            ...reason('suspend'),
            run: () => ask('suspend', [server]),
          },
    ]
    if (server.error !== null && server.status === 'pending-launch') {
      actions.push({
        id: 'retry',
        title: 'Launch again now',
        icon: mdiRefresh,
        inline: 'always',
        ...reason('retry'),
        run: () => run('retry', [server]),
      })
    }
    actions.push(
      server.lock === null
        ? {
            id: 'lock',
            title: 'Lock…',
            icon: mdiLockOutline,
            ...reason('lock'),
            run: () => ask('lock', [server]),
          }
        : {
            id: 'unlock',
            title: 'Unlock',
            icon: mdiLockOpenOutline,
            ...reason('unlock'),
            run: () => run('unlock', [server]),
          },
      {
        id: 'terminate',
        title: 'Terminate…',
        icon: mdiPower,
        danger: true,
        inline: 'hover',
        separated: true,
        ...reason('terminate'),
        run: () => ask('terminate', [server]),
      },
    )
    return actions
  }

  const applies = (action: ServerAction) => (server: Server) => whyNot(server, action) === true
  return {
    question,
    actionsFor,
    run,
    bulk: [
      {
        id: 'reboot',
        title: 'Reboot',
        icon: mdiRestart,
        applies: applies('reboot'),
        run: (rows) => ask('reboot', rows),
      },
      {
        id: 'suspend',
        title: 'Suspend',
        icon: mdiPause,
        applies: applies('suspend'),
        run: (rows) => ask('suspend', rows),
      },
      {
        id: 'resume',
        title: 'Resume',
        icon: mdiPlay,
        applies: applies('resume'),
        run: (rows) => run('resume', rows),
      },
      {
        id: 'lock',
        title: 'Lock',
        icon: mdiLockOutline,
        applies: applies('lock'),
        run: (rows) => ask('lock', rows),
      },
      {
        id: 'terminate',
        title: 'Terminate',
        icon: mdiPower,
        danger: true,
        applies: applies('terminate'),
        run: (rows) => ask('terminate', rows),
      },
    ],
  }
}
