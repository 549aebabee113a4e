export { DesignStore } from './design-store.ts'
export { Images } from './images.ts'
export { Roles } from './roles.ts'
export { StarterRoles } from './starter-roles.ts'
