import { defineStore } from 'pinia'
import { computed, shallowRef, watch } from 'vue'
import type { Job } from '../../shared/model/jobs.ts'
import { AppError } from '../../shared/model/errors.ts'
import { useJobs } from './index.ts'
import { useMessages } from './messages.ts'

/** Work that ended while this window was open. */
export interface Notification {
  job: Job
  unread: boolean
}

const keptAtMost = 50

/** The jobs that went from running to an end between two states of the feed. */
export function newlyEnded(before: ReadonlyMap<string, Job>, after: ReadonlyMap<string, Job>): Job[] {
  const ended: Job[] = []
  for (const job of after.values()) {
    if (job.state !== 'running' && before.get(job.id)?.state === 'running') ended.push(job)
  }
  return ended
}

/** Collects finished and failed work, and says it once at the edge of the screen. */
export const useNotifications = defineStore('notifications', () => {
  const jobs = useJobs()
  const messages = useMessages()
  const notifications = shallowRef<readonly Notification[]>([])

  watch(
    () => jobs.byId,
    (after, before) => {
      for (const job of newlyEnded(before, after)) {
        notifications.value = [{ job, unread: true }, ...notifications.value].slice(0, keptAtMost)
        tell(job)
      }
    },
  )

  function tell(job: Job): void {
    if (job.state === 'done') messages.succeed(`${job.title}: done.`)
    else if (job.state === 'cancelled') messages.say(`${job.title}: cancelled.`)
    else if (job.error !== null) messages.fail(`${job.title}: ${job.error.message}`, AppError.from(job.error))
    else messages.fail(`${job.title} did not finish.`)
  }

  return {
    notifications,
    unreadCount: computed(() => notifications.value.filter((entry) => entry.unread).length),
    readAll: () => (notifications.value = notifications.value.map((entry) => ({ ...entry, unread: false }))),
    clear: () => (notifications.value = []),
  }
})
