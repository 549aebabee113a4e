import { execFile } from 'node:child_process'
import { createPublicKey, generateKeyPairSync } from 'node:crypto'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Secret } from '../../../../shared/model/secret.ts'
import { readPublicKeyLine } from './fingerprints.ts'
import { exportPrivateKey, generateKeyPair, readKeyPair } from './key-pair.ts'
import type { KeyPair, KeyPairType } from './key-pair.ts'

const run = promisify(execFile)
let folder = ''

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'key-pair-'))
})
afterAll(async () => {
  await rm(folder, { recursive: true, force: true })
})

async function asFile(name: string, text: string): Promise<string> {
  const path = join(folder, name)
  await writeFile(path, text, { mode: 0o600 })
  return path
}

function twoWords(line: string): string {
  return line.trim().split(/\s+/).slice(0, 2).join(' ')
}

describe.each<KeyPairType>(['ed25519', 'rsa'])('a generated %s pair', (type) => {
  let pair: KeyPair

  beforeAll(async () => {
    pair = await generateKeyPair({ type, comment: 'shop farm\nin eu-west-1' })
  })

  test('has an OpenSSH private half that ssh-keygen reads to the same public half and fingerprints', async () => {
    const path = await asFile(`${type}-openssh`, pair.privateKey.reveal())
    const { stdout: line } = await run('ssh-keygen', ['-y', '-f', path])
    expect(line.trim()).toBe(pair.publicKey)
    expect(pair.publicKey.endsWith(' shop farm in eu-west-1')).toBe(true)
    const { stdout: sha } = await run('ssh-keygen', ['-l', '-f', path])
    expect(sha.split(' ')[1]).toBe(pair.sha256Fingerprint)
    expect(sha.split(' ')[0]).toBe(type === 'rsa' ? '4096' : '256')
    const { stdout: md5 } = await run('ssh-keygen', ['-l', '-E', 'md5', '-f', path])
    expect(md5.split(' ')[1]).toBe(pair.md5Fingerprint)
  })

  test('survives a rewrite by ssh-keygen with a new comment', async () => {
    const path = await asFile(`${type}-comment`, pair.privateKey.reveal())
    await run('ssh-keygen', ['-c', '-C', 'renamed', '-f', path])
    const read = readKeyPair(new Secret(await readFile(path, 'utf8')))
    expect(read.comment).toBe('renamed')
    expect(read.sha256Fingerprint).toBe(pair.sha256Fingerprint)
  })

  test('has a PEM form that Node and the round trip read back', async () => {
    const pem = exportPrivateKey(pair.privateKey, 'pem')
    const begins = type === 'rsa' ? '-----BEGIN RSA PRIVATE KEY-----' : '-----BEGIN PRIVATE KEY-----'
    expect(pem.reveal().startsWith(begins)).toBe(true)
    expect(createPublicKey(pem.reveal()).asymmetricKeyType).toBe(type)
    expect(readKeyPair(pem, pair.comment).publicKey).toBe(pair.publicKey)
    if (type === 'rsa') {
      const path = await asFile('rsa-pem', pem.reveal())
      const { stdout } = await run('ssh-keygen', ['-y', '-f', path])
      expect(twoWords(stdout)).toBe(twoWords(pair.publicKey))
    }
  })

  test('has a PPK version 3 form whose MAC PuTTY accepts', async () => {
    const ppk = exportPrivateKey(pair.privateKey, 'ppk').reveal()
    const path = await asFile(`${type}.ppk`, ppk)
    const { stdout: line } = await run('puttygen', [path, '-L'])
    expect(twoWords(line)).toBe(twoWords(pair.publicKey))
    const out = join(folder, `${type}-from-putty`)
    await run('puttygen', [path, '-O', 'private-openssh-new', '-o', out])
    expect(readKeyPair(new Secret(await readFile(out, 'utf8'))).publicKey).toBe(pair.publicKey)
    const forged = await asFile(`${type}-forged.ppk`, ppk.replace('Comment: shop', 'Comment: shap'))
    await expect(run('puttygen', [forged, '-O', 'private-openssh-new', '-o', out])).rejects.toThrow('MAC')
  })

  test('never shows its private half', () => {
    expect(JSON.stringify(pair)).not.toContain('PRIVATE KEY')
    expect(String(pair.privateKey)).toBe('•••')
  })
})

test('a key that was pasted with spaces around its lines is read', async () => {
  const { privateKey, publicKey } = await generateKeyPair({ comment: 'pasted' })
  const pasted = privateKey.reveal().replace(/^|$/gm, '  ')
  expect(readKeyPair(new Secret(pasted)).publicKey).toBe(publicKey)
})

test('unreadable keys are refused with a sentence that quotes nothing of them', async () => {
  const encrypted = join(folder, 'encrypted')
  await run('ssh-keygen', ['-q', '-t', 'ed25519', '-N', 'open sesame', '-f', encrypted])
  const ecdsa = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey
  for (const text of [
    await readFile(encrypted, 'utf8'),
    'canary',
    '-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA',
  ]) {
    expect(() => readKeyPair(new Secret(text))).toThrow(
      expect.objectContaining({ code: 'input.invalid', message: expect.not.stringContaining('canary') }),
    )
  }
  expect(() => readKeyPair(new Secret(ecdsa.export({ format: 'pem', type: 'pkcs8' }).toString()))).toThrow(
    expect.objectContaining({ code: 'input.invalid' }),
  )
  expect(() => readPublicKeyLine('ssh-ed25519 AAAAB3NzaC1yc2E=')).toThrow(
    expect.objectContaining({ code: 'input.invalid' }),
  )
})
