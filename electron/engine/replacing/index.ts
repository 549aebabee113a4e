export { ServersReplacing } from './servers-replacing.ts'
