import { z } from 'zod'

/** Who asks: what a person does on a screen and what a program asks have codes of their own (reference 4.3). */
export const Via = z.enum(['ui', 'api']).default('api')
export type Via = z.output<typeof Via>
