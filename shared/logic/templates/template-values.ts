import type { Fault } from '../../model/errors.ts'
import { MAX_SERVERS } from '../../model/farm-roles.ts'

/** A value that a template leaves to whoever imports it (reference 2.8): it is null, empty or not there. */
export interface OpenValue {
  /** `web.scaling.min`: the key under which it is given. */
  key: string
  alias: string
  /** What it is, in words. */
  field: string
  kind: 'number' | 'text'
  /** What was given, or null. */
  value: string | number | null
}

interface Mandatory {
  path: readonly string[]
  field: string
  kind: OpenValue['kind']
  /** Stands there while it is not given, so that the rest of the template can be read. */
  stopgap: string | number
  /** Whether one that is not there has a default. */
  hasDefault: boolean
}

const MANDATORY: readonly Mandatory[] = [
  { path: ['instanceType'], field: 'instance type', kind: 'text', stopgap: '?', hasDefault: false },
  { path: ['scaling', 'min'], field: 'minimum servers', kind: 'number', stopgap: 1, hasDefault: true },
  {
    path: ['scaling', 'max'],
    field: 'maximum servers',
    kind: 'number',
    stopgap: MAX_SERVERS,
    hasDefault: true,
  },
]

/**
 * A template with the values that it leaves open filled in: with the given ones, and a fault for each that is still to be
 * given. A time zone that is null becomes the default. What is no template comes back as it is.
 */
export function fillOpenValues(
  document: unknown,
  given: Readonly<Record<string, string | number>>,
): { document: unknown; open: OpenValue[]; faults: Fault[] } {
  const open: OpenValue[] = []
  const faults: Fault[] = []
  if (!isRecord(document) || !isRecord(document['farm']) || !Array.isArray(document['farm']['roles'])) {
    return { document, open, faults }
  }
  const { timezone, ...farm } = document['farm']
  const roles = document['farm']['roles'].map((role: unknown) => {
    if (!isRecord(role)) return role
    const alias = typeof role['alias'] === 'string' ? role['alias'] : ''
    return MANDATORY.reduce<Record<string, unknown>>((now, wanted) => {
      if (!isOpen(now, wanted)) return now
      const key = [alias, ...wanted.path].join('.')
      const value = given[key] ?? null
      open.push({ key, alias, field: wanted.field, kind: wanted.kind, value })
      const fault = faultOf(alias, wanted, value)
      if (fault !== null) faults.push({ path: `mapping.values.${key}`, message: fault })
      return withValue(now, wanted.path, fault === null ? (value ?? wanted.stopgap) : wanted.stopgap)
    }, role)
  })
  const filled = { ...farm, ...(timezone === null || timezone === undefined ? {} : { timezone }), roles }
  return { document: { ...document, farm: filled }, open, faults }
}

function isOpen(role: Record<string, unknown>, { path, hasDefault }: Mandatory): boolean {
  const [first = '', second] = path
  const parent = second === undefined ? role : role[first]
  if (!isRecord(parent)) return parent === undefined ? !hasDefault : false
  const value = parent[second ?? first]
  return value === null || value === '' || (value === undefined && !hasDefault)
}

function faultOf(alias: string, { field, kind }: Mandatory, value: string | number | null): string | null {
  if (value === null || value === '') return `The template leaves the ${field} of ${alias} open. Say it.`
  if (kind === 'text') return typeof value === 'string' ? null : `The ${field} of ${alias} is a name.`
  const isCount = typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= MAX_SERVERS
  return isCount ? null : `The ${field} of ${alias} are a whole number from 0 to ${MAX_SERVERS}.`
}

function withValue(
  role: Record<string, unknown>,
  [first = '', second]: readonly string[],
  value: string | number,
): Record<string, unknown> {
  if (second === undefined) return { ...role, [first]: value }
  const parent = isRecord(role[first]) ? role[first] : {}
  return { ...role, [first]: { ...parent, [second]: value } }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
