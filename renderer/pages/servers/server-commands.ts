import {
  mdiBugOutline,
  mdiCancel,
  mdiCloudSearchOutline,
  mdiConsole,
  mdiDisc,
  mdiFormTextboxPassword,
  mdiHistory,
  mdiKeyOutline,
  mdiLockOpenOutline,
  mdiLockOutline,
  mdiOpenInApp,
  mdiPause,
  mdiPlay,
  mdiPower,
  mdiRefresh,
  mdiResize,
  mdiRestart,
  mdiShieldCheckOutline,
  mdiShieldOffOutline,
  mdiTextBoxOutline,
  mdiTune,
  mdiWrenchCheckOutline,
} from '@mdi/js'
import { shallowRef, type ShallowRef } from 'vue'
import { useRouter } from 'vue-router'
import { applies, whyNot } from '../../../shared/logic/servers/server-actions.ts'
import { serverName } from '../../../shared/logic/servers/server-steps.ts'
import { keyOfServer } from '../../../shared/logic/keys/ssh-keys.ts'
import type { Server, ServerAction } from '../../../shared/model/servers.ts'
import { useClient, usePlatform } from '../../client/index.ts'
import type { BulkAction, RowAction } from '../../components/data-list/columns.ts'
import { useFarms } from '../../stores/index.ts'
import { useAttempt, useMessages } from '../../stores/messages.ts'
import { useTerminalTabs } from '../../terminal/terminal-tabs.ts'
import { useServerWork, type ServerWork } from './server-work.ts'
import { useSnapshotRequest } from './snapshot/snapshot-request.ts'

/** A question that must be answered before servers are touched. */
interface ServerQuestion {
  action: 'reboot' | 'suspend' | 'terminate' | 'cancel' | 'lock' | 'change-type' | 'password'
  servers: readonly Server[]
}

export interface ServerCommands extends ServerWork {
  /** The question that is asked now; `ServerQuestions.vue` shows it. */
  question: ShallowRef<ServerQuestion | null>
  actionsFor(server: Server): RowAction[]
  bulk: readonly BulkAction<Server>[]
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
  const platform = usePlatform()
  const attempt = useAttempt()
  const messages = useMessages()
  const router = useRouter()
  const terminals = useTerminalTabs()
  const snapshot = useSnapshotRequest()
  const farms = useFarms()
  const { selectionJob, run, again } = useServerWork()
  const question = shallowRef<ServerQuestion | null>(null)

  const ask = (action: ServerQuestion['action'], servers: readonly Server[]): void => {
    question.value = { action, servers }
  }
  const goTo = (server: Server, tab?: string) => () =>
    router.push({ path: `/servers/${server.id}`, ...(tab === undefined ? {} : { query: { tab } }) })

  async function downloadKey(server: Server): Promise<void> {
    const file = await attempt(`Download the key of ${serverName(server)}`, async () => {
      const key = keyOfServer(await client.keys.list(), server)
      return key && client.keys.exportPrivate({ keyId: key.id, format: 'openssh' })
    })
    if (file === undefined) messages.say(`There is no key of ${serverName(server)} yet.`)
    else platform.saveFile(file.fileName, file.text, 'application/x-pem-file')
  }

  /** Its farm role in the designer (reference 4.6); nothing for one whose farm role is gone. */
  function configure(server: Server): RowAction[] {
    const at = farms.byId.get(server.farmId)?.roles.findIndex(({ id }) => id === server.farmRoleId) ?? -1
    if (at < 0 || server.status === 'terminated' || server.status === 'pending-launch') return []
    const to = { path: `/farms/${server.farmId}/design`, query: { at: `roles[${at}].scaling.min` } }
    return [{ id: 'configure', title: 'Configure the farm role', icon: mdiTune, run: () => router.push(to) }]
  }

  /** The menu of a server: exactly what applies to it now (reference 4.6), with the reason where something is in the way. */
  function actionsFor(server: Server): RowAction[] {
    const entry = (
      action: ServerAction,
      title: string,
      icon: string,
      doIt: () => unknown,
      looks: Pick<RowAction, 'inline' | 'danger' | 'separated'> = {},
    ): RowAction[] => {
      if (!applies(server, action)) return []
      const answer = whyNot(server, action)
      return [
        {
          id: action,
          title,
          icon,
          ...looks,
          ...(answer === true ? {} : { disabled: answer }),
          run: doIt,
        },
      ]
    }
    const only = [server]
    return [
      ...entry('connect', 'Open a terminal', mdiConsole, () => terminals.openServer(server.id), {
        inline: 'always',
      }),
      { id: 'open', title: 'Open the server page', icon: mdiOpenInApp, run: goTo(server) },
      ...configure(server),
      ...entry('properties', 'Cloud properties', mdiCloudSearchOutline, goTo(server, 'cloud')),
      ...entry('console', 'Console output', mdiTextBoxOutline, goTo(server, 'console')),
      ...entry('log', 'Event log', mdiHistory, goTo(server, 'log')),
      ...entry('key', 'Download the private key', mdiKeyOutline, () => downloadKey(server)),
      ...entry('password', 'Administrator password…', mdiFormTextboxPassword, () => ask('password', only)),
      ...entry('snapshot', 'Create server snapshot…', mdiDisc, () => (snapshot.server = server)),
      ...(server.status !== 'terminated' && (server.access === 'own-key' || server.access === 'none')
        ? [
            {
              id: 'own-key',
              title: 'Give its private key…',
              icon: mdiKeyOutline,
              run: () => (snapshot.keyOf = server),
            },
          ]
        : []),
      ...entry('reboot', 'Reboot…', mdiRestart, () => ask('reboot', only), {
        inline: 'hover',
        separated: true,
      }),
      ...entry('suspend', 'Suspend…', mdiPause, () => ask('suspend', only)),
      ...entry('resume', 'Resume', mdiPlay, () => run('resume', only), { inline: 'hover', separated: true }),
      ...entry('change-type', 'Change the instance type…', mdiResize, () => ask('change-type', only)),
      ...entry('retry', 'Try again now', mdiRefresh, () => run('retry', only), { inline: 'always' }),
      ...entry('troubleshoot', 'Hold for troubleshooting', mdiBugOutline, () => run('troubleshoot', only)),
      ...entry('release', 'End troubleshooting', mdiWrenchCheckOutline, () => run('release', only), {
        inline: 'hover',
      }),
      ...entry('lock', 'Lock…', mdiLockOutline, () => ask('lock', only), { separated: true }),
      ...entry('unlock', 'Unlock', mdiLockOpenOutline, () => run('unlock', only), { separated: true }),
      ...entry('protect', 'Protect from termination', mdiShieldCheckOutline, () => run('protect', only)),
      ...entry('unprotect', 'End termination protection', mdiShieldOffOutline, () => run('unprotect', only)),
      ...entry('cancel', 'Cancel the launch…', mdiCancel, () => ask('cancel', only), {
        danger: true,
        inline: 'hover',
        separated: true,
      }),
      ...(server.status === 'pending-launch'
        ? []
        : entry('terminate', 'Terminate…', mdiPower, () => ask('terminate', only), {
            danger: true,
            inline: 'hover',
            separated: true,
          })),
      ...entry(
        'terminate-now',
        'Terminate at once',
        mdiPower,
        () => run('terminate', only, { force: true }),
        {
          danger: true,
          separated: true,
        },
      ),
    ]
  }

  const takes = (action: ServerAction) => (server: Server) => whyNot(server, action) === true
  const bulk: BulkAction<Server>[] = [
    {
      id: 'reboot',
      title: 'Reboot',
      icon: mdiRestart,
      applies: takes('reboot'),
      run: (rows) => ask('reboot', rows),
    },
    {
      id: 'suspend',
      title: 'Suspend',
      icon: mdiPause,
      applies: takes('suspend'),
      run: (rows) => ask('suspend', rows),
    },
    {
      id: 'resume',
      title: 'Resume',
      icon: mdiPlay,
      applies: takes('resume'),
      run: (rows) => run('resume', rows),
    },
    {
      id: 'lock',
      title: 'Lock',
      icon: mdiLockOutline,
      applies: takes('lock'),
      run: (rows) => ask('lock', rows),
    },
    {
      id: 'unlock',
      title: 'Unlock',
      icon: mdiLockOpenOutline,
      applies: takes('unlock'),
      run: (rows) => run('unlock', rows),
    },
    {
      id: 'cancel',
      title: 'Cancel launch',
      icon: mdiCancel,
      danger: true,
      applies: takes('cancel'),
      run: (rows) => ask('cancel', rows),
    },
    {
      id: 'terminate',
      title: 'Terminate',
      icon: mdiPower,
      danger: true,
      applies: (server) => server.status !== 'pending-launch' && takes('terminate')(server),
      run: (rows) => ask('terminate', rows),
    },
  ]
  return { question, selectionJob, actionsFor, bulk, run, again }
}
