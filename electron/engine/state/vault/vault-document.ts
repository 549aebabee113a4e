import { z } from 'zod'
import { AppError } from '../../../../shared/model/errors.ts'
import { DocumentDamage } from '../data-dir/index.ts'
import { SealedBox } from './sealed-box.ts'

const VERSION = 1

/** One secret: its own key, wrapped by the master key, and its bytes under that key. */
const SealedRecord = z.strictObject({ key: SealedBox, value: SealedBox })
export type SealedRecord = z.infer<typeof SealedRecord>

/**
 * `vault.json`. `check` opens under the right master key only. A record is kept as it was read: a damaged one is told of
 * when it is asked for, and stays in the file.
 */
export interface VaultDocument {
  check: SealedBox
  records: ReadonlyMap<string, unknown>
}

const Header = z.looseObject({ schema: z.string() })
const Body = z.object({ check: SealedBox, records: z.record(z.string(), z.unknown()) })

/** Throws `DocumentDamage`, or AppError `state.newer`. */
export function parseVaultDocument(text: string): VaultDocument {
  if (text.trim() === '') throw new DocumentDamage('It is empty.')
  const header = Header.safeParse(parseJson(text))
  const version = /^farmhand\.vault\/v([1-9]\d{0,5})$/.exec(header.data?.schema ?? '')?.[1]
  if (!header.success || version === undefined) throw new DocumentDamage('It is no vault of Farmhand.')
  if (Number(version) > VERSION) {
    throw new AppError('state.newer', {
      message:
        `vault.json was written by a newer Farmhand (version ${version} of its schema, this one reads up to ` +
        `${String(VERSION)}). Nothing was changed; use the newer Farmhand.`,
    })
  }
  const body = Body.safeParse(header.data)
  if (!body.success) throw new DocumentDamage('Its check value or its records are missing.')
  return { check: body.data.check, records: new Map(Object.entries(body.data.records)) }
}

export function formatVaultDocument({ check, records }: VaultDocument): string {
  const sorted = [...records].sort(([a], [b]) => (a < b ? -1 : 1))
  const document = {
    schema: `farmhand.vault/v${String(VERSION)}`,
    check,
    records: Object.fromEntries(sorted),
  }
  return `${JSON.stringify(document, null, 2)}\n`
}

/** Undefined when it is no record. */
export function readRecord(stored: unknown): SealedRecord | undefined {
  return SealedRecord.safeParse(stored).data
}

/** The parser's own message would quote the text: it is left out. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new DocumentDamage('It is not valid JSON.')
  }
}
