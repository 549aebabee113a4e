import type { JobRef } from '../../../../shared/model/jobs.ts'
import type { Secret } from '../../../../shared/model/secret.ts'
import type { BulkAction, BulkOptions, Server } from '../../../../shared/model/servers.ts'
import type { Log } from '../../ports.ts'
import { type BulkAsk, ServerBulk } from './server-bulk.ts'
import { ServerControls } from './server-controls.ts'
import { Servers, type ServersOptions } from './servers.ts'

interface ServerFaceOptions extends ServersOptions {
  log: Log
  launchKey: (server: Server) => Promise<Secret>
  decryptPassword: (encrypted: string, key: Secret) => Secret
}

/** Everything that can be asked of the servers, put together; `bulkFollower` is for the register of jobs. */
export function createServers(options: ServerFaceOptions) {
  const servers = new Servers(options)
  const controls = new ServerControls({ ...options, decrypt: options.decryptPassword })
  const bulk = new ServerBulk({ ...options, ask: askOne })

  async function askOne({ id: serverId }: Server, { action, options: chosen, via }: BulkAsk): Promise<void> {
    switch (action) {
      case 'reboot':
        await servers.noteReboot(serverId, chosen.mode)
        return
      case 'suspend':
        await servers.askToSuspend(serverId)
        return
      case 'resume':
        await servers.askToResume(serverId)
        return
      case 'terminate':
        await servers.askToTerminate({ serverId, force: chosen.force, via })
        return
      case 'cancel':
        await servers.cancel({ serverId, via })
        return
      case 'retry':
        await servers.retry({ serverId })
        return
      case 'lock':
        await servers.lock({ serverId, comment: chosen.comment || 'Locked with others' })
        return
      case 'unlock':
        await servers.unlock({ serverId })
        return
      case 'protect':
      case 'unprotect':
        await controls.setTerminationProtection({ serverId, isOn: action === 'protect' })
        return
      case 'troubleshoot':
        await controls.troubleshoot({ serverId })
        return
      case 'release':
        await controls.release({ serverId })
        return
    }
  }

  const face = Object.assign(servers, {
    cloudProperties: (input: { serverId: string }) => controls.cloudProperties(input),
    changeType: (input: { serverId: string; instanceType: string }) => controls.changeType(input),
    setTerminationProtection: (input: { serverId: string; isOn: boolean }) =>
      controls.setTerminationProtection(input),
    password: (input: { serverId: string }) => controls.password(input),
    troubleshoot: (input: { serverId: string }) => controls.troubleshoot(input),
    release: (input: { serverId: string }) => controls.release(input),
    bulk: (input: {
      serverIds: string[]
      action: BulkAction
      options: BulkOptions
      via?: 'ui' | 'api' | undefined
    }): Promise<JobRef> => bulk.start({ ...input, via: input.via ?? 'api' }),
  })
  return { servers: face, bulkFollower: bulk.follower() }
}
