export { createKeys } from './key-face.ts'
export { ServerKeys } from './server-keys.ts'
export { FarmKeys } from './farm-keys.ts'
