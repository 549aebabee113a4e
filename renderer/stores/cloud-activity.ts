import { defineStore } from 'pinia'
import { getCurrentScope, onScopeDispose, shallowRef } from 'vue'
import type { CloudActivity } from '../../shared/model/cloud-activity.ts'
import { useClient } from '../client/index.ts'

/** It changes with every look at a cloud, too often for the change feed. */
const everyMs = 5_000

const useStore = defineStore('cloud-activity', () => {
  const client = useClient()
  const all = shallowRef<readonly CloudActivity[]>([])
  let holders = 0
  let timer: ReturnType<typeof setInterval> | undefined

  /** While the engine is away the last answer stays, with its times. */
  async function read(): Promise<void> {
    all.value = await client.clouds.activity().catch(() => all.value)
  }
  function hold(): () => void {
    holders += 1
    if (timer === undefined) {
      void read()
      timer = setInterval(() => void read(), everyMs)
    }
    return () => {
      holders -= 1
      if (holders > 0) return
      clearInterval(timer)
      timer = undefined
    }
  }
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
  if (getCurrentScope() !== undefined) onScopeDispose(store.hold())
  return store
}
