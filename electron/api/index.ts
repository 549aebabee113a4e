export type { CallOptions, EngineShape, StreamOptions } from './engine-shape.ts'
export { invalidInput, statusOf, toWireError } from './errors.ts'
export type { HostFacts, SettingsStore } from './host-facts.ts'
export { createRouter, type ApiRouter, type RouterParts } from './router.ts'
