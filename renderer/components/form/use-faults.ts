import { computed, ref, shallowReactive, type ComputedRef, type Ref } from 'vue'
import type { ZodSafeParseResult } from 'zod'
import { faultsOfIssues } from '../../../shared/logic/documents/zod-faults.ts'
import type { AppError, Fault } from '../../../shared/model/errors.ts'

/** What is wrong with what is typed, and when that is told. */
export interface FaultOptions {
  /** Better words for a fault, by its path. */
  words?: Readonly<Record<string, string>>
  /** Faults that are told while one types; the others once somebody wanted to go on. */
  eager?: (path: string) => boolean
  /** Where what is sent stands in the engine's input: `role` for faults at `role.name`. */
  within?: string
}

export interface Faults {
  /** Somebody wanted to go on: now everything is told. */
  wasTried: Ref<boolean>
  /** Nothing is wrong with what is typed; what the engine refused does not count, for it may be asked again. */
  fits: ComputedRef<boolean>
  /** The sentence under the field of a path, or of anything within it; empty while none is to be told. */
  faultOf: (path: string) => string[]
  /** What is wrong and has no field to stand at. */
  stray: ComputedRef<string[]>
}

export function useFaults(
  options: FaultOptions & {
    read: () => ZodSafeParseResult<unknown> | undefined
    check?: () => readonly Fault[]
    /** Why the engine refused it. */
    error: Readonly<Ref<AppError | null>>
  },
): Faults {
  const { words = {}, eager = () => false } = options
  const prefix = options.within === undefined ? '' : `${options.within}.`
  const wasTried = ref(false)
  /** The paths that fields stand for. */
  const places = shallowReactive(new Set<string>())

  const own = computed(() => {
    const found = new Map<string, string>()
    for (const { path, message } of faultsOfIssues(options.read()?.error?.issues ?? [])) {
      if (!found.has(path)) found.set(path, words[path] ?? message)
    }
    for (const { path, message } of options.check?.() ?? []) found.set(path, message)
    return found
  })
  const all = computed(() => {
    const found = new Map(own.value)
    for (const { path, message } of options.error.value?.details.faults ?? []) {
      found.set(path.startsWith(prefix) ? path.slice(prefix.length) : path, message)
    }
    return found
  })

  return {
    wasTried,
    fits: computed(() => own.value.size === 0),
    faultOf(path) {
      places.add(path)
      if (!wasTried.value && !eager(path)) return []
      const fault = [...all.value].find(([at]) => isWithin(at, path))
      return fault === undefined ? [] : [fault[1]]
    },
    stray: computed(() => {
      if (!wasTried.value) return []
      const homeless = [...all.value].filter(([path]) => ![...places].some((place) => isWithin(path, place)))
      return homeless.map(([, message]) => message)
    }),
  }
}

function isWithin(path: string, place: string): boolean {
  return path === place || path.startsWith(`${place}.`) || path.startsWith(`${place}[`)
}
