/** A host key as a server's console tells it: its fingerprint, or the public key that the fingerprint is made of. */
export type ConsoleHostKey =
  | { kind: 'fingerprint'; keyType: string; fingerprint: string }
  | { kind: 'key'; keyType: string; publicKey: string }

const fingerprintLine =
  /(?:^|\s)\d{3,5}\s+(SHA256:[A-Za-z0-9+/]{43}|(?:MD5:)?[0-9a-f]{2}(?::[0-9a-f]{2}){15})=?(?:\s.*)?\(([A-Za-z0-9-]+)\)\s*$/
const keyLine =
  /(?:^|\s)((?:ssh-ed25519|ssh-rsa|ecdsa-sha2-nistp(?:256|384|521)) [A-Za-z0-9+/]{32,}={0,2})(?:\s|$)/

/**
 * Finds the host keys that cloud-init writes to a server's console, whatever stands before its lines (`ec2: `, syslog
 * headers, kernel times). Only the last complete block of each kind counts, as a server that was made anew writes new ones.
 */
export function parseConsoleHostKeys(consoleText: string): ConsoleHostKey[] {
  const lines = consoleText.split(/\r\n|\r|\n/)
  const found: ConsoleHostKey[] = []
  for (const line of lastBlock(lines, 'SSH HOST KEY FINGERPRINTS')) {
    const [, fingerprint, keyType] = fingerprintLine.exec(line) ?? []
    if (fingerprint === undefined || keyType === undefined) continue
    const named = fingerprint.includes('SHA256:') || fingerprint.startsWith('MD5:')
    found.push({
      kind: 'fingerprint',
      keyType: keyType.toLowerCase(),
      fingerprint: named ? fingerprint : `MD5:${fingerprint}`,
    })
  }
  for (const line of lastBlock(lines, 'SSH HOST KEY KEYS')) {
    const publicKey = keyLine.exec(line)?.[1]
    const keyType = publicKey?.split(' ')[0]
    if (publicKey !== undefined && keyType !== undefined) found.push({ kind: 'key', keyType, publicKey })
  }
  return found
}

function lastBlock(lines: string[], name: string): string[] {
  const end = lines.findLastIndex((line) => line.includes(`-----END ${name}-----`))
  if (end < 0) return []
  const begin = lines.slice(0, end).findLastIndex((line) => line.includes(`-----BEGIN ${name}-----`))
  return begin < 0 ? [] : lines.slice(begin + 1, end)
}
