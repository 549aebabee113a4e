import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import {
  DescribeImagesCommand,
  DescribeInstancesCommand,
  EC2Client,
  type EC2ClientConfig,
  ImportKeyPairCommand,
  type Instance,
  RunInstancesCommand,
  type RunInstancesCommandInput,
} from '@aws-sdk/client-ec2'
import { vi } from 'vitest'
import { Sandbox, type SandboxAddress } from '../../electron/clouds/sandbox/sandbox.ts'
import type { SandboxTimes } from '../../electron/clouds/sandbox/settings.ts'
import { realClock } from './clocks.ts'
import { silentLog } from './logs.ts'

const run = promisify(execFile)

export const east = 'sandbox-east-1'

/** A Sandbox in this process with a client of EC2's own SDK for it. */
export interface SandboxCloud {
  readonly dir: string
  readonly sandbox: Sandbox
  readonly address: SandboxAddress
  readonly ec2: EC2Client
  /** A client of its own, by default for another region or with other credentials. */
  client(change?: EC2ClientConfig): EC2Client
  /** The id of the image by this name in the region of `ec2`. */
  imageId(name?: string): Promise<string>
  /** Launches and answers what RunInstances said. */
  launch(change?: Partial<RunInstancesCommandInput>): Promise<Instance[]>
  describe(...ids: string[]): Promise<Instance[]>
  /** Resolves with the instances once all are in this state. */
  whenAll(state: string, ids: readonly string[]): Promise<Instance[]>
  /** Launches one and resolves when it runs. */
  running(change?: Partial<RunInstancesCommandInput>): Promise<{ id: string; host: string; port: number }>
  /** Stops and starts the Sandbox again on the same directory. */
  restart(): Promise<void>
  /** Ends it and removes its directory. */
  remove(): Promise<void>
}

const toolsSourceDir = join(import.meta.dirname, '..', '..', 'resources', 'sandbox')

/** Everything happens at once. */
const instantTimes = {
  bootMs: 0,
  stopMs: 0,
  terminateMs: 0,
  volumeMs: 0,
  attachMs: 0,
  detachMs: 0,
  snapshotMs: 0,
  imageMs: 0,
}

/** Starts a Sandbox whose instances change at once, unless the times say otherwise. */
export async function startSandboxCloud(times: Partial<SandboxTimes> = {}): Promise<SandboxCloud> {
  const dir = await mkdtemp(join(tmpdir(), 'sandbox-'))
  const make = (): Sandbox =>
    new Sandbox({
      dir,
      toolsSourceDir,
      clock: realClock,
      log: silentLog,
      times: { ...instantTimes, ...times },
    })
  const clients: EC2Client[] = []
  let sandbox = make()
  let address = await sandbox.start()
  const client = (change: EC2ClientConfig = {}): EC2Client => {
    const made = new EC2Client({
      region: east,
      endpoint: address.endpoint,
      credentials: address,
      maxAttempts: 1,
      ...change,
    })
    clients.push(made)
    return made
  }
  let ec2 = client()

  const cloud: SandboxCloud = {
    dir,
    get sandbox() {
      return sandbox
    },
    get address() {
      return address
    },
    get ec2() {
      return ec2
    },
    client,
    async imageId(name = 'sandbox-linux-1.0-x86_64') {
      const found = await ec2.send(
        new DescribeImagesCommand({ IncludeDeprecated: true, Filters: [{ Name: 'name', Values: [name] }] }),
      )
      return found.Images?.[0]?.ImageId ?? ''
    },
    async launch(change = {}) {
      const { Instances = [] } = await ec2.send(
        new RunInstancesCommand({
          ImageId: await cloud.imageId(),
          InstanceType: 't3.micro',
          MinCount: 1,
          MaxCount: 1,
          ...change,
        }),
      )
      return Instances
    },
    async describe(...ids) {
      const { Reservations = [] } = await ec2.send(
        new DescribeInstancesCommand(ids.length > 0 ? { InstanceIds: ids } : {}),
      )
      return Reservations.flatMap(({ Instances = [] }) => Instances)
    },
    async whenAll(state, ids) {
      return vi.waitFor(
        async () => {
          const found = await cloud.describe(...ids)
          const other = found.find((instance) => instance.State?.Name !== state)
          if (other) throw new Error(`${String(other.InstanceId)} is ${String(other.State?.Name)}`)
          return found
        },
        { timeout: 10_000, interval: 10 },
      )
    },
    async running(change = {}) {
      const [launched] = await cloud.launch(change)
      const id = launched?.InstanceId ?? ''
      const [instance] = await cloud.whenAll('running', [id])
      const tagged = instance?.Tags?.find(({ Key }) => Key === 'farmhand:ssh-port')?.Value
      return { id, host: instance?.PublicIpAddress ?? '', port: Number(tagged ?? 2222) }
    },
    async restart() {
      await sandbox.stop()
      sandbox = make()
      address = await sandbox.start()
      ec2 = client()
    },
    async remove() {
      for (const made of clients) made.destroy()
      await sandbox.stop()
      await rm(dir, { recursive: true, force: true, maxRetries: 3 })
    },
  }
  return cloud
}

/** A key made by OpenSSH's own tool, in a directory of its own. */
export interface KeyFile {
  path: string
  publicKey: string
  privateKey: string
  remove(): Promise<void>
}

export async function makeKeyFile(type: 'ed25519' | 'rsa' = 'ed25519'): Promise<KeyFile> {
  const dir = await mkdtemp(join(tmpdir(), 'key-'))
  const path = join(dir, 'key')
  await run('ssh-keygen', ['-q', '-t', type, '-N', '', '-C', 'test', '-f', path])
  return {
    path,
    publicKey: (await readFile(`${path}.pub`, 'utf8')).trim(),
    privateKey: await readFile(path, 'utf8'),
    remove: () => rm(dir, { recursive: true, force: true }),
  }
}

/** Imports the key as a key pair of the region. */
export async function importKey(cloud: SandboxCloud, name: string, key: KeyFile): Promise<void> {
  await cloud.ec2.send(
    new ImportKeyPairCommand({ KeyName: name, PublicKeyMaterial: Buffer.from(key.publicKey) }),
  )
}
