export { Terminals } from './terminals.ts'
export type { TerminalsListener, TerminalsOptions } from './terminals.ts'
