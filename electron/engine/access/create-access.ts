import { keyOfServer } from '../../../shared/logic/keys/ssh-keys.ts'
import { withHostKey } from '../../../shared/logic/servers/server-contact.ts'
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
  const { ledger, vault, clock, log, ids, jobs, events, prompts, feed, servers, inBackground } = core
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
  servers.onTerminated((gone) => void inBackground(serverKeys.forgetGone(gone)))
  const hostKeys = new HostKeys({
    store: ledger.hostKeys,
    clock,
    log,
    askPerson: ({ serverId, ...question }) =>
      prompts.ask({ kind: 'host-key-changed', serverId: ServerId.parse(serverId), ...question }),
    onTrusted: ({ hostKey, label, replaced }) => {
      const kind = replaced ? 'HostKeyChanged' : 'HostKeyPinned'
      const message = replaced
        ? `The new host key of ${label} was accepted: ${hostKey.fingerprint}`
        : `The host key of ${label} is ${hostKey.fingerprint} from now on`
      const about = { serverId: hostKey.serverId, farmId: servers.find(hostKey.serverId)?.farmId ?? null }
      void inBackground(events.tell(kind, message, { ...about, reason: `trusted by ${hostKey.trustedBy}` }))
      void inBackground(servers.apply(hostKey.serverId, (server) => withHostKey(server, hostKey.fingerprint)))
    },
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
    keys: new Keys({ keys: farmKeys, rotation, clouds, jobs, events }),
    sshVersion: localSshVersion,
    start: (): Promise<void> => farmKeys.start(),
    stop: (): void => {
      terminals.stop()
      connections.stop()
    },
  }
}
