import type { EngineShape } from './engine-shape.ts'
import type { ApiParts } from './implementer.ts'

export function serverHandlers({ os, engine, streams }: ApiParts<Pick<EngineShape, 'servers'>>) {
  return {
    list: os.servers.list.handler(({ input }) => engine.servers.list(input)),
    get: os.servers.get.handler(({ input }) => engine.servers.get(input)),
    console: os.servers.console.handler(({ input, signal }) => engine.servers.console(input, { signal })),
    cloudProperties: os.servers.cloudProperties.handler(({ input }) => engine.servers.cloudProperties(input)),
    cancel: os.servers.cancel.handler(({ input }) => engine.servers.cancel(input)),
    troubleshoot: os.servers.troubleshoot.handler(({ input }) => engine.servers.troubleshoot(input)),
    release: os.servers.release.handler(({ input }) => engine.servers.release(input)),
    changeType: os.servers.changeType.handler(({ input }) => engine.servers.changeType(input)),
    setTerminationProtection: os.servers.setTerminationProtection.handler(({ input }) =>
      engine.servers.setTerminationProtection(input),
    ),
    password: os.servers.password.handler(({ input }) => engine.servers.password(input)),
    bulk: os.servers.bulk.handler(({ input }) => engine.servers.bulk(input)),
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
