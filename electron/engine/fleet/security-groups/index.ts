export { SecurityGroups } from './security-groups.ts'
export { SecurityGroupMaker } from './security-group-maker.ts'
