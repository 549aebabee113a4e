import type { StatementSync } from 'node:sqlite'
import { z } from 'zod'
import { Timestamp } from '../../../../shared/model/ids.ts'
import type { NewEvent } from '../../../../shared/model/events.ts'
import type { Clock } from '../../ports.ts'
import type { RowParts } from './record-rows.ts'
import { RowReader } from './rows.ts'

/**
 * A call that changes a cloud, written down before the cloud hears of it. `asked` until an answer is known: `answered` when
 * the cloud did it, `failed` when it said no. `payload` and `answer` are JSON.
 */
const CloudCall = z.object({
  token: z.string(),
  at: Timestamp,
  cloudId: z.string(),
  location: z.string(),
  action: z.string(),
  payload: z.unknown(),
  state: z.enum(['asked', 'answered', 'failed']),
  answer: z.unknown(),
  answeredAt: Timestamp.nullable(),
})
export type CloudCall = z.infer<typeof CloudCall>

/** The calls that change a cloud, by their client token. */
export class CloudCallRows {
  readonly #parts: RowParts
  readonly #clock: Clock
  readonly #reader: RowReader<CloudCall>
  readonly #ask: StatementSync
  readonly #answer: StatementSync
  readonly #one: StatementSync
  readonly #unanswered: StatementSync

  constructor(parts: RowParts) {
    const { database } = parts.store
    this.#parts = parts
    this.#clock = parts.dataDir.clock
    this.#reader = new RowReader('cloud call', CloudCall, parts.dataDir)
    this.#ask = database.prepare(`
      INSERT INTO cloud_calls (token, at, cloud_id, location, action, payload, state)
      VALUES (?, ?, ?, ?, ?, ?, 'asked')`)
    this.#answer = database.prepare(
      'UPDATE cloud_calls SET state = ?, answer = ?, answered_at = ? WHERE token = ?',
    )
    this.#one = database.prepare('SELECT * FROM cloud_calls WHERE token = ?')
    this.#unanswered = database.prepare(`SELECT * FROM cloud_calls WHERE state = 'asked' ORDER BY seq`)
  }

  /** Writes the intent down; a token is used once. */
  async asked(call: Pick<CloudCall, 'token' | 'cloudId' | 'location' | 'action' | 'payload'>): Promise<void> {
    await this.#parts.store.write(() => {
      const payload = JSON.stringify(call.payload ?? null)
      this.#ask.run(call.token, this.#now(), call.cloudId, call.location, call.action, payload)
    })
  }

  /** Writes the answer down, in one transaction with the events that tell of it; a later one replaces it. */
  async answered(
    token: string,
    state: 'answered' | 'failed',
    answer: unknown,
    events: readonly NewEvent[] = [],
  ): Promise<void> {
    await this.#parts.store.write(() => {
      this.#answer.run(state, JSON.stringify(answer ?? null), this.#now(), token)
      this.#parts.events.insert(events)
    })
  }

  find(token: string): Promise<CloudCall | undefined> {
    return this.#parts.store.read(() => {
      const row = this.#one.get(token)
      return this.#reader.one(row && toRecord(row))
    })
  }

  /** Calls whose answer is not known, oldest first: to be looked for by token and tag before anything else is done. */
  unanswered(): Promise<CloudCall[]> {
    return this.#parts.store.read(() => this.#reader.many(this.#unanswered.all().map(toRecord)))
  }

  #now(): string {
    return new Date(this.#clock.now()).toISOString()
  }
}

function toRecord(row: Record<string, unknown>): Record<string, unknown> {
  return {
    id: row['token'],
    token: row['token'],
    at: row['at'],
    cloudId: row['cloud_id'],
    location: row['location'],
    action: row['action'],
    payload: fromJson(row['payload']),
    state: row['state'],
    answer: fromJson(row['answer']),
    answeredAt: row['answered_at'],
  }
}

function fromJson(value: unknown): unknown {
  return typeof value === 'string' ? JSON.parse(value) : null
}
