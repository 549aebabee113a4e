import { keyOfServer } from '../../../shared/logic/keys/ssh-keys.ts'
import { ServerId } from '../../../shared/model/ids.ts'
import type { Clouds } from '../clouds/index.ts'
import type { Ports } from '../ports.ts'
import { publishTo } from '../records/feed/index.ts'
import type { CoreServices } from '../records/open-core.ts'
import { FarmKeys, KeyRotation, Keys, ServerKeys } from './keys/index.ts'
import { HostKeys, localSshVersion, SshConnections, SshTargets } from './ssh/index.ts'
import { Terminals } from './terminals/index.ts'

/** How Farmhand gets into a server: keys, host keys, connections, terminals. */
export type AccessServices = ReturnType<typeof createAccess>

/** Puts together what reaches servers. */
export function createAccess(core: CoreServices, ports: Ports, clouds: Clouds) {
  const { ledger, vault, clock, log, ids, jobs, events, prompts, feed, servers, consumers } = core
  const { newId, workspaceId } = ids
  const farmKeys = new FarmKeys({
    repository: ledger.sshKeys,
    vault,
    clock,
    newId,
    workspaceId,
    onChange: publishTo(feed, 'keys'),
    events,
  })
  const serverKeys = new ServerKeys(vault)
  consumers.consume('server-keys', (deliveries) => serverKeys.forgetGone(deliveries, servers), {
    kinds: ['HostDown'],
  })
  const hostKeys = new HostKeys({
    store: ledger.hostKeys,
    clock,
    log,
    askPerson: ({ serverId, ...question }) =>
      prompts.ask({ kind: 'host-key-changed', serverId: ServerId.parse(serverId), ...question }),
    events,
    servers,
  })
  const connections = new SshConnections({ hostKeys, clock, log })
  const targets = new SshTargets({
    findKey: (server) => keyOfServer(farmKeys.list(), server),
    privateKey: (key) => farmKeys.privateKey(key),
    ownKey: (server) => serverKeys.of(server),
    isPinned: async (serverId) => (await hostKeys.pinned(serverId)) !== undefined,
    provider: (cloudId) => clouds.provider(cloudId),
  })
  const terminals = new Terminals({
    connections,
    resolveServer: async (serverId) => targets.of(servers.get(serverId)),
    clock,
    log,
    newId,
    env: ports.env,
    homeDir: ports.homeDir,
  })
  terminals.onChange(publishTo(feed, 'terminals'))
  const rotation = new KeyRotation({ keys: farmKeys, connections, targets, servers, clouds, clock })
  return {
    farmKeys,
    serverKeys,
    hostKeys,
    connections,
    targets,
    terminals,
    keys: new Keys({ keys: farmKeys, rotation, clouds, jobs }),
    sshVersion: localSshVersion,
    start: (): Promise<void> => farmKeys.start(),
    stop: (): void => {
      terminals.stop()
      connections.stop()
    },
  }
}
