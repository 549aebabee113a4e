export { Roles } from './roles.ts'
export { StarterRoles } from './starter-roles.ts'
