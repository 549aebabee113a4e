import type { JobKind, JobRef } from '../../../../shared/model/jobs.ts'
import type { Server } from '../../../../shared/model/servers.ts'
import { serverName } from '../../../../shared/logic/servers/server-steps.ts'
import type { Bell } from '../../records/bell/index.ts'
import type { Jobs } from '../../records/jobs/index.ts'
import type { ServerAsks } from './server-asks.ts'
import type { ServerBulk } from './server-bulk.ts'
import type { ServerControls } from './server-controls.ts'
import type { ServerExec } from './server-exec.ts'
import type { ServerFilter, ServerLooks } from './server-looks.ts'

interface ServersParts {
  looks: ServerLooks
  asks: ServerAsks
  controls: ServerControls
  bulk: ServerBulk
  shell: ServerExec
  jobs: Jobs
  bell: Bell
}

interface OfServer {
  serverId: string
}

/** The servers as the contract knows them. */
export class Servers {
  readonly #parts: ServersParts

  constructor(parts: ServersParts) {
    this.#parts = parts
  }

  list(filter?: ServerFilter) {
    return this.#parts.looks.list(filter)
  }

  get(input: OfServer) {
    return this.#parts.looks.get(input)
  }

  console(input: OfServer, options?: { signal?: AbortSignal | undefined }) {
    return this.#parts.looks.console(input, options)
  }

  hostKey(input: OfServer) {
    return this.#parts.looks.hostKey(input)
  }

  cloudProperties(input: OfServer) {
    return this.#parts.controls.cloudProperties(input)
  }

  changeType(input: Parameters<ServerControls['changeType']>[0]) {
    return this.#parts.controls.changeType(input)
  }

  setTerminationProtection(input: Parameters<ServerControls['setTerminationProtection']>[0]) {
    return this.#parts.controls.setTerminationProtection(input)
  }

  password(input: OfServer) {
    return this.#parts.controls.password(input)
  }

  troubleshoot(input: OfServer) {
    return this.#parts.controls.troubleshoot(input)
  }

  release(input: OfServer) {
    return this.#parts.controls.release(input)
  }

  reboot(input: Parameters<ServerAsks['reboot']>[0]) {
    return this.#asJob('server.reboot', 'Reboot', this.#parts.asks.reboot(input))
  }

  suspend(input: OfServer) {
    return this.#asJob('server.suspend', 'Suspend', this.#parts.asks.suspend(input))
  }

  resume(input: OfServer) {
    return this.#asJob('server.resume', 'Resume', this.#parts.asks.resume(input))
  }

  terminate(input: Parameters<ServerAsks['terminate']>[0]) {
    return this.#asJob('server.terminate', 'Terminate', this.#parts.asks.terminate(input))
  }

  cancel(input: Parameters<ServerAsks['cancel']>[0]) {
    return this.#parts.asks.cancel(input)
  }

  retry(input: OfServer) {
    return this.#parts.asks.retry(input)
  }

  lock(input: Parameters<ServerAsks['lock']>[0]) {
    return this.#parts.asks.lock(input)
  }

  unlock(input: OfServer) {
    return this.#parts.asks.unlock(input)
  }

  bulk(input: Parameters<ServerBulk['start']>[0]) {
    return this.#parts.bulk.start(input)
  }

  exec(input: Parameters<ServerExec['exec']>[0], options: { signal: AbortSignal }) {
    return this.#parts.shell.exec(input, options)
  }

  /** Follows what was asked of a server until the server is so. */
  async #asJob(kind: JobKind, verb: string, asked: Promise<Server>): Promise<JobRef> {
    const server = await asked
    const target = { kind: 'server' as const, id: server.id }
    const job = await this.#parts.jobs.follow(kind, target, `${verb} ${serverName(server)}`)
    this.#parts.bell.ring()
    return { jobId: job.id }
  }
}
