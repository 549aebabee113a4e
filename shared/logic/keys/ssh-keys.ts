import type { Server } from '../../model/servers.ts'
import type { SshKey } from '../../model/ssh-keys.ts'

type Place = Pick<SshKey, 'farmId' | 'cloudId' | 'location'>

/** A regenerated pair has a name of its own, `…-g2`: all generations of a pair are one line. */
function keyLine(name: string): string {
  return name.replace(/-g\d+$/, '')
}

/** The name of the pair that takes the place of this one. */
export function nextKeyName(name: string): string {
  const generation = Number(/-g(\d+)$/.exec(name)?.[1] ?? 1)
  return `${keyLine(name)}-g${generation + 1}`
}

/** All keys of a farm in a location. */
export function keysOfPlace(keys: Iterable<SshKey>, place: Place): SshKey[] {
  return [...keys].filter(
    (key) => key.farmId === place.farmId && key.cloudId === place.cloudId && key.location === place.location,
  )
}

/** The key that new servers get in a place: the newest generation. Windows takes RSA keys only. */
export function currentKey(keys: Iterable<SshKey>, place: Place, type?: SshKey['type']): SshKey | undefined {
  const here = keysOfPlace(keys, place)
  const ids = new Set<string>(here.map(({ id }) => id))
  return here.find(
    (key) =>
      (type === undefined || key.type === type) &&
      (key.replacement === null || !ids.has(key.replacement.keyId)),
  )
}

/**
 * The key that opens a server. The cloud names the pair that it was launched with; a pair that is gone was replaced on all
 * its servers, and one that is being replaced says which servers have the new key already.
 */
export function keyOfServer(
  keys: Iterable<SshKey>,
  server: Pick<Server, 'id' | 'farmId' | 'cloudId' | 'location' | 'keyName'>,
): SshKey | undefined {
  const here = keysOfPlace(keys, server)
  const { keyName } = server
  const ofLine = keyName === null ? [] : here.filter(({ name }) => keyLine(name) === keyLine(keyName))
  const candidates = ofLine.length > 0 ? ofLine : here
  const oldest = candidates.reduce<SshKey | undefined>(
    (first, key) => (first === undefined || key.createdAt < first.createdAt ? key : first),
    undefined,
  )
  let key = candidates.find(({ name }) => name === keyName) ?? oldest
  while (key?.replacement?.servers[server.id] !== undefined) {
    const { keyId } = key.replacement
    const next = candidates.find(({ id }) => id === keyId)
    if (!next) return key
    key = next
  }
  return key
}

/** `ssh-ed25519 AAAA…` without what a person calls it. */
export function keyEssence(publicKey: string): string {
  return publicKey.trim().split(/\s+/, 2).join(' ')
}
