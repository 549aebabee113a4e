export { type JobFollower, type JobReport, Jobs } from './jobs.ts'
