import { join, resolve } from 'node:path'
import { z } from 'zod'
import { AppError } from '../../shared/model/errors.ts'
import { Secret } from '../../shared/model/secret.ts'
import {
  type CloudOpener,
  type CloudOpeners,
  cloudSecretId,
  type CloudVault,
} from '../engine/clouds/index.ts'
import type { Ports } from '../engine/ports.ts'
import { type AwsSignIn, awsTraits, createAwsProvider, listAwsProfiles, RateBudgets } from './aws/index.ts'
import { Sandbox, sandboxLocations, sandboxTraits } from './sandbox/index.ts'

const AwsSecret = z.object({ secretAccessKey: z.string(), sessionToken: z.string().optional() })

/** The clouds that Farmhand knows. A Sandbox keeps what it has in the data directory. */
export function cloudOpeners(ports: Ports): CloudOpeners {
  const { clock, log, homeDir, env } = ports
  const budgets = new RateBudgets(clock)
  const openAws: CloudOpener = async (cloud, secrets, accountId) => {
    if (cloud.kind !== 'aws') throw new Error('not an AWS cloud')
    const { endpoint } = cloud
    const signIn: AwsSignIn =
      cloud.credentials.kind === 'profile'
        ? { kind: 'profile', profile: cloud.credentials.profile, homeDir, env }
        : await storedKeys(cloud.id, cloud.credentials.accessKeyId, secrets)
    const provider = createAwsProvider({ signIn, endpoint, clock, log, budgets, accountId })
    return { provider, close: async () => provider.close() }
  }
  const openSandbox: CloudOpener = async (cloud, _secrets, accountId) => {
    const sandbox = new Sandbox({
      dir: join(resolve(ports.dataDir), 'sandbox', cloud.id),
      toolsSourceDir: join(ports.resourcesDir, 'sandbox'),
      clock,
      log,
    })
    const { endpoint, accessKeyId, secretAccessKey } = await sandbox.start()
    const signIn: AwsSignIn = { kind: 'keys', accessKeyId, secretAccessKey: new Secret(secretAccessKey) }
    const provider = createAwsProvider({ signIn, endpoint, clock, log, budgets, accountId })
    return {
      provider,
      close: async () => {
        provider.close()
        await sandbox.stop()
      },
    }
  }
  return {
    kinds: {
      aws: { traits: awsTraits, locations: [], open: openAws },
      sandbox: { traits: sandboxTraits, locations: sandboxLocations, open: openSandbox },
    },
    profiles: () => listAwsProfiles({ homeDir, env }),
  }
}

async function storedKeys(cloudId: string, accessKeyId: string, secrets: CloudVault): Promise<AwsSignIn> {
  const kept = await secrets.get(cloudSecretId(cloudId))
  if (!kept) {
    throw new AppError('vault.damaged', {
      message:
        'The secret access key of this cloud is not in the vault. Remove the cloud and connect it again.',
    })
  }
  const { secretAccessKey, sessionToken } = AwsSecret.parse(JSON.parse(kept.reveal()))
  return {
    kind: 'keys',
    accessKeyId,
    secretAccessKey: new Secret(secretAccessKey),
    ...(sessionToken === undefined ? {} : { sessionToken: new Secret(sessionToken) }),
  }
}
