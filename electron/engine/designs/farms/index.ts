export { FarmStore } from './farm-store.ts'
export { changeScaling } from './change-scaling.ts'
