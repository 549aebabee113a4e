/** The ledger: servers, events, jobs, calls, keys and the life of farms, in SQLite. */
export { openLedger } from './ledger.ts'
export type { Ledger } from './ledger.ts'
