import { randomBytes } from 'node:crypto'
import { ORPCError } from '@orpc/client'
import { ValidationError } from '@orpc/contract'
import { faultsOfIssues } from '../../shared/logic/documents/zod-faults.ts'
import { AppError, ErrorInfo, type ErrorCode, type Fault } from '../../shared/model/errors.ts'
import type { Log } from '../engine/ports.ts'

/** The HTTP status that each code travels with. */
const httpStatus: Record<ErrorCode, number> = {
  'input.invalid': 400,
  'input.not_found': 404,
  'input.conflict': 409,
  'cloud.credentials': 502,
  'cloud.unreachable': 503,
  'cloud.throttled': 503,
  'cloud.capacity': 503,
  'cloud.quota': 409,
  'cloud.not_found': 404,
  'cloud.refused': 502,
  'cloud.bad_answer': 502,
  'cloud.wrong_location': 400,
  'farm.invalid': 400,
  'farm.locked': 423,
  'farm.wrong_status': 409,
  'role.in_use': 409,
  'image.in_use': 409,
  'image.missing': 409,
  'image.failed': 502,
  'image.busy': 409,
  'server.wrong_status': 409,
  'server.locked': 423,
  'server.no_address': 409,
  'server.init_failed': 409,
  'server.unhealthy': 409,
  'server.protected': 409,
  'server.suspend_refused': 409,
  'server.resume_refused': 409,
  'server.reboot_refused': 409,
  'server.no_password': 409,
  'server.bulk_failed': 409,
  'key.in_use': 409,
  'server.no_key': 409,
  'rollout.failed': 502,
  'volume.missing': 404,
  'volume.in_use': 409,
  'volume.not_blank': 409,
  'volume.not_mounted': 502,
  'ssh.unreachable': 502,
  'ssh.auth': 502,
  'ssh.host_key_changed': 409,
  'ssh.host_key_refused': 409,
  'ssh.closed': 502,
  'job.cancelled': 409,
  'job.interrupted': 409,
  'terminal.gone': 410,
  'vault.locked': 423,
  'vault.damaged': 500,
  'state.damaged': 500,
  'state.newer': 500,
  'state.disk_full': 507,
  'state.unwritable': 500,
  'state.in_use': 409,
  'host.unauthorized': 401,
  'host.not_supported': 501,
  internal: 500,
}

/** HTTP status of an error code. */
function statusOf(code: ErrorCode): number {
  return httpStatus[code]
}

/**
 * Makes what the wire carries of whatever was thrown: code, status, sentence and `ErrorInfo` as data, with a correlation id
 * that finds the failure in the log. The words of an unexpected error stay in the log: they may hold anything.
 */
export function toWireError(thrown: unknown, log: Log, method: string): ORPCError<string, ErrorInfo> {
  const given: unknown = thrown instanceof ORPCError ? thrown.data : undefined
  const already = ErrorInfo.safeParse(given)
  if (thrown instanceof ORPCError && already.success) return wireErrorOf(already.data, thrown)
  const correlationId = randomBytes(6).toString('hex')
  const expected = thrown instanceof AppError && thrown.code !== 'internal' ? thrown : ofFramework(thrown)
  if (expected === undefined) {
    log.error({ err: thrown, method, correlationId }, 'a call failed unexpectedly')
    const message = `Something went wrong inside Farmhand. The log has the details under ${correlationId}.`
    return wireErrorOf({ code: 'internal', message, retryable: false, details: { correlationId } }, thrown)
  }
  log.debug({ code: expected.code, reason: expected.message, method, correlationId }, 'a call was refused')
  const info = expected.toInfo()
  return wireErrorOf({ ...info, details: { ...info.details, correlationId } }, thrown)
}

/** An `input.invalid` whose sentence names the first fault by path. */
function invalidInput(faults: Fault[]): AppError {
  const [first] = faults
  const where = first === undefined || first.path === '' ? 'The input' : first.path
  const what = first?.message ?? 'It cannot be used.'
  const more = faults.length > 1 ? ` (and ${String(faults.length - 1)} more)` : ''
  return new AppError('input.invalid', { message: `${where}: ${what}${more}`, details: { faults } })
}

function wireErrorOf(info: ErrorInfo, cause: unknown): ORPCError<string, ErrorInfo> {
  return new ORPCError(info.code, {
    status: statusOf(info.code),
    message: info.message,
    data: info,
    cause,
  })
}

/** Refusals that oRPC itself makes before a handler is reached. */
function ofFramework(thrown: unknown): AppError | undefined {
  if (!(thrown instanceof ORPCError)) return undefined
  if (thrown.code === 'BAD_REQUEST' && thrown.cause instanceof ValidationError) {
    return invalidInput(faultsOfIssues(thrown.cause.issues))
  }
  if (thrown.code === 'BAD_REQUEST') {
    return new AppError('input.invalid', {
      message: 'The request cannot be read: send its body as JSON with the content type application/json.',
      cause: thrown,
    })
  }
  if (thrown.code === 'PAYLOAD_TOO_LARGE') {
    return new AppError('input.invalid', { message: 'The request is too large.', cause: thrown })
  }
  return undefined
}
