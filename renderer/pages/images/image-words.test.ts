import { expect, it } from 'vitest'
import { guessOs } from '../../../shared/logic/images/os-guess.ts'
import { osWords, sourceWords } from './image-words.ts'

it.each([
  ['ubuntu/images/hvm-ssd-gp3/ubuntu-noble-24.04-amd64-server-20260101', 'ubuntu', '24.04', 'ubuntu'],
  ['debian-13-amd64-20260101-1234', 'debian', '13', 'admin'],
  ['al2023-ami-2023.6.20260101-kernel-6.1-x86_64', 'amazon', '2023', 'ec2-user'],
  ['RHEL-10.1_HVM-20260101-x86_64', 'redhat', '10.1', 'ec2-user'],
  ['my own image', 'unknown', '', 'root'],
])('%s is %s %s with user %s', (name, family, version, user) => {
  expect(guessOs(name)).toEqual({ family, version, user })
})

it('says what an image is and how it is found', () => {
  expect(osWords({ family: 'ubuntu', version: '24.04' })).toBe('Ubuntu 24.04')
  expect(osWords({ family: 'unknown', version: '' })).toBe('Other')
  expect(sourceWords({ kind: 'id', cloudImageId: 'ami-1' })).toBe('ami-1')
  expect(sourceWords({ kind: 'newest', owner: 'amazon', namePattern: 'al2023-*' })).toBe(
    'newest al2023-* of amazon',
  )
})
