import { shallowRef, type ShallowRef } from 'vue'
import { serverName } from '../../../shared/logic/servers/server-steps.ts'
import type { BulkAction as SelectionAction, Server } from '../../../shared/model/servers.ts'
import { useClient } from '../../client/index.ts'
import { useAttempt } from '../../stores/messages.ts'

/** What a question may add to an action. */
interface AskOptions {
  mode?: 'soft' | 'hard'
  force?: boolean
  decreaseMin?: boolean
  comment?: string
}

/** Doing something to servers. */
export interface ServerWork {
  /** The job of the last selection, whose outcomes are shown; null when nobody looks at them. */
  selectionJob: ShallowRef<string | null>
  /** Does the action: with one server directly, with several as one job whose outcomes are shown. */
  run: (action: SelectionAction, servers: readonly Server[], options?: AskOptions) => Promise<void>
  /** Asks some servers of a selection again. */
  again: (action: SelectionAction, serverIds: readonly Server['id'][], options: AskOptions) => Promise<void>
}

const WORDS: Readonly<Record<SelectionAction, string>> = {
  cancel: 'Cancel the launch of',
  reboot: 'Reboot',
  suspend: 'Suspend',
  resume: 'Resume',
  terminate: 'Terminate',
  lock: 'Lock',
  unlock: 'Unlock',
  protect: 'Protect',
  unprotect: 'End the protection of',
  troubleshoot: 'Hold',
  release: 'Release',
  retry: 'Try again',
}

export function useServerWork(): ServerWork {
  const client = useClient()
  const attempt = useAttempt()
  const selectionJob = shallowRef<string | null>(null)

  const again: ServerWork['again'] = async (action, serverIds, options) => {
    const ref = await attempt(`${WORDS[action]} ${serverIds.length} servers`, () =>
      client.servers.bulk({ serverIds: [...serverIds], action, options, via: 'ui' }),
    )
    if (ref !== undefined) selectionJob.value = ref.jobId
  }
  const run: ServerWork['run'] = async (action, servers, options = {}) => {
    const [first] = servers
    if (first === undefined) return
    if (servers.length > 1) {
      await again(
        action,
        servers.map(({ id }) => id),
        options,
      )
      return
    }
    await attempt(`${WORDS[action]} ${serverName(first)}`, () => askOne(action, first.id, options))
  }
  function askOne(action: SelectionAction, serverId: Server['id'], options: AskOptions): Promise<unknown> {
    const { servers } = client
    switch (action) {
      case 'reboot':
        return servers.reboot({ serverId, mode: options.mode ?? 'soft' })
      case 'terminate':
        return servers.terminate({
          serverId,
          force: options.force ?? false,
          decreaseMin: options.decreaseMin ?? false,
          via: 'ui',
        })
      case 'cancel':
        return servers.cancel({ serverId, decreaseMin: options.decreaseMin ?? false, via: 'ui' })
      case 'lock':
        return servers.lock({ serverId, comment: options.comment ?? '' })
      case 'protect':
      case 'unprotect':
        return servers.setTerminationProtection({ serverId, isOn: action === 'protect' })
      case 'suspend':
      case 'resume':
      case 'unlock':
      case 'troubleshoot':
      case 'release':
      case 'retry':
        return servers[action]({ serverId })
    }
  }
  return { selectionJob, run, again }
}
