import { defineStore } from 'pinia'
import { computed, shallowRef, watch } from 'vue'
import { applyPatch, emptyTopic, type TopicState } from '../../shared/logic/feed/feed.ts'
import { toAppError, type AppError } from '../../shared/model/errors.ts'
import type { Topic, TopicEntities } from '../../shared/model/feed.ts'
import { useConnection } from '../client/index.ts'
import { holdInScope, whileHeld } from './held.ts'

/** `loading` until the first snapshot; `failed` when the engine refused the subscription. */
export type TopicStatus = 'idle' | 'loading' | 'ready' | 'failed'

/** A page that comes back within this time finds its topic still subscribed. */
const lingerMs = 10_000
const retryMs = 2_000

/**
 * A store over one topic of the change feed: `all` and `byId`, read-only. The composable that it returns subscribes as long
 * as a component (or another scope) that called it lives; what it knows is kept and caught up with by revision.
 */
export function defineTopicStore<T extends Topic>(topic: T) {
  type Entity = TopicEntities[T]
  const useStore = defineStore(`topic/${topic}`, () => {
    const connection = useConnection()
    const state = shallowRef<TopicState<Entity>>(emptyTopic())
    const status = shallowRef<TopicStatus>('idle')
    const error = shallowRef<AppError | null>(null)
    let following: AbortController | undefined

    /** Follows one stream to its end; `'gap'`: what is known does not join, so that a snapshot is needed. */
    async function readStream(signal: AbortSignal): Promise<'gap' | 'ended'> {
      const { epoch, revision } = state.value
      const since = epoch === null ? {} : { [topic]: { epoch, revision } }
      const stream = await connection.client.feed.subscribe({ topics: [topic], since }, { signal })
      error.value = null
      for await (const message of stream) {
        const next = applyPatch<T>(state.value, message)
        if (next === 'gap') {
          state.value = { ...state.value, epoch: null }
          return 'gap'
        }
        state.value = next
        status.value = 'ready'
      }
      return 'ended'
    }

    async function follow(signal: AbortSignal): Promise<void> {
      if (status.value !== 'ready') status.value = 'loading'
      while (!signal.aborted) {
        const connectedAs = connection.epoch.value
        let gap = false
        try {
          gap = (await readStream(signal)) === 'gap'
        } catch (thrown) {
          const away = connection.state.value !== 'online' || connection.epoch.value !== connectedAs
          if (!signal.aborted && !away) {
            error.value = toAppError(thrown)
            if (status.value !== 'ready') status.value = 'failed'
          }
        }
        if (!signal.aborted && !gap) await nextAttempt(signal, connectedAs)
      }
    }

    /** Until the connection is another one, or after a pause while it is the same. */
    function nextAttempt(signal: AbortSignal, connectedAs: number): Promise<void> {
      const isBack = (): boolean =>
        connection.state.value === 'online' && connection.epoch.value !== connectedAs
      if (isBack()) return Promise.resolve()
      return new Promise((resolve) => {
        const timer = setTimeout(() => {
          if (connection.state.value === 'online') done()
        }, retryMs)
        const unwatch = watch([connection.state, connection.epoch], () => {
          if (isBack()) done()
        })
        signal.addEventListener('abort', done, { once: true })
        function done(): void {
          clearTimeout(timer)
          unwatch()
          resolve()
        }
      })
    }

    function start(): void {
      following?.abort()
      following = new AbortController()
      void follow(following.signal)
    }

    const hold = whileHeld(() => {
      start()
      return () => following?.abort()
    }, lingerMs)

    return {
      /** Entities by id. */
      byId: computed(() => state.value.entities),
      /** All entities, in the order in which they came. */
      all: computed<readonly Entity[]>(() => [...state.value.entities.values()]),
      status,
      error,
      /** Subscribes until the function that it answers is called. */
      hold,
      /** Subscribes again after a failure. */
      retry: start,
    }
  })

  return () => {
    const store = useStore()
    holdInScope(store.hold)
    return store
  }
}
