export { ServerStore } from './server-store.ts'
