import { defineStore } from 'pinia'
import { computed, ref, watch } from 'vue'
import { ServerId, TerminalId } from '../../shared/model/ids.ts'
import type { Terminal, TerminalSize, TerminalTarget } from '../../shared/model/terminals.ts'
import { useClient } from '../client/index.ts'
import { useTerminals } from '../stores/index.ts'
import { useLayout } from '../stores/layout.ts'
import { useAttempt } from '../stores/messages.ts'
import { remembered } from '../stores/remembered.ts'

/** The terminals of the bottom panel. They live in the engine, so tabs survive page changes and a reload of the window. */
export const useTerminalTabs = defineStore('terminal-tabs', () => {
  const client = useClient()
  const terminals = useTerminals()
  const layout = useLayout()
  const attempt = useAttempt()
  const memory = remembered<{ activeId: string | null }>('terminal-tab', { activeId: null })
  /** The size of the last fitted terminal: a new one starts with it instead of being resized at once. */
  const lastSize = ref<TerminalSize>({ cols: 120, rows: 24 })
  const opening = ref(new Set<string>())
  /** The tab that a person asked for and that has not taken the keyboard yet. */
  const wantsFocus = ref<string | null>(null)

  const tabs = computed<readonly Terminal[]>(() =>
    terminals.all.toSorted((a, b) => a.openedAt.localeCompare(b.openedAt) || a.id.localeCompare(b.id)),
  )
  const active = computed(
    () => tabs.value.find((tab) => tab.id === memory.value.activeId) ?? tabs.value.at(-1) ?? null,
  )

  watch(
    () => tabs.value.length,
    (now, before) => {
      if (now === 0 && before > 0) {
        layout.panel.open = false
        layout.panel.maximised = false
      }
    },
  )

  async function open(target: TerminalTarget, what: string): Promise<void> {
    const key = target.kind === 'server' ? target.serverId : 'local'
    if (opening.value.has(key)) return
    opening.value.add(key)
    const terminal = await attempt(what, () => client.terminals.open({ target, size: lastSize.value }))
    opening.value.delete(key)
    if (terminal === undefined) return
    memory.value.activeId = terminal.id
    wantsFocus.value = terminal.id
    layout.openPanel()
  }

  return {
    tabs,
    active,
    lastSize,
    wantsFocus,
    status: computed(() => terminals.status),
    activate(id: string): void {
      memory.value.activeId = id
      wantsFocus.value = id
    },
    /** Opens a shell on a server with the generated key, and shows it. */
    openServer: (serverId: string) =>
      open({ kind: 'server', serverId: ServerId.parse(serverId) }, 'Open a terminal'),
    /** Opens a shell on the machine that the engine runs on. */
    openLocal: () => open({ kind: 'local' }, 'Open a terminal on this machine'),
    async close(id: string): Promise<void> {
      const index = tabs.value.findIndex((tab) => tab.id === id)
      if (active.value?.id === id) {
        memory.value.activeId = tabs.value[index + 1]?.id ?? tabs.value[index - 1]?.id ?? null
      }
      await attempt('Close the terminal', () => client.terminals.close({ terminalId: TerminalId.parse(id) }))
    },
    async reconnect(id: string): Promise<void> {
      await attempt('Connect again', () => client.terminals.reconnect({ terminalId: TerminalId.parse(id) }))
    },
  }
})
