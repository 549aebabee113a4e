import { DeleteKeyPairCommand, DescribeKeyPairsCommand, ImportKeyPairCommand } from '@aws-sdk/client-ec2'
import { AppError } from '../../../shared/model/errors.ts'
import type { CallOptions } from '../../engine/clouds/index.ts'
import type { AwsClients } from './aws-clients.ts'
import { awsTags } from './aws-tags.ts'

interface KeyPair {
  name: string
  /** As in an `authorized_keys` file. */
  publicKey: string
  tags: Readonly<Record<string, string>>
}

/** EC2's calls about key pairs. */
export class AwsKeyPairs {
  readonly #clients: AwsClients

  constructor(clients: AwsClients) {
    this.#clients = clients
  }

  /** Imports the key; one of that name with another public key is replaced. */
  async import(location: string, key: KeyPair, options?: CallOptions): Promise<void> {
    try {
      await this.#import(location, key, options)
    } catch (thrown) {
      if (!isDuplicate(thrown)) throw thrown
      const present = await this.#publicKey(location, key.name, options)
      if (present !== null && sameKey(present, key.publicKey)) return
      await this.delete(location, key.name, options)
      await this.#import(location, key, options)
    }
  }

  /** EC2 answers the same for a name that it does not know. */
  async delete(location: string, name: string, options?: CallOptions): Promise<void> {
    await this.#clients
      .ec2({ action: 'DeleteKeyPair', location, kind: 'write' }, options, (client, http) =>
        client.send(new DeleteKeyPairCommand({ KeyName: name }), http),
      )
      .catch((thrown: unknown) => {
        if (thrown instanceof AppError && thrown.details.cloudCode === 'InvalidKeyPair.NotFound') return
        throw thrown
      })
  }

  async #import(location: string, key: KeyPair, options?: CallOptions): Promise<void> {
    await this.#clients.ec2({ action: 'ImportKeyPair', location, kind: 'write' }, options, (client, http) =>
      client.send(
        new ImportKeyPairCommand({
          KeyName: key.name,
          PublicKeyMaterial: Buffer.from(key.publicKey, 'utf8'),
          TagSpecifications: [{ ResourceType: 'key-pair', Tags: awsTags(key.tags) }],
        }),
        http,
      ),
    )
  }

  async #publicKey(location: string, name: string, options?: CallOptions): Promise<string | null> {
    const about = { action: 'DescribeKeyPairs', location, kind: 'read' } as const
    const answer = await this.#clients.ec2(about, options, (client, http) =>
      client.send(
        new DescribeKeyPairsCommand({
          Filters: [{ Name: 'key-name', Values: [name] }],
          IncludePublicKey: true,
        }),
        http,
      ),
    )
    return answer.KeyPairs?.find(({ KeyName }) => KeyName === name)?.PublicKey ?? null
  }
}

function isDuplicate(thrown: unknown): boolean {
  return thrown instanceof AppError && thrown.details.cloudCode === 'InvalidKeyPair.Duplicate'
}

/** Compares kind and key; the comment may differ. */
function sameKey(a: string, b: string): boolean {
  const essence = (line: string): string => line.trim().split(/\s+/, 2).join(' ')
  return essence(a) === essence(b)
}
