import { DeleteKeyPairCommand, DescribeKeyPairsCommand, ImportKeyPairCommand } from '@aws-sdk/client-ec2'
import type { CallOptions, KeyPairsPort } from '../../engine/clouds/index.ts'
import type { AwsClients } from './aws-clients.ts'
import { hasCode } from './aws-errors.ts'
import { awsTags } from './aws-tags.ts'

type KeyPair = Parameters<KeyPairsPort['ensure']>[1]

/** EC2's calls about key pairs. */
export class AwsKeyPairs implements KeyPairsPort {
  readonly #clients: AwsClients

  constructor(clients: AwsClients) {
    this.#clients = clients
  }

  async ensure(location: string, key: KeyPair, options?: CallOptions): Promise<void> {
    try {
      await this.#import(location, key, options)
    } catch (thrown) {
      if (!hasCode(thrown, 'InvalidKeyPair.Duplicate')) throw thrown
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
        if (!hasCode(thrown, 'InvalidKeyPair.NotFound')) throw thrown
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

/** Compares kind and key; the comment may differ. */
function sameKey(a: string, b: string): boolean {
  const essence = (line: string): string => line.trim().split(/\s+/, 2).join(' ')
  return essence(a) === essence(b)
}
