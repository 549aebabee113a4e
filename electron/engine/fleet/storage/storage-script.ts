import { readFile } from 'node:fs/promises'
import { z } from 'zod'
import { AppError, type ErrorCode } from '../../../../shared/model/errors.ts'
import type { Server } from '../../../../shared/model/servers.ts'
import type { Clock } from '../../ports.ts'
import { captureCommand, type SshConnections, type SshTargets } from '../../access/ssh/index.ts'

interface StorageScriptOptions {
  /** The script as it ships. */
  path: string
  connections: Pick<SshConnections, 'acquire'>
  targets: Pick<SshTargets, 'of'>
  clock: Clock
}

/** What the script is to do with one volume, or with the disks of one array. */
export interface StorageOrder {
  action: 'mount' | 'unmount' | 'grow'
  name: string
  disks: readonly { volumeId: string; device: string }[]
  raid: { level: number; via: 'mdadm' | 'lvm' } | null
  fileSystem: string
  mountPoint: string
}

/** Formatting a large disk takes its time. */
const TIMEOUT_MS = 900_000

const Line = z.object({
  did: z.string().optional(),
  done: z.string().optional(),
  failed: z.string().optional(),
  code: z.string().optional(),
})

/** The script's own codes; a person has to see to those that are not retryable. */
const FAILURES: Readonly<Record<string, { code: ErrorCode; retryable: boolean }>> = {
  not_blank: { code: 'volume.not_blank', retryable: false },
  array_broken: { code: 'volume.not_blank', retryable: false },
  missing_program: { code: 'volume.not_mounted', retryable: false },
  mount_busy: { code: 'volume.not_mounted', retryable: false },
  format_failed: { code: 'volume.not_mounted', retryable: false },
  raid_failed: { code: 'volume.not_mounted', retryable: false },
}

/** Runs the on-server storage script over SSH. */
export class StorageScript {
  readonly #options: StorageScriptOptions
  #text: Promise<string> | undefined

  constructor(options: StorageScriptOptions) {
    this.#options = options
  }

  /** Answers what was done: `formatted`, `mounted` and so on; nothing when all was as it should be. */
  async run(server: Server, order: StorageOrder, signal: AbortSignal): Promise<string[]> {
    const { connections, targets, clock, path } = this.#options
    this.#text ??= readFile(path, 'utf8')
    const script = await this.#text
    const lease = await connections.acquire(await targets.of(server), { signal })
    try {
      const { end, stdout, stderr } = await captureCommand(lease.connection, {
        run: { script },
        env: {
          FARMHAND_ACTION: order.action,
          FARMHAND_NAME: order.name,
          FARMHAND_VOLUMES: order.disks.map(({ volumeId }) => volumeId).join(' '),
          FARMHAND_DEVICES: order.disks.map(({ device }) => device).join(' '),
          FARMHAND_RAID: order.raid?.via ?? 'none',
          FARMHAND_LEVEL: String(order.raid?.level ?? 0),
          FARMHAND_FS: order.fileSystem,
          FARMHAND_MOUNT: order.mountPoint,
        },
        clock,
        signal,
        timeoutMs: TIMEOUT_MS,
      })
      const lines = stdout.split('\n').flatMap((line) => readLine(line) ?? [])
      const failed = lines.find((line) => line.failed !== undefined)
      if (failed) throw failure(order, failed.failed ?? '', failed.code ?? '')
      if (!lines.some(({ done }) => done !== undefined)) {
        const said = stderr.trim().split('\n').at(-1) ?? ''
        const how = end.kind === 'exited' ? `ended with status ${end.exitCode}` : 'did not end'
        throw failure(order, `The storage script ${how}. ${said}`, '')
      }
      return lines.flatMap(({ did }) => did ?? [])
    } finally {
      lease.release()
    }
  }
}

function failure(order: StorageOrder, sentence: string, code: string): AppError {
  const known = FAILURES[code] ?? { code: 'volume.not_mounted', retryable: true }
  return new AppError(known.code, {
    message: `${order.name} (${order.mountPoint}): ${sentence}`,
    retryable: known.retryable,
  })
}

function readLine(text: string): z.infer<typeof Line> | undefined {
  try {
    return Line.parse(JSON.parse(text))
  } catch {
    return undefined
  }
}
