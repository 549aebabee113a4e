import type { EngineInfo } from '../../shared/contract/system.contract.ts'
import type { Settings, SettingsPatch } from '../../shared/model/settings.ts'

/** What the API knows of the host that runs the engine. */
export type HostFacts = Pick<EngineInfo, 'version' | 'host' | 'dataDir' | 'keychain' | 'startedAt'>

/** A person's preferences on this machine; each host keeps them in its own way. */
export interface SettingsStore {
  /** What is kept, with defaults for the rest. */
  read(): Promise<Settings>
  /** Merges the patch into what is kept and answers the whole; acknowledged means on disk. */
  change(patch: SettingsPatch): Promise<Settings>
}
