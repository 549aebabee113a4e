import { z } from 'zod'
import { Notice } from '../model/notices.ts'
import { Settings, SettingsPatch } from '../model/settings.ts'
import { method, query } from './method.ts'

/** Which engine a client talks to. */
export const EngineInfo = z.object({
  version: z.string(),
  host: z.enum(['desktop', 'headless', 'in-process']),
  pid: z.number().int(),
  dataDir: z.string(),
  platform: z.string(),
  hostname: z.string(),
  /** How the vault's key is kept. */
  keychain: z.enum(['system', 'file', 'passphrase']),
  startedAt: z.string(),
})
export type EngineInfo = z.infer<typeof EngineInfo>

/** One line of `farmhand doctor`. */
export const DoctorCheck = z.object({
  name: z.string(),
  state: z.enum(['ok', 'warning', 'failed']),
  message: z.string(),
})
export type DoctorCheck = z.infer<typeof DoctorCheck>

export const system = {
  info: method.route({ method: 'GET', path: '/system' }).output(EngineInfo),
  doctor: query.route({ method: 'GET', path: '/system/doctor' }).output(z.array(DoctorCheck)),
  settings: method.route({ method: 'GET', path: '/settings' }).output(Settings),
  changeSettings: method.route({ method: 'PATCH', path: '/settings' }).input(SettingsPatch).output(Settings),
  notices: method.route({ method: 'GET', path: '/notices' }).output(z.array(Notice)),
  dismissNotice: method
    .route({ method: 'DELETE', path: '/notices/{noticeId}' })
    .input(z.strictObject({ noticeId: z.string() }))
    .output(z.void()),
}
