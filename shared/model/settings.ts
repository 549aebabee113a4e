import { z } from 'zod'

/** A person's preferences on this machine; kept by the host, not by the engine. */
export const Settings = z.strictObject({
  theme: z.enum(['system', 'light', 'dark']).default('system'),
  terminal: z
    .strictObject({
      fontSizePx: z.number().int().min(8).max(32).default(13),
      copyOnSelect: z.boolean().default(true),
      scrollbackLines: z.number().int().min(1000).max(100_000).default(10_000),
      /** Puts the text of terminals where screen readers find it; slower on much output. */
      screenReader: z.boolean().default(false),
    })
    .default({ fontSizePx: 13, copyOnSelect: true, scrollbackLines: 10_000, screenReader: false }),
})
export type Settings = z.infer<typeof Settings>

export const SettingsPatch = z.strictObject({
  theme: z.enum(['system', 'light', 'dark']).optional(),
  terminal: z
    .strictObject({
      fontSizePx: z.number().int().min(8).max(32).optional(),
      copyOnSelect: z.boolean().optional(),
      scrollbackLines: z.number().int().min(1000).max(100_000).optional(),
      screenReader: z.boolean().optional(),
    })
    .optional(),
})
export type SettingsPatch = z.infer<typeof SettingsPatch>
