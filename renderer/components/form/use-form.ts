import { computed, reactive, ref, watch, type Ref } from 'vue'
import type { ZodSafeParseResult } from 'zod'
import { faultsOfIssues } from '../../../shared/logic/documents/zod-faults.ts'
import type { AppError, Fault } from '../../../shared/model/errors.ts'
import { useWork } from '../feedback/use-work.ts'

/** What a frame needs of a form to send it. */
export interface SentForm {
  readonly isBusy: boolean
  /** Why it was refused; null once something is changed. */
  readonly error: AppError | null
  /** What is wrong and has no field to stand at. */
  readonly strayFaults: readonly string[]
  submit: () => Promise<void>
  /** Begins anew: nothing that was typed stays. */
  restart: () => void
}

export interface Form<Fields> extends SentForm {
  /** What is typed. */
  readonly fields: Fields
  /** Nothing is wrong with what is typed. */
  readonly fits: boolean
  /** The sentence under the field of a path, or of anything within it; empty while none is to be shown. */
  faultOf: (path: string) => string[]
}

interface FormOptions<Fields extends object> {
  /** Of the dialog with the form: it begins anew as that opens, and closes it once it is sent. */
  isOpen: Ref<boolean>
  /** What the form begins with. */
  start: () => Fields
  /** What is wrong besides what `read` finds. */
  check?: (fields: Fields) => readonly Fault[]
  /** Better words for a fault, by its path. */
  words?: Readonly<Record<string, string>>
  /** Faults that are told while one types; the others once somebody wanted to send the form. */
  eager?: (path: string) => boolean
  /** Where what is sent stands in the engine's input: `role` for faults at `role.name`. */
  within?: string
}

/** A form with a schema: what `read` makes of what is typed is sent. */
export function useForm<Fields extends object, Input>(
  options: FormOptions<Fields> & {
    read: (fields: Fields) => ZodSafeParseResult<Input>
    send: (input: Input, fields: Fields) => Promise<unknown>
  },
): Form<Fields>
/** A form whose fields are sent as they are. */
export function useForm<Fields extends object>(
  options: FormOptions<Fields> & { read?: undefined; send: (fields: Fields) => Promise<unknown> },
): Form<Fields>
export function useForm<Fields extends object>(
  options: FormOptions<Fields> & {
    read?: ((fields: Fields) => ZodSafeParseResult<unknown>) | undefined
    send: (input: never, fields: Fields) => Promise<unknown>
  },
): Form<Fields> {
  const { isOpen, words = {}, eager = () => false } = options
  const fields = reactive(options.start()) as Fields
  const { isBusy, error, attempt } = useWork()
  const wasTried = ref(false)
  /** The paths that fields stand for. */
  const places = new Set<string>()

  const read = computed(() => options.read?.(fields))
  const own = computed(() => {
    const found = new Map<string, string>()
    for (const { path, message } of faultsOfIssues(read.value?.error?.issues ?? [])) {
      if (!found.has(path)) found.set(path, words[path] ?? message)
    }
    for (const { path, message } of options.check?.(fields) ?? []) found.set(path, message)
    return found
  })
  const faults = computed(() => {
    const found = new Map(own.value)
    const prefix = options.within === undefined ? '' : `${options.within}.`
    for (const { path, message } of error.value?.details.faults ?? []) {
      found.set(path.startsWith(prefix) ? path.slice(prefix.length) : path, message)
    }
    return found
  })

  function restart(): void {
    Object.assign(fields, options.start())
    error.value = null
    wasTried.value = false
  }
  watch(isOpen, (open) => open && restart(), { immediate: true })
  watch(fields, () => (error.value = null), { deep: true })

  return {
    fields,
    get isBusy() {
      return isBusy.value
    },
    get error() {
      return error.value
    },
    get fits() {
      return own.value.size === 0
    },
    get strayFaults() {
      if (!wasTried.value) return []
      return [...faults.value].filter(([path]) => !isWithin(path, places)).map(([, message]) => message)
    },
    faultOf(path) {
      places.add(path)
      const fault = [...faults.value].find(([at]) => isWithin(at, [path]))
      return fault !== undefined && (wasTried.value || eager(path)) ? [fault[1]] : []
    },
    async submit() {
      wasTried.value = true
      if (own.value.size > 0) return
      const input = (options.read ? read.value?.data : fields) as never
      if (await attempt(() => options.send(input, fields))) isOpen.value = false
    },
    restart,
  }
}

function isWithin(path: string, places: Iterable<string>): boolean {
  for (const place of places) {
    if (path === place || path.startsWith(`${place}.`) || path.startsWith(`${place}[`)) return true
  }
  return false
}
