import { defineStore } from 'pinia'
import { computed, getCurrentScope, onScopeDispose, ref, type ComputedRef } from 'vue'

const useTicker = defineStore('now', () => {
  const nowMs = ref(Date.now())
  let holders = 0
  let timer: ReturnType<typeof setInterval> | undefined
  function hold(): () => void {
    holders += 1
    nowMs.value = Date.now()
    timer ??= setInterval(() => (nowMs.value = Date.now()), 1000)
    return () => {
      holders -= 1
      if (holders > 0) return
      clearInterval(timer)
      timer = undefined
    }
  }
  return { nowMs, hold }
})

/** The present in milliseconds, ticking once a second while a component uses it. */
export function useNow(): ComputedRef<number> {
  const ticker = useTicker()
  if (getCurrentScope() !== undefined) onScopeDispose(ticker.hold())
  return computed(() => ticker.nowMs)
}
