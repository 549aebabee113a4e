import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { AppError } from '../../shared/model/errors.ts'
import { stubEngine } from '../../tests/support/stub-engine.ts'
import { testFacts } from '../../tests/support/transports.ts'
import { cloudFinding, nodeVersion, runDoctor } from './doctor.ts'

const location = 'eu-west-1'
const checkedAt = '2026-01-01T00:00:00.000Z'

it('answers every check, also those that fail', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'farmhand-doctor-'))
  const engine = stubEngine({
    clouds: { list: () => Promise.resolve([]) },
    keys: { list: () => Promise.reject(new AppError('vault.locked', { message: 'The vault is locked.' })) },
  })
  const checks = await runDoctor({ engine, host: { ...testFacts, dataDir }, signal: undefined })
  expect(Object.fromEntries(checks.map(({ name, state }) => [name, state]))).toMatchObject({
    'data directory': 'ok',
    vault: 'failed',
    node: 'ok',
    clouds: 'warning',
  })
  expect(await readdir(dataDir)).toEqual([])
  await rm(dataDir, { recursive: true })
  const gone = await runDoctor({ engine, host: { ...testFacts, dataDir }, signal: undefined })
  expect(gone[0]).toMatchObject({ name: 'data directory', state: 'failed' })
})

it.each([
  ['24.0.0', 'ok'],
  ['22.19.0', 'failed'],
])('judges Node %s as %s', (version, state) => {
  expect(nodeVersion(version).state).toBe(state)
})

it.each([
  ['reachable', 'ok', location],
  ['unknown', 'warning', 'Not asked yet'],
  ['failing', 'failed', 'Your session has expired.'],
] as const)('says of a cloud that is %s: %s', (state, judged, words) => {
  const error = new AppError('cloud.credentials', { message: 'Your session has expired.' }).toInfo()
  const finding = cloudFinding({
    health: [{ location, state, checkedAt, error: state === 'failing' ? error : null }],
  })
  expect(finding.state).toBe(judged)
  expect(finding.message).toContain(words)
})
