import { z } from 'zod'

/** Every error code that can reach a person, grouped by noun. The list is closed: a new failure gets a new line here. */
export const ErrorCode = z.enum([
  'input.invalid',
  'input.not_found',
  'input.conflict',
  'cloud.credentials',
  'cloud.unreachable',
  'cloud.throttled',
  'cloud.capacity',
  'cloud.quota',
  'cloud.not_found',
  'cloud.refused',
  'cloud.bad_answer',
  'cloud.wrong_location',
  'farm.invalid',
  'farm.locked',
  'farm.wrong_status',
  'role.in_use',
  'image.in_use',
  'image.failed',
  'image.busy',
  'image.missing',
  'server.wrong_status',
  'server.locked',
  'server.no_address',
  'server.init_failed',
  'server.unhealthy',
  'server.protected',
  'server.suspend_refused',
  'server.resume_refused',
  'server.reboot_refused',
  'server.no_password',
  'server.bulk_failed',
  'key.in_use',
  'server.no_key',
  'rollout.failed',
  'volume.missing',
  'volume.in_use',
  'volume.not_blank',
  'volume.not_mounted',
  'ssh.unreachable',
  'ssh.auth',
  'ssh.host_key_changed',
  'ssh.host_key_refused',
  'ssh.closed',
  'job.cancelled',
  'job.interrupted',
  'terminal.gone',
  'vault.locked',
  'vault.damaged',
  'state.damaged',
  'state.newer',
  'state.disk_full',
  'state.in_use',
  'state.unwritable',
  'host.unauthorized',
  'host.not_supported',
  'internal',
])
export type ErrorCode = z.infer<typeof ErrorCode>

/** One fault in an input: where it is (`roles[1].scaling.min`) and what is wrong with it. */
export const Fault = z.strictObject({ path: z.string(), message: z.string() })
export type Fault = z.infer<typeof Fault>

/** Why a cloud refused a call, in our words, where something is decided by it. */
export const CloudRefusal = z.enum([
  /** The account's rights do not reach so far, whatever the call was about. */
  'unauthorized',
  /** The instance is protected against its end. */
  'protected',
  /** What the call is about is in a state in which it cannot be done. */
  'wrong-state',
  /** Something else uses it. */
  'in-use',
  /** There is one of this name. */
  'name-taken',
  /** The cloud takes no keys of this kind. */
  'key-type',
])
export type CloudRefusal = z.infer<typeof CloudRefusal>

/**
 * What an error carries besides its sentence. `faults` locate bad input; `refusal` is what a cloud's refusal means, while
 * `cloudCode` and `cloudMessage` are its own words, for people only; `requestId` is the cloud's; `correlationId` is ours and
 * finds the failure in the log.
 */
export const ErrorDetails = z.object({
  faults: z.array(Fault).optional(),
  refusal: CloudRefusal.optional(),
  cloudCode: z.string().optional(),
  cloudMessage: z.string().optional(),
  requestId: z.string().optional(),
  correlationId: z.string().optional(),
  expectedFingerprint: z.string().optional(),
  actualFingerprint: z.string().optional(),
})
export type ErrorDetails = z.infer<typeof ErrorDetails>

/** An error as it is stored and sent: never a stack, never a secret. */
export const ErrorInfo = z.object({
  code: ErrorCode,
  message: z.string(),
  retryable: z.boolean().default(false),
  details: ErrorDetails.default({}),
})
export type ErrorInfo = z.infer<typeof ErrorInfo>

/**
 * The one error class of Farmhand. `message` is a sentence for a person: what happened, where, what to do.
 * `retryable` says that the same call may succeed later without a change. `cause` stays in the process.
 */
export class AppError extends Error {
  readonly code: ErrorCode
  readonly details: ErrorDetails
  readonly retryable: boolean

  constructor(
    code: ErrorCode,
    options: { message: string; details?: ErrorDetails; retryable?: boolean; cause?: unknown },
  ) {
    super(options.message, { cause: options.cause })
    this.name = 'AppError'
    this.code = code
    this.details = options.details ?? {}
    this.retryable = options.retryable ?? false
  }

  toInfo(): ErrorInfo {
    return { code: this.code, message: this.message, retryable: this.retryable, details: this.details }
  }

  static from(info: ErrorInfo): AppError {
    return new AppError(info.code, info)
  }
}

/** Makes an `AppError` of whatever was thrown; a foreign error becomes `internal` with its own message. */
export function toAppError(thrown: unknown): AppError {
  if (thrown instanceof AppError) return thrown
  const message = thrown instanceof Error ? thrown.message : String(thrown)
  return new AppError('internal', { message, cause: thrown })
}
