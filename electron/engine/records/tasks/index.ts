export { ended, withLog } from './task-log.ts'
export { type TaskRunner, Tasks, type TaskStep } from './tasks.ts'
