import type { ErrorCode } from '../../../../shared/model/errors.ts'
import type { Farm } from '../../../../shared/model/farms.ts'
import type { Job } from '../../../../shared/model/jobs.ts'
import type { Server } from '../../../../shared/model/servers.ts'
import { launchProgress } from '../../../../shared/logic/farms/farm-decisions.ts'
import { wordsOf } from '../../../../shared/logic/servers/server-bulk.ts'
import { serverName } from '../../../../shared/logic/servers/server-steps.ts'
import type { JobFollower, JobReport } from '../../records/jobs/index.ts'
import type { ServerStore } from '../../records/servers/index.ts'
import type { FarmStore } from '../../designs/farms/index.ts'
import type { FarmLife } from './farm-life.ts'

interface FarmJobsParts {
  farms: FarmStore
  servers: ServerStore
  life: FarmLife
}

/** How jobs about farms see how far they are. */
export function farmFollowers({ farms, servers, life }: FarmJobsParts) {
  const look =
    (report: (farm: Farm, own: Server[]) => JobReport) =>
    (job: Job): JobReport => {
      const farm = farms.find(job.target.id)
      if (farm) return report(farm, servers.ofFarm(farm.id))
      return failed('input.not_found', 'The farm was deleted.')
    }
  return {
    'farm.launch': {
      report: look(reportLaunch),
      cancel: (job) => life.cancelLaunch(job.target.id),
    },
    'farm.terminate': { report: look(reportTerminate) },
    'farm.suspend': { report: look((farm, own) => reportSuspend(farm, own)) },
    'farm.resume': { report: look((farm, own) => reportResume(farm, own)) },
  } satisfies Record<string, JobFollower>
}

function failed(code: 'input.not_found' | 'farm.wrong_status', message: string): JobReport {
  return { state: 'failed', error: { code, message, retryable: false, details: {} } }
}

function reportLaunch(farm: Farm, own: Server[]): JobReport {
  if (farm.state.status !== 'running') {
    return failed('farm.wrong_status', `The farm was ${farm.state.status} while it was being launched.`)
  }
  const { done, total } = launchProgress(farm, own)
  if (done >= total) return { state: 'done', done, total, step: 'All servers are running' }
  const [pause] = farm.state.paused
  if (pause) return { state: 'failed', error: pause.error }
  const broken = own.find((server) => server.initFailedAt !== null && server.status === 'initializing')
  if (broken?.error) return { state: 'failed', error: broken.error }
  const waiting = own.find((server) => server.error !== null && server.status === 'pending-launch')
  const step =
    waiting?.error?.message ?? farm.state.problem?.message ?? `${done} of ${total} servers are running`
  return { state: 'running', done, total, step }
}

function reportTerminate(farm: Farm, own: Server[]): JobReport {
  if (farm.state.status === 'running' || farm.state.status === 'suspended') {
    return failed('farm.wrong_status', 'The farm was launched again.')
  }
  const left = own.filter((server) => server.status !== 'terminated')
  const ended = own.length - left.length
  if (farm.state.status === 'terminated' && left.length === 0) {
    return { state: 'done', done: ended, total: ended, step: 'All servers are gone' }
  }
  const step =
    lockedWords(left) ??
    farm.state.termination?.problem?.message ??
    farm.state.problem?.message ??
    endingWords(left.length)
  return { state: 'running', done: ended, total: own.length, step }
}

function endingWords(left: number): string {
  if (left === 0) return 'The servers are gone; volumes and addresses are being deleted'
  return `${left} ${left === 1 ? 'server is' : 'servers are'} ending`
}

function reportSuspend(farm: Farm, own: Server[]): JobReport {
  if (farm.state.status !== 'suspended')
    return failed('farm.wrong_status', `The farm is ${farm.state.status} now.`)
  const left = own.filter((server) => server.status === 'running' || server.status === 'pending-suspend')
  const done = own.filter((server) => server.status === 'suspended').length
  if (left.length === 0) return { state: 'done', done, total: done, step: 'All servers are suspended' }
  const total = done + left.length
  return (
    reportRefused(left, 'server.suspend_refused', `${done} of ${total} servers are suspended`) ?? {
      state: 'running',
      done,
      total,
      step: lockedWords(left) ?? `${left.length} ${left.length === 1 ? 'server is' : 'servers are'} stopping`,
    }
  )
}

function reportResume(farm: Farm, own: Server[]): JobReport {
  if (farm.state.status !== 'running')
    return failed('farm.wrong_status', `The farm is ${farm.state.status} now.`)
  const left = own.filter((server) => server.status === 'suspended' || server.status === 'resuming')
  const done = own.filter((server) => server.status === 'running').length
  if (left.length === 0) return { state: 'done', done, total: done, step: 'All servers are running' }
  const total = done + left.length
  return (
    reportRefused(left, 'server.resume_refused', `${done} of ${total} servers are running`) ?? {
      state: 'running',
      done,
      total,
      step: `${left.length} ${left.length === 1 ? 'server is' : 'servers are'} starting`,
    }
  )
}

/** Nothing is on its way any more, because the cloud refused what is left; null while something is. */
function reportRefused(left: readonly Server[], code: ErrorCode, figures: string): JobReport | null {
  const [first] = left
  if (!first?.error || !left.every(({ error }) => error?.code === code)) return null
  const message = `${figures}. ${serverName(first)}: ${wordsOf(first.error)}`
  return { state: 'failed', error: { ...first.error, message } }
}

function lockedWords(left: readonly Server[]): string | null {
  const locked = left.find(({ lock }) => lock !== null)
  return locked?.lock ? `${locked.alias} #${locked.index} is locked: ${locked.lock.comment}` : null
}
