import type { Via } from '../../../../shared/contract/via.ts'
import { toAppError } from '../../../../shared/model/errors.ts'
import type { Job, JobRef } from '../../../../shared/model/jobs.ts'
import type { BulkAction, BulkOptions, BulkOutcome, Server } from '../../../../shared/model/servers.ts'
import {
  BULK_WORDS,
  bulkCounts,
  bulkFault,
  bulkProgress,
  bulkRefusal,
  bulkSummary,
  waitingOutcome,
  wordsOf,
} from '../../../../shared/logic/servers/server-bulk.ts'
import type { CloudCalls } from '../../clouds/index.ts'
import type { Log } from '../../ports.ts'
import type { Bell } from '../../records/bell/index.ts'
import type { JobFollower, JobReport, Jobs } from '../../records/jobs/index.ts'
import type { ServerStore } from '../../records/servers/index.ts'
import type { ServerAsks } from './server-asks.ts'
import type { ServerControls } from './server-controls.ts'

/** What each of the servers is asked. */
interface BulkAsk {
  action: BulkAction
  options: BulkOptions
  via: Via
}

interface ServerBulkOptions {
  servers: ServerStore
  asks: ServerAsks
  controls: ServerControls
  clouds: CloudCalls
  jobs: Jobs
  bell: Bell
  log: Log
}

/** Servers of one cloud call. */
const BATCH_SIZE = 100
/** Done as soon as they are asked: nothing of them is waited for. */
const AT_ONCE: ReadonlySet<BulkAction> = new Set([
  'lock',
  'unlock',
  'protect',
  'unprotect',
  'troubleshoot',
  'release',
  'retry',
])

/**
 * One action for a selection of servers: one job that asks them in batches and then follows each to its end. What this run of
 * the engine did not get to ask is said so by the next.
 */
export class ServerBulk {
  readonly #options: ServerBulkOptions
  /** Jobs whose servers are still being asked. */
  readonly #asking = new Map<string, AbortController>()

  constructor(options: ServerBulkOptions) {
    this.#options = options
  }

  /** How the jobs follow their servers, for the register of jobs. */
  follower(): JobFollower {
    return {
      report: (job) => this.#report(job),
      cancelsSoftly: true,
      cancel: async (job) => this.#asking.get(job.id)?.abort(),
    }
  }

  async start(
    input: Omit<BulkAsk, 'via'> & { serverIds: readonly string[]; via?: Via | undefined },
  ): Promise<JobRef> {
    const { jobs, log } = this.#options
    const { serverIds, via = 'api', ...rest } = input
    const asked = { ...rest, via }
    const servers = [...new Set(serverIds)].map((id) => this.#options.servers.get(id))
    const stop = new AbortController()
    const title = `${BULK_WORDS[asked.action]} ${servers.length} server${servers.length === 1 ? '' : 's'}`
    const job = await jobs.follow(
      'servers.bulk',
      { kind: 'workspace', id: servers.map(({ id }) => id).join(' ') },
      title,
      {
        bulk: { action: asked.action, options: asked.options, outcomes: servers.map(waitingOutcome) },
        begun: (made) => this.#asking.set(made.id, stop),
      },
    )
    if (this.#asking.get(job.id) === stop) {
      void this.#work(job.id, servers, asked, stop.signal)
        .catch((thrown: unknown) => log.error({ err: thrown, job: job.id }, 'a selection was not asked'))
        .finally(() => {
          this.#asking.delete(job.id)
          void jobs.lookAgain()
        })
    }
    return { jobId: job.id }
  }

  async #work(jobId: string, list: readonly Server[], asked: BulkAsk, signal: AbortSignal): Promise<void> {
    const { servers, asks, bell } = this.#options
    const { action, options } = asked
    const taking: Server[] = []
    const refused = new Map<string, Partial<BulkOutcome>>()
    for (const { id } of list) {
      const server = servers.get(id)
      const refusal = bulkRefusal(server, action, options.mode)
      if (refusal === null) taking.push(server)
      else refused.set(id, { state: 'refused', message: refusal.sentence })
    }
    await this.#note(jobId, refused)
    if ((action === 'terminate' || action === 'cancel') && options.decreaseMin) {
      for (const own of grouped(taking, ({ farmRoleId }) => farmRoleId)) {
        if (own[0]) await asks.decreaseMin(own[0], own.length)
      }
    }
    for (const own of grouped(taking, ({ cloudId, location }) => `${cloudId}/${location}`)) {
      for (let at = 0; at < own.length; at += BATCH_SIZE) {
        const batch = own.slice(at, at + BATCH_SIZE)
        if (signal.aborted) {
          await this.#note(
            jobId,
            outcomes(batch, { state: 'skipped', message: 'Cancelled before it was asked' }),
          )
        } else {
          await this.#note(jobId, await this.#askBatch(batch, asked))
        }
      }
    }
    bell.ring()
  }

  async #askBatch(batch: readonly Server[], asked: BulkAsk): Promise<Map<string, Partial<BulkOutcome>>> {
    const failed = await this.#rebooted(batch, asked)
    const results = new Map<string, Partial<BulkOutcome>>(failed)
    await Promise.all(
      batch.map(async (server) => {
        if (failed.has(server.id)) return
        try {
          await this.#ask(server, asked)
          results.set(server.id, {
            state: AT_ONCE.has(asked.action) ? 'done' : 'going',
            message: AT_ONCE.has(asked.action) ? '' : 'Asked',
          })
        } catch (thrown) {
          results.set(server.id, failure(thrown))
        }
      }),
    )
    return results
  }

  /** Asks one server; a soft reboot's cloud call has been made. Throws what keeps it from it. */
  async #ask({ id: serverId }: Server, { action, options, via }: BulkAsk): Promise<unknown> {
    const { asks, controls } = this.#options
    switch (action) {
      case 'reboot':
        return asks.noteReboot(serverId, options.mode)
      case 'suspend':
        return asks.suspend({ serverId })
      case 'resume':
        return asks.resume({ serverId })
      case 'terminate':
        return asks.terminate({ serverId, force: options.force, via })
      case 'cancel':
        return asks.cancel({ serverId, via })
      case 'retry':
        return asks.retry({ serverId })
      case 'lock':
        return asks.lock({ serverId, comment: options.comment || 'Locked with others' })
      case 'unlock':
        return asks.unlock({ serverId })
      case 'protect':
      case 'unprotect':
        return controls.setTerminationProtection({ serverId, isOn: action === 'protect' })
      case 'troubleshoot':
        return controls.troubleshoot({ serverId })
      case 'release':
        return controls.release({ serverId })
    }
  }

  /** Soft reboots are one call for all; when the cloud refuses the call, each is asked for by itself. */
  async #rebooted(batch: readonly Server[], asked: BulkAsk): Promise<Map<string, Partial<BulkOutcome>>> {
    const failed = new Map<string, Partial<BulkOutcome>>()
    const [first] = batch
    if (!first || asked.action !== 'reboot' || asked.options.mode === 'hard') return failed
    const reboot = (list: readonly Server[]): Promise<void> =>
      this.#options.clouds.watch(first.cloudId, first.location, (provider) =>
        provider.instances.reboot(
          first.location,
          list.flatMap(({ cloudServerId }) => cloudServerId ?? []),
        ),
      )
    try {
      await reboot(batch)
    } catch (thrown) {
      const { code } = toAppError(thrown)
      const isAboutOne = code === 'cloud.refused' || code === 'cloud.not_found'
      if (batch.length === 1 || !isAboutOne) return outcomes(batch, failure(thrown))
      for (const server of batch) {
        await reboot([server]).catch((own: unknown) => failed.set(server.id, failure(own)))
      }
    }
    return failed
  }

  #note(jobId: string, results: ReadonlyMap<string, Partial<BulkOutcome>>): Promise<void> {
    if (results.size === 0) return Promise.resolve()
    return this.#options.jobs.note(jobId, (bulk) => ({
      ...bulk,
      outcomes: bulk.outcomes.map((outcome) => ({ ...outcome, ...results.get(outcome.serverId) })),
    }))
  }

  #report(job: Job): JobReport {
    if (job.bulk === null) return { state: 'done', done: 0, total: 0, step: '' }
    const isAsking = this.#asking.has(job.id)
    const { action } = job.bulk
    const next = job.bulk.outcomes.map((outcome) => {
      if (outcome.state === 'waiting' && !isAsking) {
        return { ...outcome, state: 'failed' as const, message: 'Farmhand stopped before it was asked.' }
      }
      return bulkProgress(outcome, action, this.#options.servers.find(outcome.serverId))
    })
    const isSame = next.every((outcome, at) => outcome === job.bulk?.outcomes[at])
    const bulk = isSame ? job.bulk : { ...job.bulk, outcomes: next }
    const counts = bulkCounts(bulk)
    const total = bulk.outcomes.length
    const done = total - counts.waiting - counts.going
    if (done < total || isAsking) return { state: 'running', done, total, step: bulkSummary(bulk), bulk }
    const fault = bulkFault(bulk)
    if (fault === null) return { state: 'done', done, total, step: bulkSummary(bulk), bulk }
    const error = { code: 'server.bulk_failed' as const, message: fault, retryable: true, details: {} }
    return { state: 'failed', error, bulk }
  }
}

function failure(thrown: unknown): Partial<BulkOutcome> {
  const error = toAppError(thrown)
  const isRefusal = error.code.startsWith('server.')
  return {
    state: isRefusal ? 'refused' : 'failed',
    message: isRefusal ? error.message : wordsOf(error.toInfo()),
  }
}

function outcomes(
  servers: readonly Server[],
  outcome: Partial<BulkOutcome>,
): Map<string, Partial<BulkOutcome>> {
  return new Map(servers.map(({ id }) => [id, outcome]))
}

function grouped(servers: readonly Server[], keyOf: (server: Server) => string): Server[][] {
  const groups = new Map<string, Server[]>()
  for (const server of servers) {
    const group = groups.get(keyOf(server))
    if (group) group.push(server)
    else groups.set(keyOf(server), [server])
  }
  return [...groups.values()]
}
