export { createKeys } from './key-face.ts'
