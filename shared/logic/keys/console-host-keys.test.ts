import { describe, expect, test } from 'vitest'
import { parseConsoleHostKeys } from './console-host-keys.ts'

const ed25519 = 'SHA256:Yk0M5nD2Kb3lWQmC8x1mN9v4Jm0aQeJtB7wqk3d2f1E'
const ecdsa = 'SHA256:Zk0M5nD2Kb3lWQmC8x1mN9v4Jm0aQeJtB7wqk3d2f1E'
const publicKey = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOsuqTvUAJEPTHoHziidSDkW39jxUMzo3F9L5LehDBOE'

function block(...lines: string[]): string {
  return [
    '-----BEGIN SSH HOST KEY FINGERPRINTS-----',
    ...lines,
    '-----END SSH HOST KEY FINGERPRINTS-----',
  ].join('\n')
}

describe('the host keys on a console', () => {
  test.each([
    ['plain', ''],
    ['old EC2', 'ec2: '],
    ['syslog', '<14>Nov 24 07:10:11 cloud-init: '],
    ['kernel time', '[   17.312951] cloud-init[1021]: '],
  ])('are read behind a %s prefix', (_, prefix) => {
    const text = block(`256 ${ed25519} root@ip-10-0-0-7 (ED25519)`, `256 ${ecdsa} no comment (ECDSA)`)
      .split('\n')
      .map((line) => prefix + line)
      .join('\r\n')
    expect(parseConsoleHostKeys(`boot\r\n${text}\r\nlogin:`)).toEqual([
      { kind: 'fingerprint', keyType: 'ed25519', fingerprint: ed25519 },
      { kind: 'fingerprint', keyType: 'ecdsa', fingerprint: ecdsa },
    ])
  })

  test('are read from the block of whole keys', () => {
    const text = `-----BEGIN SSH HOST KEY KEYS-----\nec2: ${publicKey} root@host\n-----END SSH HOST KEY KEYS-----`
    expect(parseConsoleHostKeys(text)).toEqual([{ kind: 'key', keyType: 'ssh-ed25519', publicKey }])
  })

  test('may be old MD5 fingerprints', () => {
    const hex = '00:11:22:33:44:55:66:77:88:99:aa:bb:cc:dd:ee:ff'
    expect(parseConsoleHostKeys(block(`2048 ${hex} root@h (RSA)`, `2048 MD5:${hex} root@h (RSA)`))).toEqual([
      { kind: 'fingerprint', keyType: 'rsa', fingerprint: `MD5:${hex}` },
      { kind: 'fingerprint', keyType: 'rsa', fingerprint: `MD5:${hex}` },
    ])
  })

  test('of the last complete block count', () => {
    const text = [
      block(`256 ${ed25519} root@h (ED25519)`),
      block(`256 ${ecdsa} root@h (ED25519)`),
      '-----BEGIN SSH HOST KEY FINGERPRINTS-----',
      `256 ${ed25519} root@h (ED25519)`,
    ].join('\n')
    expect(parseConsoleHostKeys(text)).toEqual([
      { kind: 'fingerprint', keyType: 'ed25519', fingerprint: ecdsa },
    ])
  })

  test('are not looked for outside of a block, as in the table of authorized keys', () => {
    expect(parseConsoleHostKeys(`ci-info: | ssh-ed25519 | ${ed25519} |\n256 ${ed25519} u (ED25519)`)).toEqual(
      [],
    )
    expect(parseConsoleHostKeys('')).toEqual([])
    expect(parseConsoleHostKeys(block('256 SHA256:short root@h (ED25519)'))).toEqual([])
  })
})
