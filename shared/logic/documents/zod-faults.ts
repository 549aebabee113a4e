import type { Fault } from '../../model/errors.ts'

/** What a zod 4 issue looks like from here; the fields that only some codes have are optional. */
export interface SchemaIssue {
  code?: string | undefined
  message: string
  path?: readonly (PropertyKey | { key: PropertyKey })[] | undefined
  /** `unrecognized_keys` */
  keys?: readonly string[] | undefined
  /** `invalid_union`: the issues of every branch, their paths relative to the union. */
  errors?: readonly (readonly SchemaIssue[])[] | undefined
  discriminator?: string | undefined
  options?: readonly unknown[] | undefined
  /** `invalid_value` */
  values?: readonly unknown[] | undefined
  /** `invalid_key`, `invalid_element` */
  issues?: readonly SchemaIssue[] | undefined
}

/**
 * Every fault that a schema found, each with its full path (`roles[1].scaling.min`) and a sentence. Unknown keys are named
 * one by one, also inside unions. `prefix` stands before every path. The same path and sentence appear once.
 */
export function faultsOfIssues(issues: readonly SchemaIssue[], prefix: readonly PropertyKey[] = []): Fault[] {
  const faults = issues.flatMap((issue) => faultsOfIssue(issue, prefix))
  const seen = new Set<string>()
  return faults.filter(({ path, message }) => {
    const key = `${path}\0${message}`
    if (seen.has(key)) return false
    seen.add(key)
    return true
  })
}

/** Writes a path as people read it: `roles[1].scaling.min`, `tags["two words"]`; the whole input is the empty string. */
export function formatPath(path: readonly PropertyKey[]): string {
  let text = ''
  for (const part of path) {
    if (typeof part === 'number') text += `[${String(part)}]`
    else if (typeof part === 'string' && /^[A-Za-z_$][\w$-]*$/.test(part))
      text += text === '' ? part : `.${part}`
    else text += `[${JSON.stringify(String(part))}]`
  }
  return text
}

function faultsOfIssue(issue: SchemaIssue, prefix: readonly PropertyKey[]): Fault[] {
  const path = [...prefix, ...(issue.path ?? []).map((part) => (typeof part === 'object' ? part.key : part))]
  if (issue.code === 'unrecognized_keys' && issue.keys !== undefined) {
    return issue.keys.map((key) => ({
      path: formatPath([...path, key]),
      message: `There is no setting “${key}” here: remove it or correct its name.`,
    }))
  }
  if (issue.code === 'invalid_union') return faultsOfUnion(issue, path)
  if ((issue.code === 'invalid_key' || issue.code === 'invalid_element') && issue.issues !== undefined) {
    return issue.issues.flatMap((inner) => faultsOfIssue(inner, path))
  }
  return [{ path: formatPath(path), message: sentence(issue) }]
}

/** A union fails in every branch: the branch that came nearest to fitting says what is wrong. */
function faultsOfUnion(issue: SchemaIssue, path: readonly PropertyKey[]): Fault[] {
  const branches = issue.errors ?? []
  const nearest = branches.reduce<readonly SchemaIssue[] | undefined>(
    (best, branch) => (best === undefined || distance(branch) < distance(best) ? branch : best),
    undefined,
  )
  if (nearest !== undefined && nearest.length > 0) {
    return nearest.flatMap((inner) => faultsOfIssue(inner, path))
  }
  const allowed = list(issue.options)
  const message = allowed === undefined ? 'This fits none of the allowed forms.' : `Use one of ${allowed}.`
  return [{ path: formatPath(path), message }]
}

/** A wrong type or a wrong constant means another branch; anything else means this branch with a slip in it. */
function distance(branch: readonly SchemaIssue[]): number {
  return branch.reduce((sum, issue) => {
    const isOtherBranch = issue.code === 'invalid_type' || issue.code === 'invalid_value'
    return sum + (isOtherBranch && (issue.path ?? []).length <= 1 ? 100 : 1)
  }, 0)
}

/** The schemas' own sentences stay as they are; zod's stock texts are said in plain words. */
function sentence(issue: SchemaIssue): string {
  const { message } = issue
  const wrongType = /^Invalid input: expected (.+), received (.+)$/.exec(message)
  if (wrongType !== null) {
    const [, expected = '', received = ''] = wrongType
    if (received === 'null') return `This is empty: give ${withArticle(expected)}.`
    return received === 'undefined'
      ? `This is missing: give ${withArticle(expected)}.`
      : `Give ${withArticle(expected)} here, not ${withArticle(received)}.`
  }
  if (issue.code === 'invalid_value' && /^Invalid (input|option): expected/.test(message)) {
    const allowed = list(issue.values)
    if (allowed !== undefined) return `Use ${(issue.values ?? []).length === 1 ? '' : 'one of '}${allowed}.`
  }
  const bound = /^Too (?:small|big): expected (\w+) to (?:be|have) ([<>]=?)(-?[\d.]+)(?: (\w+))?$/.exec(
    message,
  )
  if (bound !== null) {
    const [, , sign = '', limit = '', unit] = bound
    const words = { '>=': 'at least', '<=': 'at most', '>': 'more than', '<': 'less than' }[sign] ?? sign
    return `This must be ${words} ${limit}${unit === undefined ? '' : ` ${unit}`}${unit === 'characters' ? ' long' : ''}.`
  }
  return message.endsWith('.') ? message : `${message}.`
}

function withArticle(type: string): string {
  const names: Record<string, string> = {
    null: 'null',
    undefined: 'nothing',
    int: 'a whole number',
    boolean: 'true or false',
    array: 'a list',
    record: 'an object',
  }
  const named = names[type]
  if (named !== undefined) return named
  return /^[aeiou]/i.test(type) ? `an ${type}` : `a ${type}`
}

function list(values: readonly unknown[] | undefined): string | undefined {
  if (values === undefined || values.length === 0) return undefined
  return values.map((value) => JSON.stringify(value)).join(', ')
}
