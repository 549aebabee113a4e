import { AppError } from '../../../../shared/model/errors.ts'
import { Secret } from '../../../../shared/model/secret.ts'

/** What to run: one program with its arguments as they are, or the text of a POSIX shell script. */
export type CommandText = { argv: readonly [string, ...string[]] } | { script: string }

export interface RemoteCommand {
  /** For the server's login shell, whichever that is. */
  commandLine: string
  /** To be written to stdin first, when something in the command must not be seen in the server's process list. */
  preamble: string | undefined
}

const markName = 'FARMHAND_COMMAND'

/** Longest encoded script that travels in the command line; the kernel's limit for one argument is 128 KiB. */
const longestInline = 48 * 1024

/**
 * Quotes one argument for a POSIX shell, so that the program gets exactly these characters. Throws `input.invalid` for a
 * NUL character, which no argument can hold.
 */
export function quoteArgument(argument: string): string {
  refuseNul(argument)
  if (/^[A-Za-z0-9_@%+:,./-]+$/.test(argument)) return argument
  return `'${argument.replaceAll("'", String.raw`'\''`)}'`
}

/**
 * Builds what runs a command on a server. The whole command is data to the login shell (which may be none of POSIX's): it
 * is encoded so that no character of it means anything in any shell's quotes, and decoded by `/bin/sh`. With a `Secret`
 * in the environment, or a long script, it goes through stdin instead of the command line. Every process of the command
 * carries `mark` (hexadecimal digits) in its environment, by which `endingScript` finds it.
 */
export function remoteCommand(request: {
  run: CommandText
  env?: Readonly<Record<string, string | Secret>>
  hasStdin: boolean
  mark: string
}): RemoteCommand {
  const env = Object.entries(request.env ?? {})
  const encoded = encodeForPrintf(
    [
      ...(request.hasStdin ? [] : ['exec </dev/null']),
      ...env.map(([name, value]) => exportLine(name, value)),
      'argv' in request.run
        ? `exec ${request.run.argv.map(quoteArgument).join(' ')}`
        : refuseNul(request.run.script),
    ].join('\n'),
  )
  const start = `exec env ${markName}=${request.mark} /bin/sh -c`
  const hasSecret = env.some(([, value]) => value instanceof Secret)
  if (!hasSecret && encoded.length <= longestInline) {
    return { commandLine: `${start} 'eval "$(printf %b "${encoded}")"'`, preamble: undefined }
  }
  return {
    commandLine: `${start} 'IFS= read -r farmhand_line && eval "$(printf %b "$farmhand_line")"'`,
    preamble: `${encoded}\n`,
  }
}

/**
 * A script for the same server that ends every process of a marked command. SSH's own signals would not do: OpenSSH sends
 * none for root, others none at all. Without a Linux `/proc` it ends nothing.
 */
export function endingScript(mark: string, signal: 'TERM' | 'KILL'): string {
  return [
    `for found in $(grep -ls ${markName}=${mark} /proc/[0-9]*/environ); do`,
    `found=\${found#/proc/}; kill -${signal} "\${found%/environ}"`,
    'done 2>/dev/null',
  ].join('\n')
}

/** Writes everything but harmless characters as octal bytes, in the form that `printf %b` reads. */
function encodeForPrintf(text: string): string {
  return text.replace(/[^A-Za-z0-9_ .,:=/@+-]+/gu, (run) =>
    Array.from(new TextEncoder().encode(run), (byte) => `\\0${byte.toString(8).padStart(3, '0')}`).join(''),
  )
}

function exportLine(name: string, value: string | Secret): string {
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) {
    throw new AppError('input.invalid', {
      message: `"${name}" is no name for an environment variable: use letters, digits and underscores.`,
    })
  }
  return `export ${name}=${quoteArgument(value instanceof Secret ? value.reveal() : value)}`
}

function refuseNul(text: string): string {
  if (text.includes('\0')) {
    throw new AppError('input.invalid', { message: 'A command cannot hold a NUL character.' })
  }
  return text
}
