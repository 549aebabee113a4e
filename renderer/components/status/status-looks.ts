import {
  mdiAlertCircle,
  mdiAlertOctagon,
  mdiCheckCircle,
  mdiCircleOutline,
  mdiClockOutline,
  mdiHelpCircle,
  mdiMinusCircle,
  mdiPauseCircle,
  mdiProgressClock,
  mdiWrench,
} from '@mdi/js'
import { STATUS_WORDS } from '../../../shared/logic/servers/server-actions.ts'
import type { FarmState, FarmStatus } from '../../../shared/model/farms.ts'
import type { JobState } from '../../../shared/model/jobs.ts'
import type { Server, ServerStatus } from '../../../shared/model/servers.ts'

/** How a status looks: its word, a colour of the theme and a shape; `busy` turns. */
export interface StatusLook {
  word: string
  color: string
  icon: string
  busy: boolean
}

const serverShapes: Readonly<Record<ServerStatus, Omit<StatusLook, 'word'>>> = {
  'pending-launch': { color: 'busy', icon: mdiClockOutline, busy: true },
  pending: { color: 'busy', icon: mdiProgressClock, busy: true },
  initializing: { color: 'busy', icon: mdiProgressClock, busy: true },
  running: { color: 'success', icon: mdiCheckCircle, busy: false },
  'pending-suspend': { color: 'warning', icon: mdiPauseCircle, busy: true },
  suspended: { color: 'quiet', icon: mdiPauseCircle, busy: false },
  resuming: { color: 'busy', icon: mdiProgressClock, busy: true },
  'pending-terminate': { color: 'warning', icon: mdiMinusCircle, busy: true },
  terminated: { color: 'quiet', icon: mdiCircleOutline, busy: false },
  missing: { color: 'error', icon: mdiHelpCircle, busy: false },
  troubleshooting: { color: 'hold', icon: mdiWrench, busy: false },
}

/** A server's status as screens show it: a failure and a reboot replace the stored status (reference 4.2). */
export function serverLook(server: Pick<Server, 'status' | 'error' | 'rebooting'>): StatusLook {
  const stays =
    server.status === 'pending-launch' || server.status === 'pending' || server.status === 'initializing'
  if (server.error !== null && stays) {
    return { word: 'Failed', color: 'error', icon: mdiAlertOctagon, busy: false }
  }
  if (server.rebooting) return { word: 'Rebooting', color: 'busy', icon: mdiProgressClock, busy: true }
  return { word: STATUS_WORDS[server.status], ...serverShapes[server.status] }
}

const farmLooks: Readonly<Record<FarmStatus, StatusLook>> = {
  running: { word: 'Running', color: 'success', icon: mdiCheckCircle, busy: false },
  terminated: { word: 'Terminated', color: 'quiet', icon: mdiCircleOutline, busy: false },
  suspended: { word: 'Suspended', color: 'quiet', icon: mdiPauseCircle, busy: false },
  terminating: { word: 'Terminating', color: 'warning', icon: mdiMinusCircle, busy: true },
}

/** A farm's status as screens show it: one that never ran was not terminated either. */
export function farmLook(state: Pick<FarmState, 'status' | 'launchedAt'>): StatusLook {
  const look = farmLooks[state.status]
  return state.status === 'terminated' && state.launchedAt === null ? { ...look, word: 'Not launched' } : look
}

const jobLooks: Readonly<Record<JobState, StatusLook>> = {
  running: { word: 'Running', color: 'busy', icon: mdiProgressClock, busy: true },
  done: { word: 'Done', color: 'success', icon: mdiCheckCircle, busy: false },
  failed: { word: 'Failed', color: 'error', icon: mdiAlertCircle, busy: false },
  cancelled: { word: 'Cancelled', color: 'quiet', icon: mdiMinusCircle, busy: false },
  interrupted: { word: 'Interrupted', color: 'warning', icon: mdiAlertCircle, busy: false },
}

/** A job's state as screens show it. */
export function jobLook(state: JobState): StatusLook {
  return jobLooks[state]
}
