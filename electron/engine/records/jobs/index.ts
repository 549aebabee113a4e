export { type JobFollower, type JobReport, type JobRepository, Jobs } from './jobs.ts'
