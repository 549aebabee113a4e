import { defineStore } from 'pinia'
import { computed, shallowRef } from 'vue'
import type { Terminal, TerminalTarget } from '../../shared/model/terminals.ts'
import { ServerId } from '../../shared/model/ids.ts'
import { useClient } from '../client/index.ts'
import { useLayout } from '../stores/layout.ts'
import { useAttempt } from '../stores/messages.ts'
import { remembered } from '../stores/remembered.ts'

/** The size that a terminal starts with; the view fits it as soon as it is shown. */
const FIRST_SIZE = { cols: 100, rows: 24 }

/** Which terminal is in front, and how new ones come. The terminals themselves are the engine's. */
export const useTerminalTabs = defineStore('terminal-tabs', () => {
  const client = useClient()
  const attempt = useAttempt()
  const layout = useLayout()
  const front = remembered<{ id: string | null }>('terminal-front', { id: null })
  const opening = shallowRef(0)

  async function open(target: TerminalTarget, what: string): Promise<Terminal | undefined> {
    layout.openPanel()
    opening.value += 1
    const terminal = await attempt(what, () => client.terminals.open({ target, size: FIRST_SIZE }))
    opening.value -= 1
    if (terminal) front.value.id = terminal.id
    return terminal
  }

  return {
    frontId: computed(() => front.value.id),
    isOpening: computed(() => opening.value > 0),
    show(id: string): void {
      front.value.id = id
      layout.openPanel()
    },
    /** Opens a shell on a server in a new tab. */
    openServer: (serverId: string) =>
      open({ kind: 'server', serverId: ServerId.parse(serverId) }, 'Open a terminal'),
    /** Opens a shell on the machine that runs the engine. */
    openLocal: () => open({ kind: 'local' }, 'Open a local terminal'),
    close: (terminalId: Terminal['id']) =>
      attempt('Close the terminal', () => client.terminals.close({ terminalId })),
    reconnect: (terminalId: Terminal['id']) =>
      attempt('Reconnect the terminal', () => client.terminals.reconnect({ terminalId })),
  }
})
