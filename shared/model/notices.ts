import { z } from 'zod'
import { Timestamp } from './ids.ts'

/** Something a person should know that is no job: a damaged file set aside, a keyring that is missing. */
export const Notice = z.object({
  id: z.string(),
  severity: z.enum(['info', 'warning', 'error']),
  title: z.string(),
  message: z.string(),
  at: Timestamp,
})
export type Notice = z.infer<typeof Notice>
