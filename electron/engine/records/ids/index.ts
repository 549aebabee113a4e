export { createIds, type Ids } from './ids.ts'
