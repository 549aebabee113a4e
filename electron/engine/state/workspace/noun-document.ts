import { AppError } from '../../../../shared/model/errors.ts'
import { faultsOfIssues } from '../../../../shared/logic/documents/zod-faults.ts'
import { DocumentDamage } from '../data-dir/index.ts'
import type { Noun } from './noun.ts'

/** An item that could not be read, and why, as sentences with paths. */
interface FaultyItem {
  id: string
  why: string
}

/** A noun's document as it was read: what is good, what is not. */
export interface NounDocument<T> {
  /** The schema version that the file had. */
  version: number
  items: ReadonlyMap<string, T>
  faulty: readonly FaultyItem[]
  /** Keys beside `schema` and `items`, which have no place here. */
  unknownKeys: readonly string[]
}

/**
 * Reads `{ "schema": "farmhand.<noun>/v1", "items": { "<id>": {…} } }`, older versions too. Throws `DocumentDamage` when it
 * is no such document, AppError `state.newer` when a newer Farmhand wrote it.
 */
export function parseNounDocument<T extends { id: string }>(noun: Noun<T>, text: string): NounDocument<T> {
  const document = parseObject(text)
  const version = readVersion(noun, document['schema'])
  const { items } = document
  if (!isRecord(items)) throw new DocumentDamage('It has no “items”.')
  const good = new Map<string, T>()
  const faulty: FaultyItem[] = []
  for (const [id, value] of Object.entries(items)) {
    const read = readItem(noun, version, id, value)
    if ('why' in read) faulty.push({ id, why: read.why })
    else good.set(id, read.item)
  }
  const unknownKeys = Object.keys(document).filter((key) => key !== 'schema' && key !== 'items')
  return { version, items: good, faulty, unknownKeys }
}

/** Writes a document: items by id, keys in a fixed order (id and name first, the rest by name), so that it diffs well. */
export function formatNounDocument<T extends { id: string }>(
  noun: Noun<T>,
  items: ReadonlyMap<string, T>,
): string {
  const byId = [...items].sort(([a], [b]) => compareKeys(a, b)).map(([id, item]) => [id, inOrder(item)])
  const document = { schema: schemaName(noun), items: Object.fromEntries(byId) as unknown }
  return `${JSON.stringify(document, null, 2)}\n`
}

/** Checks an item that somebody wants to keep; answers a frozen copy. Throws AppError `input.invalid` with its faults. */
export function checkItem<T extends { id: string }>(noun: Noun<T>, item: T): T {
  const checked = noun.schema.safeParse(item)
  if (checked.success) return deepFreeze(structuredClone(checked.data))
  const faults = faultsOfIssues(checked.error.issues)
  throw new AppError('input.invalid', {
    message: `This cannot be kept among the ${noun.name}: ${faults.map(faultText).join(' ')}`,
    details: { faults },
  })
}

function readItem<T extends { id: string }>(
  noun: Noun<T>,
  version: number,
  id: string,
  value: unknown,
): { item: T } | { why: string } {
  let migrated = value
  for (let from = version; from < noun.version; from += 1) {
    const migration = noun.migrations.get(from)
    if (migration === undefined) return { why: `There is no way from version ${String(from)} to the next.` }
    if (!isRecord(migrated)) return { why: 'It is no object.' }
    try {
      migrated = migration(migrated)
    } catch (thrown) {
      const reason = thrown instanceof Error ? thrown.message : String(thrown)
      return { why: `It could not be brought from version ${String(from)} to the next: ${reason}` }
    }
  }
  const checked = noun.schema.safeParse(migrated)
  if (!checked.success) return { why: faultsOfIssues(checked.error.issues).map(faultText).join(' ') }
  if (checked.data.id !== id) return { why: `It stands under ${id} but its id is ${checked.data.id}.` }
  return { item: deepFreeze(structuredClone(checked.data)) }
}

function parseObject(text: string): Record<string, unknown> {
  if (text.trim() === '') throw new DocumentDamage('It is empty.')
  let document: unknown
  try {
    document = JSON.parse(text.replace(/^\uFEFF/, ''))
  } catch (thrown) {
    const reason = thrown instanceof Error ? thrown.message : String(thrown)
    throw new DocumentDamage(`It is not valid JSON (${reason}).`)
  }
  if (!isRecord(document)) throw new DocumentDamage('It is JSON, but no object.')
  return document
}

function readVersion(noun: { name: string; version: number }, schema: unknown): number {
  const found = typeof schema === 'string' ? /^farmhand\.([a-z-]+)\/v([1-9]\d{0,5})$/.exec(schema) : null
  if (found === null || found[1] !== noun.name) {
    throw new DocumentDamage(`Its “schema” is not ${schemaName(noun)}.`)
  }
  const version = Number(found[2])
  if (version > noun.version) {
    throw new AppError('state.newer', {
      message:
        `workspace/${noun.name}.json was written by a newer Farmhand (version ${String(version)} of its schema, ` +
        `this one reads up to ${String(noun.version)}). Nothing was changed; use the newer Farmhand.`,
    })
  }
  return version
}

function schemaName(noun: { name: string; version: number }): string {
  return `farmhand.${noun.name}/v${String(noun.version)}`
}

function faultText(fault: { path: string; message: string }): string {
  return fault.path === '' ? fault.message : `${fault.path}: ${fault.message}`
}

function inOrder(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(inOrder)
  if (!isRecord(value)) return value
  const keys = Object.keys(value).sort(compareKeys)
  const first = ['id', 'name'].filter((key) => Object.hasOwn(value, key))
  const rest = keys.filter((key) => key !== 'id' && key !== 'name')
  return Object.fromEntries([...first, ...rest].map((key) => [key, inOrder(value[key])]))
}

function compareKeys(a: string, b: string): number {
  if (a === b) return 0
  return a < b ? -1 : 1
}

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value)
    for (const part of Object.values(value)) deepFreeze(part)
  }
  return value
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
