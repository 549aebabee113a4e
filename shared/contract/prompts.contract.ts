import { z } from 'zod'
import { PromptId } from '../model/ids.ts'
import { Prompt, PromptAnswer } from '../model/prompts.ts'
import { method } from './method.ts'

export const prompts = {
  list: method.route({ method: 'GET', path: '/prompts' }).output(z.array(Prompt)),
  answer: method
    .route({ method: 'POST', path: '/prompts/{promptId}/answer' })
    .input(z.strictObject({ promptId: PromptId, answer: PromptAnswer }))
    .output(z.void()),
}
