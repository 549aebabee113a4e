import { Buffer } from 'node:buffer'
import { constants, createHmac, createPublicKey, publicEncrypt } from 'node:crypto'
import ssh2 from 'ssh2'
import { CloudError } from '../http/cloud-error.ts'
import { settled } from '../life.ts'
import type { InstanceRecord } from '../state/records.ts'
import type { Action, CloudState } from './action.ts'
import { instanceOf } from './instance-lookup.ts'
import { platformOf } from './image-lookup.ts'

/** As EC2's: empty while there is none (the instance boots, or is no Windows), else encrypted for the RSA key pair. */
const getPasswordData: Action = (state, call) => {
  const instance = settled(instanceOf(state, call, call.params.required('InstanceId')), call.now)
  const isThere = platformOf(state, instance.imageId) === 'windows' && instance.state !== 'pending'
  return {
    instanceId: instance.id,
    timestamp: new Date(instance.launchedAt).toISOString(),
    passwordData: isThere ? encrypted(instance, passwordOf(state, instance.id)) : '',
  }
}

/** The same at every call without being kept: a keyed hash of the instance's id, with a sign of each kind. */
function passwordOf(state: Pick<CloudState, 'store'>, instanceId: string): string {
  const key = state.store.account?.secretAccessKey ?? ''
  const text = createHmac('sha256', key).update(`administrator ${instanceId}`).digest('base64url')
  return `${text.slice(0, 28)}%aA1`
}

function encrypted(instance: InstanceRecord, password: string): string {
  const key = ssh2.utils.parseKey(instance.publicKey ?? '')
  if (key instanceof Error || key.type !== 'ssh-rsa') {
    throw new CloudError(
      'InvalidKeyPair.Format',
      `The password of '${instance.id}' cannot be encrypted: its key pair is no RSA key.`,
    )
  }
  const publicKey = createPublicKey(key.getPublicPEM())
  const data = publicEncrypt(
    { key: publicKey, padding: constants.RSA_PKCS1_PADDING },
    Buffer.from(password, 'utf8'),
  )
  return data.toString('base64')
}

export const passwordActions = { GetPasswordData: getPasswordData } satisfies Record<string, Action>
