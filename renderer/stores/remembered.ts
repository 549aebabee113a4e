import { ref, watch, type Ref } from 'vue'

/**
 * A value that this browser or window remembers under a name; what was stored is merged over the default, and anything
 * unreadable is ignored.
 */
export function remembered<T extends object>(name: string, initial: T): Ref<T> {
  const key = `farmhand.${name}`
  const value = ref({ ...initial, ...read(key) }) as Ref<T>
  watch(value, (now) => localStorage.setItem(key, JSON.stringify(now)), { deep: true })
  return value
}

function read(key: string): object {
  try {
    const stored: unknown = JSON.parse(localStorage.getItem(key) ?? 'null')
    return typeof stored === 'object' && stored !== null ? stored : {}
  } catch {
    return {}
  }
}
