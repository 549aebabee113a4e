import { createServer } from 'node:net'
import { join, resolve } from 'node:path'
import type { Clock, Log } from '../../engine/ports.ts'
import type { Call, CloudState } from './ec2/action.ts'
import { defaultGroups } from './ec2/security-groups.ts'
import type { SandboxFault } from './faults/fault.ts'
import { SandboxFaults } from './faults/sandbox-faults.ts'
import { Endpoint } from './http/endpoint.ts'
import { Ids } from './ids.ts'
import { rebooting, settled, stopping, terminating } from './life.ts'
import { installDiskTools } from './machines/disk-tools.ts'
import { VolumeFolders } from './machines/volume-folders.ts'
import { Machines } from './machines/machines.ts'
import { defaultTimes, type SandboxTimes } from './settings.ts'
import type { InstanceRecord } from './state/records.ts'
import { SandboxStore } from './state/store.ts'

export interface SandboxOptions {
  /** Holds all state; made when missing. One Sandbox a directory at a time. */
  dir: string
  clock: Clock
  log: Log
  /** Where the files of the instances' disk commands are shipped; without it they have none. */
  toolsSourceDir?: string
  /** Port of the HTTP endpoint on loopback; 0 or none for any free one. */
  port?: number
  /** With it, ids are the same at every new start in an empty directory. */
  idSeed?: string
  times?: Partial<SandboxTimes>
}

/** How to call a Sandbox. The key is its own and good for nothing else. */
export interface SandboxAddress {
  endpoint: string
  accessKeyId: string
  secretAccessKey: string
}

/** An instance as the Sandbox itself knows it, for tests that look behind the API. */
export type SandboxInstance = Pick<
  InstanceRecord,
  | 'id'
  | 'region'
  | 'state'
  | 'zone'
  | 'instanceType'
  | 'imageId'
  | 'address'
  | 'sshPort'
  | 'tags'
  | 'clientToken'
  | 'keyName'
>

/**
 * A cloud inside Farmhand, made of two real protocols: the EC2 Query API over HTTP on loopback, and an SSH server for each
 * running instance. Its instances survive a restart and stop with it.
 *
 * The instances are no isolated machines: each is a directory and shells in it, which run as the user's own account on
 * the user's own machine and can do whatever that account can do.
 */
export class Sandbox {
  readonly faults: SandboxFaults
  readonly #options: SandboxOptions
  readonly #times: SandboxTimes
  #store = new SandboxStore()
  #machines: Machines | undefined
  #volumeFolders: VolumeFolders | undefined
  #endpoint: Endpoint | undefined

  constructor(options: SandboxOptions) {
    this.#options = options
    this.#times = { ...defaultTimes, ...options.times }
    this.faults = new SandboxFaults({ clock: options.clock, once: (fault) => this.#once(fault) })
  }

  /** Starts the endpoint and the SSH servers of all instances that were running; resolves when all listen. */
  async start(): Promise<SandboxAddress> {
    const { clock, log, port = 0 } = this.#options
    const dir = resolve(this.#options.dir)
    const store = new SandboxStore()
    const ids = new Ids(this.#options.idSeed)
    await store.open({ dir, clock, log })
    this.#store = store
    const account = store.account ?? newAccount(ids)
    await store.save([
      ...(store.account ? [] : [{ kind: 'account' as const, put: account }]),
      ...defaultGroups()
        .filter((group) => !store.groups.has(group.id))
        .map((put) => ({ kind: 'group' as const, put })),
    ])
    const volumeFolders = new VolumeFolders({
      dir,
      store,
      clock,
      log,
      homeOf: (instanceId) => join(dir, 'instances', instanceId, 'home'),
    })
    this.#volumeFolders = volumeFolders
    const machines = new Machines({
      dir,
      toolsDir: await this.#installTools(dir),
      volumeFolders,
      store,
      times: this.#times,
      clock,
      log,
      isHanging: (id) =>
        this.faults.take('ssh-hang', ({ instanceId }) => instanceId === undefined || instanceId === id) !==
        undefined,
    })
    this.#machines = machines
    await volumeFolders.start()
    await machines.start()
    const state: CloudState = {
      store,
      ids,
      times: this.#times,
      clock,
      ownAddresses: await canBind('127.93.7.1'),
      follow: (instanceIds) => machines.follow(instanceIds),
      consoleText: async (id) => {
        const record = store.instances.get(id)
        const shown = record ? await machines.of(record).console.read() : undefined
        return shown ?? { text: '', at: clock.now() }
      },
      disks: machines.disks,
      volumeDisks: volumeFolders,
      faults: this.#cloudFaults(),
    }
    this.#endpoint = new Endpoint({ state, faults: this.faults, log, port })
    const endpoint = await this.#endpoint.start()
    log.info({ endpoint, instances: store.instances.size }, 'The Sandbox is up.')
    return {
      endpoint,
      accessKeyId: account.accessKeyId,
      secretAccessKey: account.secretAccessKey,
    }
  }

  /** Ends all calls, sessions and processes; the instances go on at the next start. */
  async stop(): Promise<void> {
    await this.#endpoint?.stop()
    this.#endpoint = undefined
    await this.#machines?.stop()
    this.#machines = undefined
    await this.#volumeFolders?.stop()
    this.#volumeFolders = undefined
    await this.#store.close()
  }

  /** All instances that are still listed, as they are now. */
  instances(): SandboxInstance[] {
    const now = this.#options.clock.now()
    return [...this.#store.instances.values()].map((record) => {
      const { id, region, state, zone, instanceType, imageId, address, sshPort, tags, clientToken, keyName } =
        settled(record, now)
      return { id, region, state, zone, instanceType, imageId, address, sshPort, tags, clientToken, keyName }
    })
  }

  /** The Elastic IPs of all regions. */
  addresses(): { id: string; region: string; address: string }[] {
    return [...this.#store.addresses.values()].map(({ id, region, address }) => ({ id, region, address }))
  }

  async #installTools(dir: string): Promise<string | null> {
    const { toolsSourceDir } = this.#options
    if (toolsSourceDir === undefined || process.platform === 'win32') return null
    const toolsDir = join(dir, 'tools')
    await installDiskTools(toolsSourceDir, toolsDir)
    return toolsDir
  }

  #cloudFaults(): CloudState['faults'] {
    return {
      roomIn: (zone, count) =>
        this.faults.take('no-capacity', (fault) => fault.zone === undefined || fault.zone === zone)?.room ??
        count,
      spotPriceFactor: () => this.faults.take('spot-price')?.factor ?? 1,
      invisibleMs: () => this.faults.take('invisible')?.ms,
      imageFailure: () => this.faults.take('image-fails')?.message,
      isAttachStuck: () => this.faults.take('attach-stuck') !== undefined,
      isPageMissing: (action: Call['action'], page) =>
        this.faults.take('missing-page', (fault) => fault.action === action && fault.page === page) !==
        undefined,
    }
  }

  async #once(fault: Extract<SandboxFault, { kind: 'instance' | 'remove-tags' }>): Promise<void> {
    const now = this.#options.clock.now()
    const stored = this.#store.instances.get(fault.instanceId)
    if (!stored || !this.#machines) throw new Error(`There is no instance ${fault.instanceId}.`)
    const record = settled(stored, now)
    if (fault.kind === 'remove-tags') {
      const { keys } = fault
      const tags = Object.fromEntries(
        Object.entries(record.tags).filter(([key]) => keys !== undefined && !keys.includes(key)),
      )
      await this.#change({ ...record, tags })
      return
    }
    const order = {
      now,
      times: this.#times,
      reason: { code: 'Server.ScheduledStop', message: 'Server initiated' },
    }
    switch (fault.happens) {
      case 'terminate':
        if (record.state !== 'terminated') await this.#change(terminating(record, order))
        break
      case 'stop':
        if (record.state === 'running') await this.#change(stopping(record, order))
        break
      case 'reboot':
        if (record.state === 'running') await this.#change(rebooting(record, order))
        break
      case 'change-host-key':
        await this.#machines.of(record).changeHostKey()
        break
      case 'cut-connections':
        this.#machines.of(record).cutConnections()
        break
    }
  }

  async #change(record: InstanceRecord): Promise<void> {
    await this.#store.save([{ kind: 'instance', put: record }])
    this.#machines?.follow([record.id])
  }
}

function newAccount(ids: Ids): {
  id: 'account'
  accountId: string
  accessKeyId: string
  secretAccessKey: string
} {
  return {
    id: 'account',
    accountId: ((BigInt(`0x${ids.hex(8)}`) % 900_000_000_000n) + 100_000_000_000n).toString(),
    accessKeyId: `AKIASANDBOX${ids.hex(5).slice(0, 9).toUpperCase()}`,
    secretAccessKey: ids.hex(20),
  }
}

/** Linux and Windows let everybody have any address of 127.0.0.0/8; macOS has 127.0.0.1 only. */
async function canBind(address: string): Promise<boolean> {
  const probe = createServer()
  return new Promise((done) => {
    probe.once('error', () => {
      done(false)
    })
    probe.listen(0, address, () => {
      probe.close(() => {
        done(true)
      })
    })
  })
}
