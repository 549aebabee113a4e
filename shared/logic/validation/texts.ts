import type { CheckedRole, Tell } from './checked-role.ts'
import { templateFault } from './template-checks.ts'

/** EC2 takes 50 tags; some are Farmhand's own. */
const MAX_TAGS = 40
const MAX_USER_DATA_BYTES = 16_384

/** Names of tags of a farm or farm role: not ours, not the cloud's, not too many. */
export function checkTags(names: readonly string[], tell: Tell): void {
  for (const key of names) {
    const reserved = /^(aws|farmhand):/i.exec(key)
    if (!reserved) continue
    const owner = reserved[1]?.toLowerCase() === 'aws' ? 'AWS' : 'Farmhand'
    tell(['tags', key], `Tags that begin with “${reserved[0]}” belong to ${owner}; use another name.`)
  }
  if (names.length > MAX_TAGS) {
    tell(['tags'], `${names.length} tags are too many; use at most ${MAX_TAGS}.`)
  }
}

export function checkRoleTags({ values }: CheckedRole, tell: Tell): void {
  checkTags(Object.keys(values.tags), tell)
  for (const [key, value] of Object.entries(values.tags)) {
    const fault = templateFault(value, 'tag')
    if (fault !== null) tell(['tags', key], fault)
  }
  if ('Name' in values.tags && values.cloudFeatures.nameTemplate !== '') {
    tell(
      ['tags', 'Name'],
      'The name template of the cloud features sets this tag already; keep one of the two.',
    )
  }
}

export function checkUserData({ values }: CheckedRole, tell: Tell): void {
  const fault = templateFault(values.userData, 'user-data')
  const sizeBytes = utf8Bytes(values.userData)
  if (fault !== null) tell(['userData'], fault)
  else if (sizeBytes > MAX_USER_DATA_BYTES) {
    tell(
      ['userData'],
      `User data has ${sizeBytes} bytes; a cloud takes at most ${MAX_USER_DATA_BYTES}. Shorten it, or fetch the rest from the server.`,
    )
  }
}

function utf8Bytes(text: string): number {
  let size = 0
  for (const character of text) {
    const point = character.codePointAt(0) ?? 0
    size += point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4
  }
  return size
}
