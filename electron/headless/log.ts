import { mkdirSync, renameSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { pino, type Logger } from 'pino'
import type { Log } from '../engine/ports.ts'

const secretFields = [
  'token',
  'password',
  'passphrase',
  'secret',
  'secretAccessKey',
  'sessionToken',
  'privateKey',
  'authorization',
  'cookie',
  'userData',
]
/** Fields at the top and one and two levels down. */
const redactedPaths = secretFields.flatMap((name) => [name, `*.${name}`, `*.*.${name}`])

/** Whatever the field is called, these forms never stand in a log. */
const secretForms: readonly [RegExp, string][] = [
  [/-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|(?="))/gs, '•••'],
  [/(farmhand\.token\.|#token=|Bearer )[\w-]{16,}/gi, '$1•••'],
]

const rotateAtBytes = 10 * 1024 * 1024
const filesKept = 4

export interface FileLog extends Log {
  /** Hides a value from every later line, wherever it stands. */
  hide(secret: string): void
  /** Writes out what is still in memory. */
  close(): Promise<void>
}

/**
 * The log of a host: one JSON object a line in `logs/farmhand.log` of the data directory (mode 0600), the older ones beside it
 * with numbers. Secrets are taken out by field name, by form and by value.
 */
export function openFileLog({ dataDir, level }: { dataDir: string; level: string }): FileLog {
  const dir = join(dataDir, 'logs')
  mkdirSync(dir, { recursive: true, mode: 0o700 })
  const file = join(dir, 'farmhand.log')
  rotate(file)
  const hidden = new Set<string>()
  const destination = pino.destination({ dest: file, mode: 0o600, sync: false, minLength: 0 })
  const logger = pino(
    {
      level,
      timestamp: pino.stdTimeFunctions.isoTime,
      base: { pid: process.pid },
      redact: { paths: redactedPaths, censor: '•••' },
      serializers: { err: pino.stdSerializers.errWithCause },
      hooks: { streamWrite: (line) => withoutSecrets(line, hidden) },
    },
    destination,
  )
  return {
    ...wrap(logger),
    hide(secret) {
      if (secret.length >= 8) hidden.add(secret)
    },
    close: () =>
      new Promise((resolve, reject) => {
        destination.once('close', resolve)
        destination.once('error', reject)
        destination.end()
      }),
  }
}

function wrap(logger: Logger): Log {
  return {
    debug: (fields, message) => {
      logger.debug(fields, message)
    },
    info: (fields, message) => {
      logger.info(fields, message)
    },
    warn: (fields, message) => {
      logger.warn(fields, message)
    },
    error: (fields, message) => {
      logger.error(fields, message)
    },
    child: (fields) => wrap(logger.child(fields)),
  }
}

function withoutSecrets(line: string, hidden: ReadonlySet<string>): string {
  let clean = line
  for (const secret of hidden) clean = clean.replaceAll(secret, '•••')
  for (const [form, instead] of secretForms) clean = clean.replace(form, instead)
  return clean
}

function rotate(file: string): void {
  if (sizeOf(file) < rotateAtBytes) return
  for (let index = filesKept - 1; index >= 1; index -= 1) {
    if (sizeOf(`${file}.${String(index)}`) > 0)
      renameSync(`${file}.${String(index)}`, `${file}.${String(index + 1)}`)
  }
  renameSync(file, `${file}.1`)
}

function sizeOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0
}
