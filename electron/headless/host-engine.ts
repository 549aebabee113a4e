import { cloudOpeners } from '../clouds/index.ts'
import { createEngine, type Engine } from '../engine/engine.ts'
import type { Ports } from '../engine/ports.ts'

/** The engine with the clouds that Farmhand ships. Throws as `createEngine` does. */
export function createHostEngine(ports: Ports): Promise<Engine> {
  return createEngine(ports, { clouds: cloudOpeners(ports) })
}
