export { SecurityGroups } from './security-groups.ts'
