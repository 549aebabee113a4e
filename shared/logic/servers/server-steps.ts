import type { EventData, EventKind } from '../../model/events.ts'
import type { Server, ServerStatus } from '../../model/servers.ts'

/** Something that happened to the server, to be written into its timeline. */
export interface LifeEvent {
  kind: EventKind
  message: string
  reason: string | null
  firedBy: 'person' | 'system' | 'cloud'
  /** What it tells beside its sentence. */
  data?: EventData
}

/** A server after something happened, with what is to be told about it. `server` is the same object when nothing changed. */
export interface LifeStep {
  server: Server
  events: LifeEvent[]
}

export function iso(nowMs: number): string {
  return new Date(nowMs).toISOString()
}

/** `web #2 of shop`, the way timelines name a server. */
export function serverName(server: Pick<Server, 'alias' | 'index' | 'farm'>): string {
  return `${server.alias} #${server.index} of ${server.farm}`
}

const WAITS_FOR: Readonly<Partial<Record<ServerStatus, string>>> = {
  'pending-launch': 'the cloud',
  pending: 'the instance to start',
  initializing: 'SSH',
  'pending-suspend': 'the instance to stop',
  resuming: 'the instance to start',
  'pending-terminate': 'the instance to end',
}

/** The server in another status from now on. What belongs to the former status ends with it. */
export function enter(
  server: Server,
  status: ServerStatus,
  nowMs: number,
  change: Partial<Server> = {},
): Server {
  return {
    ...server,
    status,
    since: iso(nowMs),
    waitingFor: WAITS_FOR[status] ?? null,
    heldFrom: null,
    restart: null,
    terminateAt: null,
    ...change,
  }
}

export function told(
  kind: EventKind,
  message: string,
  firedBy: LifeEvent['firedBy'],
  reason: string | null = null,
): LifeEvent {
  return { kind, message, reason, firedBy }
}
