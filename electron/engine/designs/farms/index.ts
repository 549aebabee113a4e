export { type DesignChange, FarmStore } from './farm-store.ts'
export { changeScaling } from './change-scaling.ts'
