import { defineStore } from 'pinia'
import { shallowRef } from 'vue'
import { toAppError, type AppError } from '../../shared/model/errors.ts'

/** A short message at the edge of the screen. Failures stay until they are dismissed. */
export interface Message {
  id: number
  kind: 'info' | 'success' | 'error'
  text: string
  /** What failed, with the cloud's own words in its details. */
  error?: AppError
  action?: { label: string; run: () => void | Promise<void> }
}

const shownAtOnce = 3

/** Calm toasts: a few at once, the oldest goes first. */
export const useMessages = defineStore('messages', () => {
  const messages = shallowRef<readonly Message[]>([])
  let nextId = 1

  function show(message: Omit<Message, 'id'>): number {
    const id = nextId++
    const others = messages.value.filter((known) => known.text !== message.text)
    messages.value = [...others, { ...message, id }].slice(-shownAtOnce)
    return id
  }
  function dismiss(id: number): void {
    messages.value = messages.value.filter((message) => message.id !== id)
  }

  return {
    messages,
    dismiss,
    say: (text: string, action?: Message['action']) =>
      show({ kind: 'info', text, ...(action ? { action } : {}) }),
    succeed: (text: string, action?: Message['action']) =>
      show({ kind: 'success', text, ...(action ? { action } : {}) }),
    fail: (text: string, error?: AppError, action?: Message['action']) =>
      show({ kind: 'error', text, ...(error ? { error } : {}), ...(action ? { action } : {}) }),
  }
})

/**
 * Runs an action of a person and shows a failure as a message: `await attempt('Reboot web #1', () => client…)`. Answers what
 * the action answered, or undefined after a failure.
 */
export function useAttempt() {
  const messages = useMessages()
  return async function attempt<T>(what: string, action: () => Promise<T>): Promise<T | undefined> {
    try {
      return await action()
    } catch (thrown) {
      const error = toAppError(thrown)
      messages.fail(`${what}: ${error.message}`, error, undefined)
      return undefined
    }
  }
}
