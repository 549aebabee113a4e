import { hostname, platform, release } from 'node:os'
import type { Router } from '@orpc/server'
import type { Contract } from '../../shared/contract/index.ts'
import { runDoctor } from './doctor.ts'
import type { EngineShape, HostVerb } from './engine-shape.ts'
import type { HostFacts, SettingsStore } from './host-facts.ts'
import type { Implementer } from './implementer.ts'

interface SystemParts {
  os: Implementer
  engine: Pick<EngineShape, 'system' | 'clouds' | 'keys'>
  host: HostFacts
  settings: SettingsStore
}

/** What the host answers, and not the engine. */
export function systemHandlers(parts: SystemParts): Pick<Router<Contract['system'], object>, HostVerb> {
  const { engine, host, settings } = parts
  const { system } = parts.os
  return {
    info: system.info.handler(() => ({
      ...host,
      pid: process.pid,
      platform: `${platform()} ${release()}`,
      hostname: hostname(),
    })),
    doctor: system.doctor.handler(({ signal }) => runDoctor({ engine, host, signal })),
    settings: system.settings.handler(() => settings.read()),
    changeSettings: system.changeSettings.handler(({ input }) => settings.change(input)),
  }
}
