import { z } from 'zod'
import { JobId } from '../model/ids.ts'
import { Job } from '../model/jobs.ts'
import { method } from './method.ts'

const byId = z.strictObject({ jobId: JobId })

export const jobs = {
  /** Running jobs and the last hundred ended ones, newest first. */
  list: method.route({ method: 'GET', path: '/jobs' }).output(z.array(Job)),
  get: method.route({ method: 'GET', path: '/jobs/{jobId}' }).input(byId).output(Job),
  cancel: method.route({ method: 'POST', path: '/jobs/{jobId}/cancel' }).input(byId).output(Job),
}
