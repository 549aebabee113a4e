import type { CloudProvider } from './cloud-provider.ts'

/** Calls to the clouds, whose outcome is kept with the health of their location. */
export interface CloudCalls {
  /** Throws what the call throws, and what opening the cloud throws. */
  watch<T>(cloudId: string, location: string, call: (provider: CloudProvider) => Promise<T>): Promise<T>
}
