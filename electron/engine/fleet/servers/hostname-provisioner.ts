import { AppError } from '../../../../shared/model/errors.ts'
import type { Server } from '../../../../shared/model/servers.ts'
import { serverName } from '../../../../shared/logic/servers/server-steps.ts'
import {
  hasItsHostname,
  hostnameSet,
  wantsHostname,
} from '../../../../shared/logic/servers/server-hostname.ts'
import { fillTemplate, hostnameFault, templateValues } from '../../../../shared/logic/variables/templates.ts'
import type { Clock } from '../../ports.ts'
import { captureCommand, type SshConnections, type SshTarget } from '../../access/ssh/index.ts'
import type { ServerStore } from '../../records/servers/index.ts'
import type { Provisioner } from './server-provisioning.ts'

interface HostnameProvisionerOptions {
  servers: ServerStore
  connections: SshConnections
  target: (server: Server) => Promise<SshTarget>
  clock: Clock
}

const TIMEOUT_MS = 30_000

/**
 * Sets the name for now and for later boots, and lets it resolve on the server itself. `FARMHAND_ROOT` stands before paths as
 * `DESTDIR` does for installers; on most servers there is none.
 */
const SCRIPT = `
name=$1
etc=\${FARMHAND_ROOT-}/etc
as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"; else sudo -n "$@"; fi
}
if ! command -v hostnamectl >/dev/null 2>&1 || ! as_root hostnamectl set-hostname "$name" 2>/dev/null; then
  as_root hostname "$name" || exit 1
  printf '%s\\n' "$name" | as_root tee "$etc/hostname" >/dev/null || exit 1
fi
if ! grep -qsE "[[:space:]]$name([[:space:]]|$)" "$etc/hosts"; then
  printf '127.0.1.1 %s %s\\n' "$name" "\${name%%.*}" | as_root tee -a "$etc/hosts" >/dev/null || exit 1
fi
`

/** Gives a server the host name that its farm role's template says (reference 3.4). */
export function hostnameProvisioner(options: HostnameProvisionerOptions): Provisioner {
  const { servers, connections, target, clock } = options
  return {
    name: 'hostname',
    beforeRunning: { waitingFor: 'its host name', needs: 'ssh', isWanted: wantsHostname },
    whileRunning: { what: 'the host name of its farm role', isThere: hasItsHostname },
    async provision({ server, role, signal }) {
      const hostname = fillTemplate(role.network.hostname, 'hostname', templateValues(server))
      const fault = hostnameFault(hostname)
      if (fault !== null) {
        throw new AppError('farm.invalid', {
          message: `${serverName(server)}: ${fault} Change the host name of its farm role.`,
        })
      }
      const { end, stderr } = await connections.use(
        await target(server),
        (connection) =>
          captureCommand(connection, {
            run: { argv: ['/bin/sh', '-c', SCRIPT, 'farmhand', hostname] },
            timeoutMs: TIMEOUT_MS,
            signal,
            clock,
            maxBytes: 4096,
          }),
        { signal },
      )
      if (end.kind !== 'exited' || end.exitCode !== 0) throw notSet(server, hostname, end.kind, stderr)
      await servers.apply(server.id, (now) => hostnameSet(now, hostname))
    },
  }
}

function notSet(server: Server, hostname: string, how: string, stderr: string): AppError {
  const why = stderr.trim().split('\n').at(-1) ?? ''
  return new AppError('server.init_failed', {
    message: `${serverName(server)} did not take the host name “${hostname}”: ${why === '' ? how : why}. Its user needs to be root or to have sudo without a password.`,
    retryable: how === 'timed-out',
  })
}
