import { computed, reactive, watch, type Ref } from 'vue'
import type { ZodSafeParseResult } from 'zod'
import type { AppError, Fault } from '../../../shared/model/errors.ts'
import { useWork } from '../feedback/use-work.ts'
import { useFaults, type FaultOptions } from './use-faults.ts'

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
  /** The sentence under the field of a path, or of anything within it; empty while none is to be told. */
  faultOf: (path: string) => string[]
}

interface FormOptions<Fields extends object> extends FaultOptions {
  /** Of the dialog with the form: it begins anew as that opens, and closes it once it is sent. */
  isOpen: Ref<boolean>
  /** What the form begins with. */
  start: () => Fields
  /** What is wrong besides what `read` finds. */
  check?: (fields: Fields) => readonly Fault[]
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
  const { isOpen, start, read, check, send, ...telling } = options
  const fields = reactive(start()) as Fields
  const { isBusy, error, attempt } = useWork()
  const parsed = computed(() => read?.(fields))
  const { wasTried, fits, faultOf, stray } = useFaults({
    ...telling,
    read: () => parsed.value,
    check: () => check?.(fields) ?? [],
    error,
  })

  function restart(): void {
    Object.assign(fields, start())
    error.value = null
    wasTried.value = false
  }
  watch(isOpen, (open) => open && restart(), { immediate: true })
  watch(fields, () => (error.value = null), { deep: true })

  return {
    fields,
    faultOf,
    restart,
    get isBusy() {
      return isBusy.value
    },
    get error() {
      return error.value
    },
    get fits() {
      return fits.value
    },
    get strayFaults() {
      return stray.value
    },
    async submit() {
      wasTried.value = true
      if (!fits.value) return
      const input = (read ? parsed.value?.data : fields) as never
      if (await attempt(() => send(input, fields))) isOpen.value = false
    },
  }
}
