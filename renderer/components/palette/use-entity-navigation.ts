import { useRouter } from 'vue-router'
import { useTerminalTabs } from '../../terminal/terminal-tabs.ts'
import type { EntityNavigation } from './entity-actions.ts'

/** How the palette gets to farms, servers and terminals. */
export function useEntityNavigation(): EntityNavigation {
  const router = useRouter()
  const terminals = useTerminalTabs()
  return {
    openFarm: (farm) => void router.push(`/farms/${farm.id}`),
    planFarm: (farm, purpose) => void router.push({ path: `/farms/${farm.id}/plan`, query: { purpose } }),
    openServer: (server) => void router.push(`/servers/${server.id}`),
    openTerminal: (server) => void terminals.openServer(server.id),
  }
}
