export { ec2CreatedRsaFingerprint, ec2ImportedFingerprint, sha256Fingerprint } from './fingerprints.ts'
export { exportPrivateKey, generateKeyPair, readKeyPair, readPrivateKey } from './key-pair.ts'
export type { KeyPair, KeyPairType } from './key-pair.ts'
export { consoleFingerprints, HostKeys } from './host-keys.ts'
export type {
  AskPerson,
  HostKeyQuestion,
  HostKeysOptions,
  HostKeyStore,
  HostKeyTrusted,
} from './host-keys.ts'
export type { SshConnection } from './connection.ts'
export { SshConnections } from './connections.ts'
export type { SshConnectionsOptions, SshLease } from './connections.ts'
export { quoteArgument } from './command-line.ts'
export type { CommandText } from './command-line.ts'
export { captureCommand, runCommand } from './exec.ts'
export type { CapturedCommand, CommandEnd, CommandRequest, OutputSink } from './exec.ts'
export { openShell } from './shell.ts'
export type { ShellEnd, ShellOptions, SshShell } from './shell.ts'
export type { SshTarget } from './ssh-target.ts'
export { decryptWindowsPassword } from './windows-password.ts'
export { SshTargets } from './ssh-targets.ts'
export { localSshVersion } from './local-client.ts'
