import { expect, test } from 'vitest'
import { isEverywhere, readCidr } from './cidr.ts'

test.each([
  ['10.0.0.0/8', '10.0.0.0/8'],
  [' 10.1.2.3/8 ', '10.0.0.0/8'],
  ['192.168.1.77/26', '192.168.1.64/26'],
  ['203.0.113.7', '203.0.113.7/32'],
  ['203.0.113.7/0', '0.0.0.0/0'],
  ['anywhere', '0.0.0.0/0'],
  ['::/0', '::/0'],
  ['::1', '::1/128'],
  ['2001:DB8::1/32', '2001:db8::/32'],
  ['2001:db8:0:0:1:0:0:1/128', '2001:db8::1:0:0:1/128'],
  ['2001:db8:0:1:1:1:1:1', '2001:db8:0:1:1:1:1:1/128'],
  ['fe80:0:0:0:0:0:0:0/10', 'fe80::/10'],
  ['2001:db8:ffff::/33', '2001:db8:8000::/33'],
])('%s is the block %s', (text, cidr) => expect(readCidr(text)).toEqual({ cidr }))

test.each([
  '',
  '10.0.0',
  '10.0.0.256',
  '10.0.0.01',
  '10.0.0.0/8/8',
  'example.org',
  ':::',
  '1::2::3',
  '1:2:3:4:5:6:7',
  '1:2:3:4:5:6:7:8:9',
  '1:2:3:4::5:6:7:8',
  '12345::',
])('“%s” is no block', (text) =>
  expect(readCidr(text)).toEqual({ fault: expect.stringContaining('such as') }),
)

test.each([
  ['10.0.0.0/33', 32],
  ['10.0.0.0/x', 32],
  ['10.0.0.0/', 32],
  ['::/129', 128],
])('%s has a prefix that is too long or no number', (text, most) =>
  expect(readCidr(text)).toEqual({ fault: expect.stringContaining(`0 to ${String(most)}`) }),
)

test('everywhere is all of a family', () => {
  expect(['0.0.0.0/0', '::/0', '0.0.0.0/1'].map(isEverywhere)).toEqual([true, true, false])
})
