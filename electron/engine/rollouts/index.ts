export { Rollouts, type RolloutTarget } from './rollouts.ts'
