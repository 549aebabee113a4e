import { AppError } from '../../../../shared/model/errors.ts'
import { targetName } from './ssh-target.ts'
import type { SshTarget } from './ssh-target.ts'

/** What ssh2 and the socket put on their errors. */
interface ForeignFailure {
  message: string
  level?: unknown
  code?: unknown
}

/** A failure on the way to a login, as `ssh.auth` or `ssh.unreachable` with a sentence. */
export function connectFailure(target: SshTarget, thrown: unknown): AppError {
  if (thrown instanceof AppError) return thrown
  const failure = asFailure(thrown)
  const name = targetName(target)
  if (failure.level === 'client-authentication') {
    return new AppError('ssh.auth', {
      message: `${name} refused the key: check the user name and that the server knows the public half.`,
      cause: thrown,
    })
  }
  if (failure.level === 'client-socket' || typeof failure.code === 'string') {
    return unreachable(`${name} cannot be reached: ${socketReason(failure)}`, thrown)
  }
  if (/no matching/i.test(failure.message)) {
    return new AppError('ssh.unreachable', {
      message: `${name} offers only SSH algorithms that are no longer safe (${failure.message}).`,
      cause: thrown,
    })
  }
  return unreachable(`${name} ended the SSH handshake: ${sentencePart(failure.message)}.`, thrown)
}

/** A server that did not get through a login in time. */
export function connectTimeout(target: SshTarget, timeoutMs: number): AppError {
  const seconds = Math.max(1, Math.round(timeoutMs / 1000))
  return unreachable(
    `${targetName(target)} did not complete an SSH login within ${seconds} s: it may still be booting, or a firewall drops packets.`,
    undefined,
  )
}

/** An established connection that ended by itself. */
export function connectionLost(target: SshTarget, thrown?: unknown): AppError {
  const reason = thrown === undefined ? '' : `: ${sentencePart(asFailure(thrown).message)}`
  return new AppError('ssh.closed', {
    message: `The SSH connection to ${targetName(target)} was lost${reason}.`,
    retryable: true,
    cause: thrown,
  })
}

/** A channel (command, shell) that the server would not open. */
export function channelRefused(target: SshTarget, what: string, thrown: unknown): AppError {
  const reason = sentencePart(asFailure(thrown).message)
  return new AppError('ssh.closed', {
    message: `${targetName(target)} did not open ${what}: ${reason}.`,
    retryable: true,
    cause: thrown,
  })
}

function unreachable(message: string, cause: unknown): AppError {
  return new AppError('ssh.unreachable', { message, retryable: true, cause })
}

function asFailure(thrown: unknown): ForeignFailure {
  return thrown instanceof Error ? thrown : { message: String(thrown) }
}

function socketReason(failure: ForeignFailure): string {
  switch (failure.code) {
    case 'ECONNREFUSED':
      return 'nothing listens on that port (yet).'
    case 'ETIMEDOUT':
      return 'it does not answer; a firewall or security group may drop packets.'
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
      return 'there is no network route to it.'
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return 'its name is not known to DNS.'
    case 'ECONNRESET':
    case 'EPIPE':
      return 'it cut the connection.'
    default:
      return `${sentencePart(failure.message)}.`
  }
}

function sentencePart(message: string): string {
  return message.trim().replace(/\.+$/, '')
}
