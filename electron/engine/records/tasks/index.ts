export { ended, withLog } from './task-log.ts'
export { type TaskOf, type TaskRunner, type TaskRunners, Tasks, type TaskStep } from './tasks.ts'
