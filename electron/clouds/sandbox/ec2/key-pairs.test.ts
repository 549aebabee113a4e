import { createHash, createPublicKey } from 'node:crypto'
import {
  CreateKeyPairCommand,
  DeleteKeyPairCommand,
  DescribeKeyPairsCommand,
  ImportKeyPairCommand,
} from '@aws-sdk/client-ec2'
import ssh2 from 'ssh2'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { makeKeyFile, type SandboxCloud, startSandboxCloud } from '../../../../tests/support/sandbox-cloud.ts'

let cloud: SandboxCloud
beforeAll(async () => {
  cloud = await startSandboxCloud()
})
afterAll(() => cloud.remove())

it('imports ed25519 and RSA keys, with EC2’s fingerprints', async () => {
  const ed25519 = await makeKeyFile('ed25519')
  const rsa = await makeKeyFile('rsa')
  for (const [name, key] of Object.entries({ ed25519, rsa })) {
    await cloud.ec2.send(
      new ImportKeyPairCommand({
        KeyName: name,
        PublicKeyMaterial: Buffer.from(key.publicKey),
        TagSpecifications: [{ ResourceType: 'key-pair', Tags: [{ Key: 'farm', Value: name }] }],
      }),
    )
    await key.remove()
  }
  const { KeyPairs = [] } = await cloud.ec2.send(new DescribeKeyPairsCommand({ IncludePublicKey: true }))
  const blob = Buffer.from(ed25519.publicKey.split(' ')[1] ?? '', 'base64')
  expect(KeyPairs.find(({ KeyName }) => KeyName === 'ed25519')).toMatchObject({
    KeyType: 'ed25519',
    KeyFingerprint: createHash('sha256').update(blob).digest('base64'),
    PublicKey: ed25519.publicKey,
    Tags: [{ Key: 'farm', Value: 'ed25519' }],
  })
  const parsed = ssh2.utils.parseKey(rsa.publicKey)
  if (parsed instanceof Error) throw parsed
  const der = createPublicKey(parsed.getPublicPEM()).export({ format: 'der', type: 'spki' })
  const md5 = createHash('md5').update(der).digest('hex').match(/../g)?.join(':')
  expect(KeyPairs.find(({ KeyName }) => KeyName === 'rsa')).toMatchObject({
    KeyType: 'rsa',
    KeyFingerprint: md5,
  })
})

it('refuses a name that is taken and a key that is none; forgets at once', async () => {
  const key = await makeKeyFile()
  const material = { PublicKeyMaterial: Buffer.from(key.publicKey) }
  await key.remove()
  await cloud.ec2.send(new ImportKeyPairCommand({ KeyName: 'twice', ...material }))
  await expect(
    cloud.ec2.send(new ImportKeyPairCommand({ KeyName: 'twice', ...material })),
  ).rejects.toMatchObject({ name: 'InvalidKeyPair.Duplicate' })
  await expect(
    cloud.ec2.send(new ImportKeyPairCommand({ KeyName: 'bad', PublicKeyMaterial: Buffer.from('hello') })),
  ).rejects.toMatchObject({ name: 'InvalidKey.Format' })
  await cloud.ec2.send(new DeleteKeyPairCommand({ KeyName: 'twice' }))
  await cloud.ec2.send(new DeleteKeyPairCommand({ KeyName: 'twice' }))
  await expect(cloud.ec2.send(new DescribeKeyPairsCommand({ KeyNames: ['twice'] }))).rejects.toMatchObject({
    name: 'InvalidKeyPair.NotFound',
    message: `The key pair 'twice' does not exist`,
  })
})

it.each(['ed25519', 'rsa'] as const)('makes %s keys whose private half fits', async (type) => {
  const made = await cloud.ec2.send(new CreateKeyPairCommand({ KeyName: `made-${type}`, KeyType: type }))
  const key = ssh2.utils.parseKey(made.KeyMaterial ?? '')
  if (key instanceof Error) throw key
  const { KeyPairs = [] } = await cloud.ec2.send(
    new DescribeKeyPairsCommand({ KeyNames: [`made-${type}`], IncludePublicKey: true }),
  )
  expect(KeyPairs[0]?.PublicKey?.split(' ')[1]).toBe(key.getPublicSSH().toString('base64'))
  expect(KeyPairs[0]?.KeyPairId).toBe(made.KeyPairId)
})
