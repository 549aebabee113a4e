import { appendFile, mkdir, readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import ssh2 from 'ssh2'
import type { ParsedKey } from 'ssh2'

/** A file of keys that is longer is nobody's list of friends. */
const maxBytes = 262_144

function authorizedKeysPath(homeDir: string): string {
  return join(homeDir, '.ssh', 'authorized_keys')
}

/**
 * At its first boot an instance gets the key of its pair, besides those that its image brought; afterwards the file is its
 * own. Instances of a time without the file get it now.
 */
export async function writeFirstKey(
  homeDir: string,
  publicKey: string | null,
  isFirstBoot: boolean,
): Promise<void> {
  if (publicKey === null) return
  const path = authorizedKeysPath(homeDir)
  const before = await readFile(path, 'utf8').catch(() => undefined)
  const line = publicKey.trim()
  if (before !== undefined && (!isFirstBoot || before.split('\n').includes(line))) return
  await mkdir(dirname(path), { recursive: true, mode: 0o700 })
  await appendFile(path, `${line}\n`, { mode: 0o600 })
}

/** The keys that may log in now. A line that is no key counts for nothing. */
export async function readAuthorizedKeys(homeDir: string): Promise<ParsedKey[]> {
  const text = await readFile(authorizedKeysPath(homeDir), 'utf8').catch(() => '')
  if (text.length > maxBytes) return []
  return text.split('\n').flatMap((line) => {
    const trimmed = line.trim()
    if (trimmed === '' || trimmed.startsWith('#')) return []
    const key = ssh2.utils.parseKey(trimmed)
    return key instanceof Error || key.isPrivateKey() ? [] : [key]
  })
}
