export { farmFollowers } from './farm-jobs.ts'
export { type FarmDesignRepository, type FarmStateRepository, FarmStore } from './farm-store.ts'
export { Farms } from './farms.ts'
export { Reconciler } from './reconciler.ts'
