/** The data directory: who owns it, and files in it that crashes and full disks do not harm. */
export { DataDir, openDataDir, readEngineFile } from './data-dir.ts'
export type { EngineFile } from './engine-file.ts'
export { DocumentDamage, DocumentFile, stamp } from './document-file.ts'
export { GroupCommit } from './group-commit.ts'
export { syncDirectory, writeAtomically } from './atomic-file.ts'
export { diskError, diskFull, systemCode, unwritable } from './disk-errors.ts'
export { sqliteCode } from './engine-lock.ts'
