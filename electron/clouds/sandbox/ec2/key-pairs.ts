import { Buffer } from 'node:buffer'
import { createHash, createPublicKey, generateKeyPair } from 'node:crypto'
import { promisify } from 'node:util'
import ssh2 from 'ssh2'
import type { ParsedKey } from 'ssh2'
import { CloudError } from '../http/cloud-error.ts'
import { makeEd25519Key } from '../ssh/ed25519-key.ts'
import type { KeyPairRecord } from '../state/records.ts'
import type { Action, Call, CloudState } from './action.ts'
import { filtered, tagValues } from './filters.ts'
import { specifiedTags, tagSetXml } from './tag-sets.ts'

const generate = promisify(generateKeyPair)

/** A key pair by its name. Throws `InvalidKeyPair.NotFound`. */
export function keyPairOf(state: CloudState, region: string, name: string): KeyPairRecord {
  const found = keyPairsIn(state, region).find((pair) => pair.name === name)
  if (!found) throw new CloudError('InvalidKeyPair.NotFound', `The key pair '${name}' does not exist`)
  return found
}

const importKeyPair: Action = async (state, call) => {
  const name = newName(state, call)
  const line = Buffer.from(call.params.required('PublicKeyMaterial'), 'base64').toString('utf8').trim()
  const key = ssh2.utils.parseKey(line)
  if (key instanceof Error || key.isPrivateKey()) {
    throw new CloudError('InvalidKey.Format', 'Key is not in valid OpenSSH public key format')
  }
  const keyType = keyTypeOf(key)
  const pair = newPair(state, call, { name, keyType, publicKey: line, fingerprint: importedFingerprint(key) })
  await state.store.save([{ kind: 'keyPair', put: pair }])
  return pairXml(pair)
}

const createKeyPair: Action = async (state, call) => {
  const name = newName(state, call)
  const keyType = call.params.text('KeyType') ?? 'rsa'
  const made = await makeKey(keyType, name)
  const pair = newPair(state, call, { ...made.pair, name })
  await state.store.save([{ kind: 'keyPair', put: pair }])
  return { ...pairXml(pair), keyMaterial: made.privateKey }
}

const describeKeyPairs: Action = (state, { params, region }) => {
  const names = params.list('KeyName')
  const ids = params.list('KeyPairId')
  for (const name of names) keyPairOf(state, region, name)
  const all = keyPairsIn(state, region)
  const unknown = ids.find((id) => !all.some((pair) => pair.id === id))
  if (unknown !== undefined) {
    throw new CloudError('InvalidKeyPair.NotFound', `The key pair ID '${unknown}' does not exist`)
  }
  const asked = all.filter(
    (pair) => names.length + ids.length === 0 || names.includes(pair.name) || ids.includes(pair.id),
  )
  const found = filtered(asked, params, (pair, name) => {
    switch (name) {
      case 'key-name':
        return [pair.name]
      case 'key-pair-id':
        return [pair.id]
      case 'fingerprint':
        return [pair.fingerprint]
      default:
        return tagValues(pair.tags, name)
    }
  })
  const withKey = params.flag('IncludePublicKey') === true
  return {
    keySet: found.map((pair) => ({
      ...pairXml(pair),
      keyType: pair.keyType,
      createTime: new Date(pair.createdAt).toISOString(),
      publicKey: withKey ? pair.publicKey : undefined,
    })),
  }
}

/** As EC2's: a key pair that does not exist is deleted too. */
const deleteKeyPair: Action = async (state, { params, region }) => {
  const name = params.text('KeyName')
  const id = params.text('KeyPairId')
  if (name === undefined && id === undefined) params.required('KeyName')
  const pair = keyPairsIn(state, region).find((pair) => pair.name === name || pair.id === id)
  if (pair) await state.store.save([{ kind: 'keyPair', drop: pair.id }])
  return { return: true, keyPairId: pair?.id }
}

function keyPairsIn(state: CloudState, region: string): KeyPairRecord[] {
  return [...state.store.keyPairs.values()].filter((pair) => pair.region === region)
}

function newName(state: CloudState, { params, region }: Call): string {
  const name = params.required('KeyName')
  if (name.length > 255) {
    throw new CloudError('InvalidParameterValue', 'Key pair names are limited to 255 characters.')
  }
  if (keyPairsIn(state, region).some((pair) => pair.name === name)) {
    throw new CloudError('InvalidKeyPair.Duplicate', `The keypair already exists`)
  }
  return name
}

function newPair(
  state: CloudState,
  { params, region, now }: Call,
  facts: Pick<KeyPairRecord, 'name' | 'keyType' | 'publicKey' | 'fingerprint'>,
): KeyPairRecord {
  return {
    ...facts,
    id: state.ids.make('key', (id) => state.store.keyPairs.has(id)),
    region,
    tags: specifiedTags(params, 'key-pair'),
    createdAt: now,
  }
}

function keyTypeOf(key: ParsedKey): 'rsa' | 'ed25519' {
  if (key.type === 'ssh-ed25519') return 'ed25519'
  if (key.type === 'ssh-rsa') return 'rsa'
  throw new CloudError('InvalidKey.Format', 'Key is not in valid OpenSSH public key format')
}

/** MD5 over the DER public key for RSA, base64 of SHA-256 over the wire form for ed25519. */
function importedFingerprint(key: ParsedKey): string {
  if (key.type === 'ssh-ed25519') return createHash('sha256').update(key.getPublicSSH()).digest('base64')
  const der = createPublicKey(key.getPublicPEM()).export({ format: 'der', type: 'spki' })
  return colonHex(createHash('md5').update(der).digest())
}

async function makeKey(
  keyType: string,
  name: string,
): Promise<{
  pair: Pick<KeyPairRecord, 'keyType' | 'publicKey' | 'fingerprint'>
  privateKey: string
}> {
  switch (keyType) {
    case 'ed25519': {
      const made = makeEd25519Key(name)
      const key = ssh2.utils.parseKey(made.publicKey)
      if (key instanceof Error) throw key
      const fingerprint = importedFingerprint(key)
      return { pair: { keyType, publicKey: made.publicKey, fingerprint }, privateKey: made.privateKey }
    }
    case 'rsa': {
      const { privateKey } = await generate('rsa', { modulusLength: 2048 })
      const pem = privateKey.export({ format: 'pem', type: 'pkcs1' }).toString()
      const key = ssh2.utils.parseKey(pem)
      if (key instanceof Error) throw key
      const der = privateKey.export({ format: 'der', type: 'pkcs8' })
      const fingerprint = colonHex(createHash('sha1').update(der).digest())
      const publicKey = `ssh-rsa ${key.getPublicSSH().toString('base64')} ${name}`
      return { pair: { keyType, publicKey, fingerprint }, privateKey: pem }
    }
    default:
      throw new CloudError('InvalidParameterValue', `Value (${keyType}) for parameter KeyType is invalid.`)
  }
}

function pairXml(pair: KeyPairRecord): Record<string, ReturnType<typeof tagSetXml>> {
  return {
    keyName: pair.name,
    keyFingerprint: pair.fingerprint,
    keyPairId: pair.id,
    tagSet: tagSetXml(pair.tags),
  }
}

function colonHex(digest: Buffer): string {
  return (digest.toString('hex').match(/../g) ?? []).join(':')
}

export const keyPairActions = {
  ImportKeyPair: importKeyPair,
  CreateKeyPair: createKeyPair,
  DescribeKeyPairs: describeKeyPairs,
  DeleteKeyPair: deleteKeyPair,
} satisfies Record<string, Action>
