import type { Fault } from '../../model/errors.ts'
import { formatPath } from './zod-faults.ts'

/** A fault with the place in the text that it is about; `line` is 1-based, null when the text has no such place. */
export interface PlacedFault extends Fault {
  line: number | null
  /** The text of that line, shortened. */
  excerpt: string | null
}

/** JSON text that was read: its value, and where each of its paths stands. */
export type ReadJson = { value: unknown; fault: null; lines: JsonLines } | { value: null; fault: PlacedFault }

/** Reads JSON and remembers where what stands. A text that is no JSON answers with one fault and its line. */
export function readJson(text: string): ReadJson {
  try {
    const value: unknown = JSON.parse(text)
    return { value, fault: null, lines: new JsonLines(text) }
  } catch (thrown) {
    const offset = brokenAt(text)
    const line = lineAt(text, offset)
    const reason = text.trim() === '' ? 'There is no text to read.' : reasonOf(thrown)
    return { value: null, fault: { path: '', message: reason, line, excerpt: excerptOf(text, line) } }
  }
}

/** Finds the line of a path such as `roles[1].scaling.min` in JSON text. */
export class JsonLines {
  readonly #text: string
  readonly #offsets = new Map<string, number>()

  constructor(text: string) {
    this.#text = text
    scan(text, (path, offset) => this.#offsets.set(formatPath(path), offset))
  }

  /** The fault with its line; when the path is not in the text (something is missing), the line of what should hold it. */
  place(fault: Fault): PlacedFault {
    for (let path = fault.path; ; path = parentOf(path)) {
      const offset = this.#offsets.get(path)
      if (offset !== undefined) {
        const line = lineAt(this.#text, offset)
        return { ...fault, line, excerpt: excerptOf(this.#text, line) }
      }
      if (path === '') return { ...fault, line: null, excerpt: null }
    }
  }
}

function parentOf(path: string): string {
  return path.replace(/(?:\.[\w$-]+|\[\d+\]|\["(?:[^"\\]|\\.)*"\]|^[\w$-]+)$/, '')
}

/** Deeper text is read, but its places are not remembered. */
const MAX_DEPTH = 200
// JSON allows no control character inside a string.
// eslint-disable-next-line no-control-regex
const STRING = /"(?:[^"\\\u0000-\u001f]|\\.)*"/y
const SCALAR = /-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y
const SPACE = /[ \t\r\n]*/y

/** Walks through JSON text, tells the offset of every value (a member's is its key's), answers where it had to stop. */
function scan(text: string, tell: (path: readonly (string | number)[], offset: number) => void): number {
  let at = 0
  const path: (string | number)[] = []
  const skip = (): void => {
    SPACE.lastIndex = at
    SPACE.exec(text)
    at = SPACE.lastIndex
  }
  const take = (pattern: RegExp): string | null => {
    pattern.lastIndex = at
    const found = pattern.exec(text)
    if (!found) return null
    at = pattern.lastIndex
    return found[0]
  }
  const takeChar = (character: string): boolean => {
    skip()
    if (text[at] !== character) return false
    at += 1
    return true
  }
  const value = (): boolean => {
    skip()
    if (path.length > MAX_DEPTH) return false
    if (text[at] === '{') return members('}', true)
    if (text[at] === '[') return members(']', false)
    return take(STRING) !== null || take(SCALAR) !== null
  }
  const members = (end: string, named: boolean): boolean => {
    at += 1
    if (takeChar(end)) return true
    for (let position = 0; ; position += 1) {
      skip()
      const offset = at
      const key = named ? take(STRING) : null
      if (named && (key === null || !takeChar(':'))) return false
      path.push(key === null ? position : nameOf(key))
      tell(path, offset)
      if (!value()) return false
      path.pop()
      if (takeChar(end)) return true
      if (!takeChar(',')) return false
    }
  }
  skip()
  tell([], at)
  if (value()) skip()
  return at
}

function nameOf(literal: string): string {
  try {
    return String(JSON.parse(literal))
  } catch {
    return literal.slice(1, -1)
  }
}

function brokenAt(text: string): number {
  return scan(text, () => undefined)
}

function lineAt(text: string, offset: number): number {
  return text.slice(0, offset).split('\n').length
}

function excerptOf(text: string, line: number): string {
  const whole = (text.split('\n')[line - 1] ?? '').trim()
  return whole.length > 120 ? `${whole.slice(0, 119)}…` : whole
}

function reasonOf(thrown: unknown): string {
  const words = thrown instanceof Error ? thrown.message : ''
  const token = /^Unexpected token (?:'(.+?)'|(\S))/.exec(words)
  if (token) return `This is no JSON: “${token[1] ?? token[2] ?? ''}” cannot stand here.`
  if (/end of JSON/i.test(words)) return 'This is no JSON: it ends too early.'
  return 'This is no JSON: a quote, comma or bracket is wrong here.'
}
