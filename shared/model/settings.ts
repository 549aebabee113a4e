import { z } from 'zod'

/** A person's preferences on this machine; kept by the host, not by the engine. */
export const Settings = z.strictObject({
  theme: z.enum(['system', 'light', 'dark']).default('system'),
  terminal: z
    .strictObject({
      fontSizePx: z.number().int().min(8).max(32).default(13),
      copyOnSelect: z.boolean().default(true),
      scrollbackLines: z.number().int().min(1000).max(100_000).default(10_000),
    })
    .default({ fontSizePx: 13, copyOnSelect: true, scrollbackLines: 10_000 }),
})
export type Settings = z.infer<typeof Settings>

export const SettingsPatch = z.strictObject({
  theme: z.enum(['system', 'light', 'dark']).optional(),
  terminal: z
    .strictObject({
      fontSizePx: z.number().int().min(8).max(32).optional(),
      copyOnSelect: z.boolean().optional(),
      scrollbackLines: z.number().int().min(1000).max(100_000).optional(),
    })
    .optional(),
})
export type SettingsPatch = z.infer<typeof SettingsPatch>
