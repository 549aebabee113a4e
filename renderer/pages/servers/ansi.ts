/** A piece of text with the look that escape sequences gave it. */
export interface AnsiPiece {
  text: string
  /** Index into the 16 colours, or null for the default. */
  foreground: number | null
  bold: boolean
}

// Sequences that begin with ESC: colours (CSI … m), any other CSI, OSC up to its end, and two-character ones.
// eslint-disable-next-line no-control-regex
const sequence = /\u001b(?:\[([0-9;?]*)([ -/]*[@-~])|\][^\u0007\u001b]*(?:\u0007|\u001b\\)?|[@-Z\\-_])/g
// eslint-disable-next-line no-control-regex
const otherControl = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/g

/** Reads console output: colours and bold are kept, everything else that steers a terminal is left out. */
export function parseAnsi(text: string): AnsiPiece[] {
  const pieces: AnsiPiece[] = []
  let look: Omit<AnsiPiece, 'text'> = { foreground: null, bold: false }
  let from = 0
  const add = (raw: string): void => {
    const clean = raw.replaceAll(/\r+\n/g, '\n').replaceAll(otherControl, '').replaceAll('\r', '\n')
    if (clean === '') return
    const last = pieces.at(-1)
    if (last?.foreground === look.foreground && last.bold === look.bold) last.text += clean
    else pieces.push({ text: clean, ...look })
  }
  for (const match of text.matchAll(sequence)) {
    add(text.slice(from, match.index))
    from = match.index + match[0].length
    if (match[2] === 'm') look = applyCodes(look, match[1] ?? '')
  }
  add(text.slice(from))
  return pieces
}

function applyCodes(before: Omit<AnsiPiece, 'text'>, codes: string): Omit<AnsiPiece, 'text'> {
  const look = { ...before }
  const numbers = codes.split(';').map(Number)
  for (let at = 0; at < numbers.length; at += 1) {
    const code = numbers[at] ?? 0
    if (code === 0) Object.assign(look, { foreground: null, bold: false })
    else if (code === 1) look.bold = true
    else if (code === 22) look.bold = false
    else if (code >= 30 && code <= 37) look.foreground = code - 30
    else if (code >= 90 && code <= 97) look.foreground = code - 82
    else if (code === 39) look.foreground = null
    else if (code === 38 || code === 48) at += numbers[at + 1] === 5 ? 2 : 4
  }
  return look
}
