/** A value in a text that looks like a secret. */
export interface SecretLook {
  line: number
  /** What it is, in words: `the value of DB_PASSWORD`. */
  what: string
}

/** Names that say that their value is secret. */
const NAMED =
  /([A-Za-z0-9_.-]*(?:password|passwd|passphrase|secret|token|api[_-]?key|access[_-]?key|private[_-]?key|credential)[A-Za-z0-9_.-]*)(["']?\s*[:=]\s*)("[^"\n]+"|'[^'\n]+'|[^\s"'#;&|]+)/gi
/** Values that are secrets whatever they are called. */
const SHAPED: readonly (readonly [RegExp, string])[] = [
  [/\b(?:AKIA|ASIA)[0-9A-Z]{16}\b/g, 'an AWS access key'],
  [/\bgh[pousr]_[A-Za-z0-9]{36,}\b/g, 'a GitHub token'],
  [/\bxox[abprs]-[A-Za-z0-9-]{10,}\b/g, 'a Slack token'],
  [/\beyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]+/g, 'a signed token'],
  [/(?<=[a-z]:\/\/[^\s:/@]+:)[^\s/@]+(?=@)/gi, 'a password in an address'],
]
const KEY_BLOCK = /-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?-----END [A-Z ]*PRIVATE KEY-----/g
/** What is fetched or filled in on the server is no secret yet. */
const HARMLESS = /^["']?(?:\$|\{|<|%|`)/

const LEFT_OUT = 'LEFT-OUT'

/**
 * A text without the values that look like secrets, and what was taken out. It errs towards taking out: who uses the text
 * fills those in again.
 */
export function withoutSecrets(text: string): { text: string; found: SecretLook[] } {
  const found: SecretLook[] = []
  const lineAt = (whole: string, offset: number): number => whole.slice(0, offset).split('\n').length
  let left = text.replace(KEY_BLOCK, (block, offset: number, whole: string) => {
    found.push({ line: lineAt(whole, offset), what: 'a private key' })
    // As many lines as before, so that the others keep their numbers.
    return LEFT_OUT + '\n'.repeat(block.split('\n').length - 1)
  })
  left = left.replace(
    NAMED,
    (all, name: string, sign: string, value: string, offset: number, whole: string) => {
      if (HARMLESS.test(value) || value.startsWith(LEFT_OUT)) return all
      found.push({ line: lineAt(whole, offset), what: `the value of ${name}` })
      return `${name}${sign}${LEFT_OUT}`
    },
  )
  for (const [pattern, what] of SHAPED) {
    left = left.replace(pattern, (_all, offset: number, whole: string) => {
      found.push({ line: lineAt(whole, offset), what })
      return LEFT_OUT
    })
  }
  return { text: left, found: found.sort((a, b) => a.line - b.line) }
}
