import { AppError } from '../../../../shared/model/errors.ts'
import type { JobRef } from '../../../../shared/model/jobs.ts'
import type { PrivateKeyFormat, SshKey } from '../../../../shared/model/ssh-keys.ts'
import { serverName } from '../../../../shared/logic/servers/server-steps.ts'
import type { Clouds } from '../../clouds/index.ts'
import type { Jobs } from '../../records/jobs/index.ts'
import type { FarmKeys } from './farm-keys.ts'
import type { KeyRotation } from './key-rotation.ts'

interface KeysOptions {
  keys: FarmKeys
  rotation: KeyRotation
  clouds: Clouds
  jobs: Jobs
}

/** The key pairs, as a person acts on them. */
export class Keys {
  readonly #options: KeysOptions

  constructor(options: KeysOptions) {
    this.#options = options
  }

  async list(): Promise<SshKey[]> {
    return this.#options.keys.list()
  }

  exportPrivate(input: {
    keyId: string
    format: PrivateKeyFormat
  }): Promise<{ fileName: string; text: string }> {
    return this.#options.keys.exportPrivate(input.keyId, input.format)
  }

  async exportPublic({ keyId }: { keyId: string }): Promise<{ fileName: string; text: string }> {
    return this.#options.keys.exportPublic(keyId)
  }

  /** One job a key at a time; asked again while it runs, it answers that one. */
  async regenerate({ keyId }: { keyId: string }): Promise<JobRef> {
    const { keys, rotation, jobs } = this.#options
    const key = keys.get(keyId)
    const going = jobs.running('key.regenerate', keyId)
    if (going) return { jobId: going.id }
    const job = await jobs.run(
      'key.regenerate',
      { kind: 'key', id: keyId },
      `Regenerate key ${key.name}`,
      async (report, signal) => {
        await rotation.run(keyId, report, signal)
      },
    )
    return { jobId: job.id }
  }

  /** Throws `key.in_use` naming the servers that only this key opens. */
  async remove({ keyId }: { keyId: string }): Promise<void> {
    const { keys, rotation, clouds } = this.#options
    const key = keys.get(keyId)
    const users = rotation.left(keyId)
    const [first] = users
    if (first) {
      const more = users.length > 1 ? ` and ${users.length - 1} more` : ''
      throw new AppError('key.in_use', {
        message: `Key ${key.name} opens ${serverName(first)}${more}. Terminate or regenerate first; then delete the key.`,
      })
    }
    await keys.remove(keyId, await clouds.provider(key.cloudId))
  }
}
