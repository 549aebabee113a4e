import { expect, test } from 'vitest'
import { withoutSecrets } from './secret-looks.ts'

test.each([
  ['DB_PASSWORD=hunter2', 'DB_PASSWORD=LEFT-OUT', 'the value of DB_PASSWORD'],
  ['  api_key: "abc def"', '  api_key: LEFT-OUT', 'the value of api_key'],
  ["export GITHUB_TOKEN='abc'", 'export GITHUB_TOKEN=LEFT-OUT', 'the value of GITHUB_TOKEN'],
  ['echo AKIAABCDEFGHIJKLMNOP', 'echo LEFT-OUT', 'an AWS access key'],
  ['postgres://shop:hunter2@db/shop', 'postgres://shop:LEFT-OUT@db/shop', 'a password in an address'],
  [`ghp_${'a'.repeat(36)}`, 'LEFT-OUT', 'a GitHub token'],
])('takes out %s', (text, left, what) => {
  expect(withoutSecrets(`#!/bin/sh\n${text}\n`)).toEqual({
    text: `#!/bin/sh\n${left}\n`,
    found: [{ line: 2, what }],
  })
})

test('takes out a private key, and keeps the numbers of the lines after it', () => {
  const text = 'a\n-----BEGIN OPENSSH PRIVATE KEY-----\nabc\n-----END OPENSSH PRIVATE KEY-----\nTOKEN=x'
  expect(withoutSecrets(text).found).toEqual([
    { line: 2, what: 'a private key' },
    { line: 5, what: 'the value of TOKEN' },
  ])
})

test.each([
  'PASSWORD=$(aws secretsmanager get-secret-value --secret-id shop)',
  'PASSWORD="$DB_PASSWORD"',
  'apt-get install -y nginx',
  'systemctl enable token-server',
  'ssh_pwauth: false',
])('leaves %s', (text) => {
  expect(withoutSecrets(text)).toEqual({ text, found: [] })
})
