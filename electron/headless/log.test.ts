import { mkdtemp, readdir, readFile, rm, stat, truncate } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { AppError } from '../../shared/model/errors.ts'
import { Secret } from '../../shared/model/secret.ts'
import { openFileLog } from './log.ts'

let dataDir: string
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'farmhand-log-'))
})
afterEach(() => rm(dataDir, { recursive: true }))

const file = () => join(dataDir, 'logs', 'farmhand.log')

describe('the log of a host', () => {
  it('is one JSON object a line, for its owner only', async () => {
    const log = openFileLog({ dataDir, level: 'info' })
    log.info({ farmId: 'f1' }, 'launched')
    log.debug({}, 'too fine')
    log
      .child({ cloud: 'c' })
      .error({ err: new AppError('internal', { message: 'broken', cause: new Error('why') }) }, 'failed')
    await log.close()
    const lines = (await readFile(file(), 'utf8'))
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as object)
    expect(lines).toMatchObject([
      { msg: 'launched', farmId: 'f1' },
      { msg: 'failed', cloud: 'c', err: { message: 'broken', code: 'internal', cause: { message: 'why' } } },
    ])
    expect((await stat(file())).mode & 0o777).toBe(0o600)
  })

  it('holds no secret, whatever its field, its form or its place', async () => {
    const log = openFileLog({ dataDir, level: 'debug' })
    log.hide('canary-by-value')
    log.info(
      {
        secretAccessKey: 'canary-1',
        input: { sessionToken: 'canary-2' },
        a: { b: { password: 'canary-3' } },
      },
      'x',
    )
    log.info({ key: '-----BEGIN OPENSSH PRIVATE KEY-----\ncanary4\n-----END OPENSSH PRIVATE KEY-----' }, 'x')
    log.info({ header: 'farmhand.token.canary5canary5canary5', url: '/#token=canary6canary6canary6' }, 'x')
    log.error({ err: new Error('refused canary-by-value') }, 'the words canary-by-value')
    log.info({ wrapped: new Secret('canary-7') }, 'x')
    await log.close()
    const text = await readFile(file(), 'utf8')
    expect(text).not.toContain('canary')
    expect(text.trimEnd().split('\n')).toHaveLength(5)
    for (const line of text.trimEnd().split('\n')) expect(() => JSON.parse(line) as unknown).not.toThrow()
  })

  it('starts a new file when the old one has grown, and keeps a few', async () => {
    for (let round = 0; round < 7; round += 1) {
      const log = openFileLog({ dataDir, level: 'info' })
      log.info({ round }, 'x')
      await log.close()
      await truncate(file(), 11 * 1024 * 1024)
    }
    const files = (await readdir(join(dataDir, 'logs'))).sort()
    expect(files).toEqual(['farmhand.log', ...[1, 2, 3, 4].map((index) => `farmhand.log.${String(index)}`)])
  })
})
