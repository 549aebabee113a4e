import type { EngineShape } from './engine-shape.ts'
import type { ApiParts } from './implementer.ts'

export function serverHandlers({ os, engine, streams }: ApiParts<Pick<EngineShape, 'servers'>>) {
  return {
    list: os.servers.list.handler(({ input }) => engine.servers.list(input)),
    get: os.servers.get.handler(({ input }) => engine.servers.get(input)),
    console: os.servers.console.handler(({ input, signal }) => engine.servers.console(input, { signal })),
    reboot: os.servers.reboot.handler(({ input }) => engine.servers.reboot(input)),
    suspend: os.servers.suspend.handler(({ input }) => engine.servers.suspend(input)),
    resume: os.servers.resume.handler(({ input }) => engine.servers.resume(input)),
    terminate: os.servers.terminate.handler(({ input }) => engine.servers.terminate(input)),
    retry: os.servers.retry.handler(({ input }) => engine.servers.retry(input)),
    lock: os.servers.lock.handler(({ input }) => engine.servers.lock(input)),
    unlock: os.servers.unlock.handler(({ input }) => engine.servers.unlock(input)),
    exec: os.servers.exec.handler(({ input, signal: clientSignal }) =>
      streams('servers.exec', (signal) => engine.servers.exec(input, { signal }), clientSignal),
    ),
    hostKey: os.servers.hostKey.handler(({ input }) => engine.servers.hostKey(input)),
  }
}
