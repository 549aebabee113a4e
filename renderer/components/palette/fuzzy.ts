/** How well a text matches what was typed; higher is better. `ranges` are the matched pieces, for highlighting. */
export interface FuzzyMatch {
  score: number
  ranges: [from: number, to: number][]
}

/**
 * Matches the letters of `typed` in order within `text`, regardless of case; spaces in `typed` separate words that may
 * match anywhere. Beginnings of words and runs of letters count more. Null when something is not there.
 */
export function fuzzyMatch(typed: string, text: string): FuzzyMatch | null {
  const lower = text.toLowerCase()
  let score = 0
  const ranges: FuzzyMatch['ranges'] = []
  for (const word of typed.toLowerCase().split(/\s+/).filter(Boolean)) {
    const match = matchWhole(word, lower) ?? matchLetters(word, lower)
    if (match === null) return null
    score += match.score
    ranges.push(...match.ranges)
  }
  return { score: score - text.length * 0.01, ranges: merge(ranges) }
}

function isWordStart(text: string, index: number): boolean {
  return index === 0 || /[\s/#:._-]/.test(text[index - 1] ?? ' ')
}

function matchWhole(word: string, text: string): FuzzyMatch | null {
  let index = text.indexOf(word)
  if (index < 0) return null
  for (let next = index; next >= 0; next = text.indexOf(word, next + 1)) {
    if (isWordStart(text, next)) {
      index = next
      break
    }
  }
  const startBonus = index === 0 ? 12 : isWordStart(text, index) ? 8 : 0
  return { score: word.length * 4 + startBonus, ranges: [[index, index + word.length]] }
}

function matchLetters(word: string, text: string): FuzzyMatch | null {
  const ranges: FuzzyMatch['ranges'] = []
  let from = 0
  let score = 0
  for (const letter of word) {
    const index = text.indexOf(letter, from)
    if (index < 0) return null
    score += index === from && from > 0 ? 2 : isWordStart(text, index) ? 3 : 0.5
    ranges.push([index, index + 1])
    from = index + 1
  }
  return score < word.length * 1.2 ? null : { score, ranges }
}

function merge(ranges: FuzzyMatch['ranges']): FuzzyMatch['ranges'] {
  const sorted = ranges.toSorted((a, b) => a[0] - b[0])
  const merged: FuzzyMatch['ranges'] = []
  for (const [from, to] of sorted) {
    const last = merged.at(-1)
    if (last !== undefined && from <= last[1]) last[1] = Math.max(last[1], to)
    else merged.push([from, to])
  }
  return merged
}
