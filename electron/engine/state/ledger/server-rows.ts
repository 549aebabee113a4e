import { AppError } from '../../../../shared/model/errors.ts'
import type { NewEvent } from '../../../../shared/model/events.ts'
import type { Server } from '../../../../shared/model/servers.ts'
import { RecentRows, type RowParts } from './record-rows.ts'
import { serverLifetime, servers } from './tables.ts'
import type { StatementSync } from 'node:sqlite'

/** Servers; a slot (farm role and index) is filled by one live server at a time. */
export class ServerRows extends RecentRows<Server> {
  readonly #holder: StatementSync

  constructor(parts: RowParts) {
    super(parts, servers, serverLifetime)
    this.#holder = parts.store.database.prepare(`
      SELECT id FROM servers WHERE farm_role_id = ? AND idx = ? AND id <> ? AND idx > 0
        AND status NOT IN ('terminated', 'pending-terminate')`)
  }

  /** Rejects with AppError `input.conflict` when two live servers would fill one slot. */
  override putMany(records: readonly Server[], events: readonly NewEvent[] = []): Promise<void> {
    // Those that leave their slot go first, whoever takes it comes after them.
    const inOrder = [...records].sort((a, b) => Number(holdsSlot(a)) - Number(holdsSlot(b)))
    return super.putMany(inOrder, events)
  }

  protected override set(server: Server): void {
    const holder = holdsSlot(server)
      ? this.#holder.get(server.farmRoleId, server.index, server.id)
      : undefined
    if (holder !== undefined) {
      throw new AppError('input.conflict', {
        message: `${server.farm} ${server.alias} #${String(server.index)} is filled by server ${String(holder['id'])} already; ${server.id} cannot fill it too.`,
      })
    }
    super.set(server)
  }
}

function holdsSlot(server: Server): boolean {
  return server.index > 0 && server.status !== 'terminated' && server.status !== 'pending-terminate'
}
