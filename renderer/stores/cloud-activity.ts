import { defineStore } from 'pinia'
import { shallowRef } from 'vue'
import type { CloudActivity } from '../../shared/model/cloud-activity.ts'
import { useClient } from '../client/index.ts'
import { holdInScope, whileHeld } from './held.ts'

/** It changes with every look at a cloud, too often for the change feed. */
const everyMs = 5_000

const useStore = defineStore('cloud-activity', () => {
  const client = useClient()
  const all = shallowRef<readonly CloudActivity[]>([])

  /** While the engine is away the last answer stays, with its times. */
  async function read(): Promise<void> {
    all.value = await client.clouds.activity().catch(() => all.value)
  }
  const hold = whileHeld(() => {
    void read()
    const timer = setInterval(() => void read(), everyMs)
    return () => clearInterval(timer)
  })
  return {
    all,
    hold,
    /** What is known of one location. */
    of: (cloudId: string, location: string) =>
      all.value.find((one) => one.cloudId === cloudId && one.location === location),
  }
})

/** How fresh each location of each cloud is; asked again every few seconds while a component uses it. */
export function useCloudActivity() {
  const store = useStore()
  holdInScope(store.hold)
  return store
}
