export { Rollouts } from './rollouts.ts'
export { ServersReplacing } from './servers-replacing.ts'
export { ImageReplacing } from './image-replacing.ts'
export { RoleSwap } from './role-swap.ts'
