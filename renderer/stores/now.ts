import { defineStore } from 'pinia'
import { computed, ref, type ComputedRef } from 'vue'
import { holdInScope, whileHeld } from './held.ts'

const useTicker = defineStore('now', () => {
  const nowMs = ref(Date.now())
  function tick(): void {
    nowMs.value = Date.now()
  }
  const hold = whileHeld(() => {
    tick()
    const timer = setInterval(tick, 1000)
    return () => clearInterval(timer)
  })
  return { nowMs, hold }
})

/** The present in milliseconds, ticking once a second while a component uses it. */
export function useNow(): ComputedRef<number> {
  const ticker = useTicker()
  holdInScope(ticker.hold)
  return computed(() => ticker.nowMs)
}
