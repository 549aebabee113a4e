import { AppError } from '../../../../shared/model/errors.ts'
import type { JobRef } from '../../../../shared/model/jobs.ts'
import type { PrivateKeyFormat, SshKey } from '../../../../shared/model/ssh-keys.ts'
import { serverName } from '../../../../shared/logic/servers/server-steps.ts'
import type { Jobs } from '../../records/jobs/index.ts'
import { KeyRotation, type KeyRotationOptions } from './key-rotation.ts'

interface KeyFaceOptions extends KeyRotationOptions {
  jobs: Jobs
  tell: (kind: 'KeyRegenerated' | 'KeyRemoved', message: string, key: SshKey) => Promise<void>
}

/** The key pairs, as a person acts on them. */
export function createKeys(options: KeyFaceOptions) {
  const { keys, jobs, tell, cloud } = options
  const rotation = new KeyRotation(options)

  return {
    list: async () => keys.list(),
    exportPrivate: ({ keyId, format }: { keyId: string; format: PrivateKeyFormat }) =>
      keys.exportPrivate(keyId, format),
    exportPublic: async ({ keyId }: { keyId: string }) => keys.exportPublic(keyId),

    /** One job a key at a time; asked again while it runs, it answers that one. */
    async regenerate({ keyId }: { keyId: string }): Promise<JobRef> {
      const key = keys.get(keyId)
      const going = jobs
        .list()
        .find(
          ({ state, kind, target }) =>
            state === 'running' && kind === 'key.regenerate' && target.id === keyId,
        )
      if (going) return { jobId: going.id }
      const job = await jobs.run(
        'key.regenerate',
        { kind: 'key', id: keyId },
        `Regenerate key ${key.name}`,
        async (report, signal) => {
          await rotation.run(keyId, report, signal)
          await tell('KeyRegenerated', `Key pair ${key.name} was replaced in ${key.location}`, key)
        },
      )
      return { jobId: job.id }
    },

    /** Throws `key.in_use` naming the servers that only this key opens. */
    async remove({ keyId }: { keyId: string }): Promise<void> {
      const key = keys.get(keyId)
      const users = rotation.left(keyId)
      const [first] = users
      if (first) {
        const more = users.length > 1 ? ` and ${users.length - 1} more` : ''
        throw new AppError('key.in_use', {
          message: `Key ${key.name} opens ${serverName(first)}${more}. Terminate or regenerate first; then delete the key.`,
        })
      }
      await keys.remove(keyId, await cloud(key.cloudId))
      await tell('KeyRemoved', `Key pair ${key.name} was deleted in ${key.location}`, key)
    },
  }
}
