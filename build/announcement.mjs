/* What `farmhand serve` says on its first line, as a person wants to read it. */

/**
 * @param {string} line the first line of standard output, `{"url","token",…}` as JSON
 * @returns {string} a line with the address to open; the line itself when it is something else
 */
export function readable(line) {
  /** @type {{ url?: unknown, token?: unknown }} */
  let said
  try {
    said = JSON.parse(line)
  } catch {
    return line
  }
  const { url, token } = said
  if (typeof url !== 'string' || typeof token !== 'string') return line
  // The token travels behind the #, which browsers keep to themselves.
  return `Farmhand runs at ${url}/#token=${token}`
}

/**
 * Makes the first line of a stream of text readable and hands on everything else as it is.
 * @param {(text: string) => void} write
 * @returns {(text: string) => void}
 */
export function announcing(write) {
  let start = ''
  let done = false
  return (text) => {
    if (done) {
      write(text)
      return
    }
    start += text
    const end = start.indexOf('\n')
    if (end === -1) return
    done = true
    write(`${readable(start.slice(0, end))}${start.slice(end)}`)
  }
}
