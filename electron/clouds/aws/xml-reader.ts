import { BadAnswer } from './bad-answer.ts'

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }

/**
 * Reads an EC2 answer tag by tag, without building a tree: an answer of a thousand instances takes the SDK's own reader a
 * tenth of a second at a stretch, and this one can be paused anywhere. Knows what EC2 sends: elements, attributes (skipped),
 * text, entities, comments and declarations (skipped). Throws `BadAnswer` when tags do not match or the text ends early.
 */
export class XmlReader {
  readonly #xml: string
  readonly #open: string[] = []
  #at = 0
  #selfClosed = false
  #rootSeen = false
  #textFrom = 0
  #textTo = 0
  /** Name of the element that was just opened or closed. */
  name = ''

  constructor(xml: string) {
    this.#xml = xml
  }

  /** How many elements are open: while `open` is told the new one counts, while `close` is told it no longer does. */
  get depth(): number {
    return this.#open.length
  }

  /** The open element at a depth, 1 being the root. */
  at(depth: number): string | undefined {
    return this.#open[depth - 1]
  }

  /** The text right before the tag that `close` told of: the content of an element without children. */
  get text(): string {
    const raw = this.#xml.slice(this.#textFrom, this.#textTo)
    return raw.includes('&') ? raw.replace(/&(#x?)?([0-9A-Za-z]+);/g, decodeEntity) : raw
  }

  next(): 'open' | 'close' | 'end' {
    if (this.#selfClosed) {
      this.#selfClosed = false
      this.#textFrom = this.#textTo = this.#at
      return this.#close()
    }
    const xml = this.#xml
    for (;;) {
      const start = xml.indexOf('<', this.#at)
      if (start < 0) {
        if (this.#open.length > 0) throw new BadAnswer('the answer ends in the middle')
        if (!this.#rootSeen) throw new BadAnswer('the answer holds no XML')
        return 'end'
      }
      const second = xml.charCodeAt(start + 1)
      if (second === QUESTION || second === EXCLAMATION) {
        const isComment = xml.startsWith('<!--', start)
        const end = xml.indexOf(isComment ? '-->' : '>', start + (isComment ? 4 : 2))
        if (end < 0) throw new BadAnswer('the answer ends in the middle')
        this.#at = end + (isComment ? 3 : 1)
        continue
      }
      const end = xml.indexOf('>', start)
      if (end < 0) throw new BadAnswer('the answer ends in the middle')
      const before = this.#at
      this.#at = end + 1
      if (second === SLASH) {
        this.#textFrom = before
        this.#textTo = start
        this.name = xml.slice(start + 2, end).trimEnd()
        if (this.name !== this.#open.at(-1)) throw new BadAnswer(`</${this.name}> closes nothing`)
        return this.#close()
      }
      this.#selfClosed = xml.charCodeAt(end - 1) === SLASH
      this.name = nameOf(xml, start + 1, this.#selfClosed ? end - 1 : end)
      if (this.#open.length === 0 && this.#rootSeen) throw new BadAnswer('the answer goes on after its end')
      this.#rootSeen = true
      this.#open.push(this.name)
      return 'open'
    }
  }

  #close(): 'close' {
    this.name = this.#open.pop() ?? ''
    return 'close'
  }
}

const SLASH = 0x2f
const QUESTION = 0x3f
const EXCLAMATION = 0x21
const SPACE = 0x20

function nameOf(xml: string, from: number, to: number): string {
  let end = from
  while (end < to && xml.charCodeAt(end) > SPACE) end += 1
  if (end === from) throw new BadAnswer('a tag has no name')
  return xml.slice(from, end)
}

function decodeEntity(whole: string, number: string | undefined, name: string): string {
  if (number === undefined) return ENTITIES[name] ?? whole
  const code = Number.parseInt(name, number === '#x' ? 16 : 10)
  return Number.isInteger(code) && code <= 0x10ffff ? String.fromCodePoint(code) : whole
}
