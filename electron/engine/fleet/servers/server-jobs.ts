import type { ErrorCode } from '../../../../shared/model/errors.ts'
import type { Job } from '../../../../shared/model/jobs.ts'
import type { Server } from '../../../../shared/model/servers.ts'
import { serverName } from '../../../../shared/logic/servers/server-steps.ts'
import { wordsOf } from '../../../../shared/logic/servers/server-bulk.ts'
import type { JobFollower, JobReport } from '../../records/jobs/index.ts'
import type { ServerStore } from '../../records/servers/index.ts'

/** How a reboot goes wrong: it was not stopped, not started again, or does not answer after it. */
const REBOOT_FAULTS = ['server.reboot_refused', 'server.resume_refused', 'ssh.unreachable'] as const

const LAUNCHING: ReadonlySet<string> = new Set(['pending-launch', 'pending', 'initializing'])

/** How jobs about one server see how far they are. */
export function serverFollowers(servers: ServerStore) {
  const look =
    (report: (server: Server) => JobReport): JobFollower['report'] =>
    (job: Job) => {
      const server = servers.find(job.target.id)
      return server ? report(server) : ended('Its record is in the ledger only')
    }
  return {
    'server.launch': {
      report: look((server) => {
        if (server.status === 'running') return ended(`${serverName(server)} is running`)
        if (server.initFailedAt !== null && server.error) return { state: 'failed', error: server.error }
        return LAUNCHING.has(server.status) ? going(server) : overtaken(server)
      }),
    },
    'server.terminate': {
      report: look((server) =>
        server.status === 'terminated' ? ended(`${serverName(server)} is gone`) : going(server),
      ),
    },
    'server.suspend': {
      report: look((server) => {
        if (server.status === 'suspended') return ended(`${serverName(server)} is suspended`)
        if (server.status === 'pending-suspend') return going(server)
        return refused(server, 'server.suspend_refused') ?? overtaken(server)
      }),
    },
    'server.resume': {
      report: look((server) => {
        if (server.status === 'running') return ended(`${serverName(server)} is running`)
        if (server.status === 'resuming') return going(server)
        return refused(server, 'server.resume_refused') ?? overtaken(server)
      }),
    },
    'server.reboot': {
      report: look((server) => {
        if (server.rebooting) return going(server)
        const fault = REBOOT_FAULTS.map((code) => refused(server, code)).find((report) => report !== null)
        if (fault) return fault
        return server.status === 'running' || server.status === 'initializing'
          ? ended(`${serverName(server)} has rebooted`)
          : overtaken(server)
      }),
    },
  } satisfies Record<string, JobFollower>
}

function going(server: Server): JobReport {
  const step = server.error?.message ?? (server.waitingFor === null ? '' : `Waiting for ${server.waitingFor}`)
  return { state: 'running', done: 0, total: 1, step }
}

function ended(step: string): JobReport {
  return { state: 'done', done: 1, total: 1, step }
}

/** The action that was asked has failed with this, and asking it cleared what was wrong before. */
function refused(server: Server, code: ErrorCode): JobReport | null {
  if (server.error?.code !== code) return null
  const { error } = server
  const said = error.details.cloudMessage === undefined ? '' : ` The cloud says: ${wordsOf(error)}`
  return { state: 'failed', error: { ...error, message: `${error.message}${said}` } }
}

function overtaken(server: Server): JobReport {
  return {
    state: 'failed',
    error: {
      code: 'server.wrong_status',
      message: `${serverName(server)} is ${server.status} now; something else happened to it meanwhile.`,
      retryable: false,
      details: {},
    },
  }
}
