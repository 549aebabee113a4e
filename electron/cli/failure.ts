import type { AppError, ErrorInfo } from '../../shared/model/errors.ts'
import type { Paint } from './paint.ts'
import { plain } from './paint.ts'

/** Ends a command with a status of its own, after it has said all there is to say. */
export class ExitStatus extends Error {
  readonly status: number

  constructor(status: number) {
    super(`exit ${String(status)}`)
    this.status = status
  }
}

/** A command that was written wrongly: exit status 2. */
export class UsageError extends Error {}

/** The document that `--json` prints for a failure. */
export function failureDocument({ code, message, details }: ErrorInfo): object {
  return { error: { code, message, details } }
}

/** What a person reads on stderr: the sentence, each fault with its path, the cloud's own words, how to find it in the log. */
export function failureText(error: AppError, paint: Paint): string {
  const {
    faults = [],
    cloudCode,
    cloudMessage,
    expectedFingerprint,
    actualFingerprint,
    correlationId,
  } = error.details
  const lines = [`${paint('red', 'farmhand:')} ${plain(error.message)}`]
  for (const fault of faults) {
    lines.push(`  ${paint('bold', plain(fault.path, '(the whole input)'))}: ${plain(fault.message)}`)
  }
  if (cloudCode !== undefined || cloudMessage !== undefined) {
    lines.push(
      `  The cloud said: ${[cloudCode, cloudMessage].filter((words) => words !== undefined).join(': ')}`,
    )
  }
  if (expectedFingerprint !== undefined) lines.push(`  expected ${expectedFingerprint}`)
  if (actualFingerprint !== undefined) lines.push(`  got      ${actualFingerprint}`)
  if (error.code === 'internal' && correlationId !== undefined) lines.push(`  In the log as ${correlationId}`)
  return `${lines.join('\n')}\n`
}
