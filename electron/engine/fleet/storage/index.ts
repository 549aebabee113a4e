export { createStorage } from './create-storage.ts'
