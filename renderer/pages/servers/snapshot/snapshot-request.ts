import { defineStore } from 'pinia'
import { shallowRef } from 'vue'
import type { Server } from '../../../../shared/model/servers.ts'

/** The server of which an image is to be made; the dialog that is mounted where servers are shown asks for the rest. */
export const useSnapshotRequest = defineStore('snapshot-request', () => {
  const server = shallowRef<Server | null>(null)
  /** The imported server whose key is to be given. */
  const keyOf = shallowRef<Server | null>(null)
  return { server, keyOf }
})
