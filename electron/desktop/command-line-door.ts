import { Secret } from '../../shared/model/secret.ts'
import type { HostFacts, SettingsStore } from '../api/index.ts'
import type { Engine } from '../engine/engine.ts'
import { createToken, type FileLog, startHeadlessHost } from '../headless/index.ts'

/**
 * Lets the `farmhand` command of the same user talk to the engine in this app: a WebSocket on loopback, whose address and
 * token stand in `engine.json` (0600). It serves neither pages nor REST.
 */
export async function openCommandLineDoor(parts: {
  engine: Engine
  facts: HostFacts
  settings: SettingsStore
  log: FileLog
}): Promise<{ stop(): Promise<void> }> {
  const token = createToken()
  parts.log.hide(token)
  const host = await startHeadlessHost({ ...parts, token, rendererDir: null, host: '127.0.0.1', port: 0 })
  await parts.engine.dataDir.writeEngineFile({ url: host.url, token: new Secret(token) })
  return host
}
