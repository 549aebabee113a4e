import { randomBytes } from 'node:crypto'
import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { DoctorCheck } from '../../shared/contract/system.contract.ts'
import type { Cloud } from '../../shared/model/clouds.ts'
import { toAppError } from '../../shared/model/errors.ts'
import type { EngineShape } from './engine-shape.ts'
import type { HostFacts } from './host-facts.ts'

const minimumNodeMajor = 24

interface DoctorParts {
  engine: Pick<EngineShape, 'clouds' | 'keys' | 'system'>
  host: HostFacts
  signal: AbortSignal | undefined
}

/** What is installed, reachable and writable; every check answers, none throws. */
export async function runDoctor({ engine, host, signal }: DoctorParts): Promise<DoctorCheck[]> {
  const single = await Promise.all([
    check('data directory', () => writable(host.dataDir)),
    check('vault', () => vaultReadable(engine, host)),
    check('node', () => Promise.resolve(nodeVersion(process.versions.node))),
    check('ssh client', () => opensshClient(engine, signal)),
  ])
  return [...single, ...(await cloudChecks(engine))]
}

type Finding = Omit<DoctorCheck, 'name'>

async function check(name: string, look: () => Promise<Finding>): Promise<DoctorCheck> {
  try {
    return { name, ...(await look()) }
  } catch (error) {
    return { name, state: 'failed', message: toAppError(error).message }
  }
}

async function writable(dataDir: string): Promise<Finding> {
  const probe = join(dataDir, `.doctor-${randomBytes(4).toString('hex')}`)
  await writeFile(probe, '', { mode: 0o600, flag: 'wx' })
  await rm(probe)
  return { state: 'ok', message: `${dataDir} can be written.` }
}

/** Opening one real secret shows that the vault's key fits; the secret itself goes nowhere. */
async function vaultReadable(
  engine: Pick<EngineShape, 'keys'>,
  host: Pick<HostFacts, 'keychain'>,
): Promise<Finding> {
  const [key] = await engine.keys.list()
  if (key !== undefined) await engine.keys.exportPrivate({ keyId: key.id, format: 'openssh' })
  const keeper = { system: 'the system’s keyring', file: 'a key file', passphrase: 'a passphrase' }
  return { state: 'ok', message: `The vault is open; its key is kept by ${keeper[host.keychain]}.` }
}

/** Judges a Node version such as `24.1.0`. */
export function nodeVersion(version: string): Finding {
  const isEnough = Number.parseInt(version, 10) >= minimumNodeMajor
  return isEnough
    ? { state: 'ok', message: `Node ${version}` }
    : { state: 'failed', message: `Node ${version} is too old: ${String(minimumNodeMajor)} is needed.` }
}

async function opensshClient(
  engine: Pick<EngineShape, 'system'>,
  signal: AbortSignal | undefined,
): Promise<Finding> {
  const version = await engine.system.sshClient({ signal })
  if (version !== null) return { state: 'ok', message: version }
  return {
    state: 'warning',
    message: 'No OpenSSH client was found. Farmhand does not need it; `ssh` outside of Farmhand does.',
  }
}

async function cloudChecks(engine: Pick<EngineShape, 'clouds'>): Promise<DoctorCheck[]> {
  try {
    const clouds = await engine.clouds.list()
    if (clouds.length === 0) {
      const message =
        'No cloud is connected yet: `farmhand cloud add sandbox --name sandbox` adds one that costs nothing.'
      return [{ name: 'clouds', state: 'warning', message }]
    }
    return clouds.map((cloud) => ({ name: `cloud ${cloud.name}`, ...cloudFinding(cloud) }))
  } catch (error) {
    return [{ name: 'clouds', state: 'failed', message: toAppError(error).message }]
  }
}

/** What the engine last saw of a cloud, in one line. */
export function cloudFinding(cloud: Pick<Cloud, 'health'>): Finding {
  const failing = cloud.health.filter(({ state }) => state === 'failing')
  if (failing.length > 0) {
    const lines = failing.map(({ location, error }) => `${location}: ${error?.message ?? 'not reachable'}`)
    return { state: 'failed', message: lines.join(' ') }
  }
  const unknown = cloud.health.filter(({ state }) => state === 'unknown').map(({ location }) => location)
  if (unknown.length > 0) return { state: 'warning', message: `Not asked yet: ${unknown.join(', ')}.` }
  return { state: 'ok', message: `Reachable in ${cloud.health.map(({ location }) => location).join(', ')}.` }
}
