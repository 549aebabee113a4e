import { z } from 'zod'
import { PromptId, ServerId, Timestamp } from './ids.ts'

/** A question that the engine asks a person; any client may answer it. */
export const Prompt = z.object({
  id: PromptId,
  kind: z.literal('host-key-changed'),
  serverId: ServerId,
  title: z.string(),
  message: z.string(),
  expectedFingerprint: z.string(),
  actualFingerprint: z.string(),
  askedAt: Timestamp,
})
export type Prompt = z.infer<typeof Prompt>

export const PromptAnswer = z.enum(['accept', 'refuse'])
export type PromptAnswer = z.infer<typeof PromptAnswer>
