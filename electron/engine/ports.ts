import type { Buffer } from 'node:buffer'

/** The time as the engine sees it; tests drive their own. */
export interface Clock {
  /** Milliseconds since the epoch, wall clock. */
  now(): number
  /** Milliseconds from an arbitrary start that never jump. */
  monotonic(): number
  /** Resolves after `ms`, or rejects with the signal's reason when aborted. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>
}

/**
 * Keeps the vault's master key. `load` answers undefined on the first start; then the vault makes a key and calls `store`.
 * Throws AppError `vault.locked` when the key exists but cannot be had (keyring locked, wrong passphrase).
 */
export interface Keychain {
  readonly kind: 'system' | 'file' | 'passphrase'
  load(): Promise<Buffer | undefined>
  store(key: Buffer): Promise<void>
}

/** Structured log; a host decides where it goes. Never hand it a secret: wrap secrets in `Secret`. */
export interface Log {
  debug(fields: object, message: string): void
  info(fields: object, message: string): void
  warn(fields: object, message: string): void
  error(fields: object, message: string): void
  child(fields: object): Log
}

/** What a host gives to the engine. */
export interface Ports {
  /** Directory that holds all state; made when missing. */
  dataDir: string
  /** Folder of shipped files (`resources/`). */
  resourcesDir: string
  /** The name of the person at this machine, as the operating system knows it. */
  userName: string
  /** Home directory whose `.aws` is read. */
  homeDir: string
  clock: Clock
  keychain: Keychain
  log: Log
  /** Environment for credential lookup and local shells. */
  env: Readonly<Record<string, string | undefined>>
}
