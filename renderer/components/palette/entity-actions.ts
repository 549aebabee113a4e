import { mdiConsole, mdiServer, mdiSprout } from '@mdi/js'
import { serverName } from '../../../shared/logic/servers/server-steps.ts'
import { whyNot } from '../../../shared/logic/servers/server-actions.ts'
import type { Farm } from '../../../shared/model/farms.ts'
import type { Server } from '../../../shared/model/servers.ts'
import type { Action } from './actions.ts'

/** What the palette can do with a farm or a server that was found. */
export interface EntityNavigation {
  openFarm(farm: Farm): void
  planFarm(farm: Farm, purpose: 'launch' | 'terminate'): void
  openServer(server: Server): void
  openTerminal(server: Server): void
}

/** Actions for every farm and server; made when something was typed, so that they cost nothing before. */
export function entityActions(
  farms: readonly Farm[],
  servers: readonly Server[],
  go: EntityNavigation,
): Action[] {
  const actions: Action[] = []
  for (const farm of farms) {
    const group = 'Farm'
    actions.push({
      id: `farm.open.${farm.id}`,
      title: `Open farm ${farm.name}`,
      group,
      icon: mdiSprout,
      run: () => go.openFarm(farm),
    })
    if (farm.state.status === 'terminated') {
      actions.push({
        id: `farm.launch.${farm.id}`,
        title: `Launch farm ${farm.name}`,
        group,
        icon: mdiSprout,
        run: () => go.planFarm(farm, 'launch'),
      })
    } else if (farm.state.status !== 'terminating') {
      actions.push({
        id: `farm.terminate.${farm.id}`,
        title: `Terminate farm ${farm.name}`,
        group,
        icon: mdiSprout,
        run: () => go.planFarm(farm, 'terminate'),
      })
    }
  }
  for (const server of servers) {
    if (server.status === 'terminated') continue
    const name = serverName(server)
    const keywords = [server.publicIp, server.privateIp, server.cloudServerId, server.hostname]
      .filter(Boolean)
      .join(' ')
    if (whyNot(server, 'connect') === true) {
      actions.push({
        id: `server.terminal.${server.id}`,
        title: `Open terminal on ${name}`,
        group: 'Terminal',
        icon: mdiConsole,
        keywords,
        run: () => go.openTerminal(server),
      })
    }
    actions.push({
      id: `server.open.${server.id}`,
      title: `Open server ${name}`,
      group: 'Server',
      icon: mdiServer,
      keywords,
      run: () => go.openServer(server),
    })
  }
  return actions
}
