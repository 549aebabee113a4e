import { createHash } from 'node:crypto'
import { access, mkdir, open, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import ssh2 from 'ssh2'
import type { Clock, Log } from '../../../engine/ports.ts'
import { writeFirstKey } from '../ssh/authorized-keys.ts'
import { makeEd25519Key } from '../ssh/ed25519-key.ts'
import { bashStart, type ShellPlace } from '../ssh/shell-environment.ts'
import { SshListener } from '../ssh/ssh-listener.ts'
import { defaultSshPort } from '../settings.ts'
import type { InstanceRecord } from '../state/records.ts'
import { ConsoleLog } from './console-log.ts'
import { bootDisks } from './disk-tools.ts'
import { endMarkedProcesses } from './processes.ts'
import { runUserData } from './user-data.ts'

interface MachineOptions {
  /** The instance's own folder. */
  dir: string
  toolsDir: string | null
  record: InstanceRecord
  /** Puts the files of the instance's image into its new home. */
  fillHome: (homeDir: string) => Promise<void>
  clock: Clock
  log: Log
  isHanging: () => boolean
  /** Makes the attached volumes its devices. */
  showDevices: () => Promise<void>
}

/** What an instance is made of: a folder, a console and, while it runs, an SSH server with its sessions. */
export class Machine {
  readonly console: ConsoleLog
  readonly #options: MachineOptions
  readonly #place: ShellPlace
  readonly #hostKeyPath: string
  #listener: SshListener | undefined
  #userData = new AbortController()
  #hadProcesses = false
  #isFirstBoot = false

  constructor(options: MachineOptions) {
    const { dir, record, toolsDir } = options
    this.#options = options
    this.#place = {
      instanceDir: dir,
      homeDir: join(dir, 'home'),
      hostname: `ip-${record.address.replaceAll('.', '-')}`,
      toolsDir,
      volumesDir: join(dir, '..', '..', 'volumes'),
    }
    this.#hostKeyPath = join(dir, 'host_key')
    this.console = new ConsoleLog(join(dir, 'console.log'))
  }

  get isUp(): boolean {
    return this.#listener !== undefined
  }

  /** Boots: makes the folder at the first time, opens the SSH server, resolves with its port. */
  async up(sshPort: number | null): Promise<number> {
    const { record, clock, log, isHanging, showDevices } = this.#options
    const { homeDir, hostname } = this.#place
    await mkdir(homeDir, { recursive: true, mode: 0o700 })
    const hostKey = await this.#hostKey()
    // After the image's files: they may hold the devices of the instance that it was made of.
    await showDevices()
    if (await hasEverMounted(homeDir)) await bootDisks(this.#place)
    await writeFirstKey(homeDir, record.publicKey, this.#isFirstBoot)
    const listener = new SshListener({
      place: this.#place,
      hostKey,
      clock,
      log,
      isHanging,
      onProcess: () => {
        this.#hadProcesses = true
      },
    })
    await this.console.write(bootText(hostname, hostKey, clock.now()))
    const port = await listener.open(record.address, sshPort ?? usualPort(record.address))
    this.#listener = listener
    return port
  }

  /** Runs the user data in the background. */
  runUserData(base64: string): void {
    if (base64 === '') return
    this.#hadProcesses = true
    this.#userData = new AbortController()
    const { signal } = this.#userData
    runUserData({ base64, place: this.#place, output: this.console, signal }).catch((thrown: unknown) => {
      this.#options.log.warn({ err: thrown }, 'The user data of a Sandbox instance could not be run.')
    })
  }

  /** Shuts down: ends all sessions and all processes. */
  async down(): Promise<void> {
    this.#userData.abort()
    const listener = this.#listener
    this.#listener = undefined
    await listener?.close()
    if (this.#hadProcesses) await endMarkedProcesses(new Set([this.#place.instanceDir]))
    this.#hadProcesses = false
  }

  /** SSH answers at its Elastic IP too; null when it has none (any longer). */
  async answerAt(elasticAddress: string | null): Promise<void> {
    await this.#listener?.answerAlsoAt(elasticAddress === null ? [] : [elasticAddress])
  }

  cutConnections(): void {
    this.#listener?.cut()
  }

  /** New connections see another host key; the console does not tell. */
  async changeHostKey(): Promise<void> {
    const hostKey = await this.#makeHostKey()
    this.#listener?.changeHostKey(hostKey)
  }

  /** The disk goes with the instance; its console can be read for a while. */
  async removeHome(): Promise<void> {
    const { homeDir, instanceDir } = this.#place
    await rm(homeDir, { recursive: true, force: true, maxRetries: 3 })
    await rm(join(instanceDir, 'user-data'), { force: true })
  }

  async remove(): Promise<void> {
    await rm(this.#place.instanceDir, { recursive: true, force: true, maxRetries: 3 })
  }

  async #hostKey(): Promise<string> {
    try {
      return await readFile(this.#hostKeyPath, 'utf8')
    } catch {
      this.#isFirstBoot = true
      await this.#options.fillHome(this.#place.homeDir)
      await writeFile(join(this.#place.homeDir, '.bashrc'), bashStart, { mode: 0o644, flag: 'wx' }).catch(
        (thrown: unknown) => {
          if ((thrown as NodeJS.ErrnoException).code !== 'EEXIST') throw thrown
        },
      )
      return this.#makeHostKey()
    }
  }

  async #makeHostKey(): Promise<string> {
    const { privateKey } = makeEd25519Key(`root@${this.#place.hostname}`)
    const temporary = `${this.#hostKeyPath}.tmp`
    const file = await open(temporary, 'w', 0o600)
    try {
      await file.writeFile(privateKey)
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(temporary, this.#hostKeyPath)
    return privateKey
  }
}

/** Most instances have no volumes: they need no shell to boot. */
function hasEverMounted(homeDir: string): Promise<boolean> {
  return access(join(homeDir, 'etc', 'fstab'))
    .catch(() => access(join(homeDir, 'etc', 'mtab')))
    .then(
      () => true,
      () => false,
    )
}

/** Where an instance has an address of its own, it has the port of its image. */
function usualPort(address: string): number {
  return address === '127.0.0.1' ? 0 : defaultSshPort
}

/** What a console says at boot, host keys in cloud-init's form. */
function bootText(hostname: string, hostKey: string, now: number): string {
  const key = ssh2.utils.parseKey(hostKey)
  if (key instanceof Error) throw key
  const blob = key.getPublicSSH()
  const fingerprint = createHash('sha256').update(blob).digest('base64').replace(/=+$/, '')
  const who = `root@${hostname}`
  return [
    `[    0.000000] Sandbox Linux 1.0 booting at ${new Date(now).toISOString()}`,
    `[    0.412000] ${hostname}: network is up`,
    '-----BEGIN SSH HOST KEY FINGERPRINTS-----',
    `256 SHA256:${fingerprint} ${who} (ED25519)`,
    '-----END SSH HOST KEY FINGERPRINTS-----',
    '-----BEGIN SSH HOST KEY KEYS-----',
    `ssh-ed25519 ${blob.toString('base64')} ${who}`,
    '-----END SSH HOST KEY KEYS-----',
    'Sandbox Linux 1.0: starting the SSH server',
    '',
  ].join('\n')
}
