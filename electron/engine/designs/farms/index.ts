export { FarmStore } from './farm-store.ts'
