export { RoleDesigns } from './role-designs.ts'
export { StarterRoles } from './starter-roles.ts'
