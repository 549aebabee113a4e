import { hostname, platform, release } from 'node:os'
import { runDoctor } from './doctor.ts'
import type { EngineShape } from './engine-shape.ts'
import type { HostFacts, SettingsStore } from './host-facts.ts'
import type { ApiParts } from './implementer.ts'

interface SystemParts extends ApiParts<Pick<EngineShape, 'system' | 'clouds' | 'keys'>> {
  host: HostFacts
  settings: SettingsStore
}

export function systemHandlers({ os, engine, host, settings }: SystemParts) {
  return {
    info: os.system.info.handler(() => ({
      ...host,
      pid: process.pid,
      platform: `${platform()} ${release()}`,
      hostname: hostname(),
    })),
    doctor: os.system.doctor.handler(({ signal }) => runDoctor({ engine, host, signal })),
    settings: os.system.settings.handler(() => settings.read()),
    changeSettings: os.system.changeSettings.handler(({ input }) => settings.change(input)),
    notices: os.system.notices.handler(() => engine.system.notices()),
    dismissNotice: os.system.dismissNotice.handler(({ input }) => engine.system.dismissNotice(input)),
  }
}
