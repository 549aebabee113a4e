import { type JSONVisitor, visit } from 'jsonc-parser'
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
    const line = brokenLine(text)
    const message = text.trim() === '' ? 'There is no text to read.' : reasonOf(thrown)
    return { value: null, fault: { path: '', message, line, excerpt: excerptOf(rowsOf(text), line) } }
  }
}

/** Deeper text is read, but its places are not remembered. */
const MAX_DEPTH = 200

/** Finds the line of a path such as `roles[1].scaling.min` in JSON text; a member's is its key's. */
class JsonLines {
  readonly #rows: readonly string[]
  readonly #lines = new Map<string, number>()

  constructor(text: string) {
    this.#rows = rowsOf(text)
    const note = (path: readonly (string | number)[], line: number): void => {
      if (path.length <= MAX_DEPTH) this.#lines.set(formatPath(path), line + 1)
    }
    const noteElement = (path: readonly (string | number)[], line: number): void => {
      if (typeof path.at(-1) !== 'string') note(path, line)
    }
    walk(text, {
      onObjectProperty: (name, _at, _length, line, _column, pathOf) => {
        note([...pathOf(), name], line)
      },
      onObjectBegin: (_at, _length, line, _column, pathOf) => {
        noteElement(pathOf(), line)
      },
      onArrayBegin: (_at, _length, line, _column, pathOf) => {
        noteElement(pathOf(), line)
      },
      onLiteralValue: (_value, _at, _length, line, _column, pathOf) => {
        noteElement(pathOf(), line)
      },
    })
  }

  /** The fault with its line; when the path is not in the text (something is missing), the line of what should hold it. */
  place(fault: Fault): PlacedFault {
    for (let path = fault.path; ; path = parentOf(path)) {
      const line = this.#lines.get(path)
      if (line !== undefined) return { ...fault, line, excerpt: excerptOf(this.#rows, line) }
      if (path === '') return { ...fault, line: null, excerpt: null }
    }
  }
}

function parentOf(path: string): string {
  return path.replace(/(?:\.[\w$-]+|\[\d+\]|\["(?:[^"\\]|\\.)*"\]|^[\w$-]+)$/, '')
}

/** Walks through JSON text; thousands of levels down jsonc-parser runs out of stack, and the rest is left out. */
function walk(text: string, visitor: JSONVisitor): void {
  try {
    visit(text, visitor, { disallowComments: true })
  } catch (thrown) {
    if (!(thrown instanceof RangeError)) throw thrown
  }
}

/** The line of the first thing that is wrong. */
function brokenLine(text: string): number {
  let first: number | undefined
  walk(text, {
    onError: (_error, _offset, _length, line) => {
      first ??= line + 1
    },
  })
  return first ?? 1
}

function rowsOf(text: string): string[] {
  return text.split(/\r\n|\r|\n/)
}

function excerptOf(rows: readonly string[], line: number): string {
  const whole = (rows[line - 1] ?? '').trim()
  return whole.length > 120 ? `${whole.slice(0, 119)}…` : whole
}

function reasonOf(thrown: unknown): string {
  const words = thrown instanceof Error ? thrown.message : ''
  const token = /^Unexpected token (?:'(.+?)'|(\S))/.exec(words)
  if (token) return `This is no JSON: “${token[1] ?? token[2] ?? ''}” cannot stand here.`
  if (/end of JSON/i.test(words)) return 'This is no JSON: it ends too early.'
  return 'This is no JSON: a quote, comma or bracket is wrong here.'
}
