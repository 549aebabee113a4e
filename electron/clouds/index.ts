export { cloudOpeners } from './cloud-openers.ts'
