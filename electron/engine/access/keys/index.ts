export { KeyRotation } from './key-rotation.ts'
export { Keys } from './keys.ts'
export { ServerKeys } from './server-keys.ts'
export { FarmKeys } from './farm-keys.ts'
