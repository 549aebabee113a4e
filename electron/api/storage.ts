import type { EngineShape } from './engine-shape.ts'
import type { ApiParts } from './implementer.ts'

export function storageHandlers({ os, engine }: ApiParts<Pick<EngineShape, 'storage'>>) {
  return {
    volumes: os.storage.volumes.handler(({ input }) => engine.storage.volumes(input)),
    snapshots: os.storage.snapshots.handler(({ input }) => engine.storage.snapshots(input)),
    ofServer: os.storage.ofServer.handler(({ input }) => engine.storage.ofServer(input)),
    ofFarm: os.storage.ofFarm.handler(({ input }) => engine.storage.ofFarm(input)),
    createVolume: os.storage.createVolume.handler(({ input }) => engine.storage.createVolume(input)),
    attach: os.storage.attach.handler(({ input }) => engine.storage.attach(input)),
    detach: os.storage.detach.handler(({ input }) => engine.storage.detach(input)),
    change: os.storage.change.handler(({ input }) => engine.storage.change(input)),
    grow: os.storage.grow.handler(({ input }) => engine.storage.grow(input)),
    deleteVolumes: os.storage.deleteVolumes.handler(({ input }) => engine.storage.deleteVolumes(input)),
    snapshot: os.storage.snapshot.handler(({ input }) => engine.storage.snapshot(input)),
    deleteSnapshots: os.storage.deleteSnapshots.handler(({ input }) => engine.storage.deleteSnapshots(input)),
    setSchedule: os.storage.setSchedule.handler(({ input }) => engine.storage.setSchedule(input)),
  }
}
