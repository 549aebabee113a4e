import { randomBytes, randomUUID } from 'node:crypto'

/** The names that this workspace gives: its own, which marks what is ours in a cloud, and those of what it makes. */
export interface Ids {
  readonly workspaceId: string
  /** Of a record. Short, so that tags and file names stay readable: 12 characters of 5 bits, 60 random bits. */
  readonly newId: () => string
  /** Of a call that makes something in a cloud, by which it is found again. */
  readonly newToken: () => string
}

export function createIds(workspaceId: string): Ids {
  return { workspaceId, newId, newToken: randomUUID }
}

function newId(): string {
  const alphabet = 'abcdefghijkmnpqrstuvwxyz23456789'
  return [...randomBytes(12)].map((byte) => alphabet[byte % alphabet.length]).join('')
}
