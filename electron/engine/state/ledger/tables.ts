import { ElasticIp } from '../../../../shared/model/elastic-ips.ts'
import { FarmState } from '../../../../shared/model/farms.ts'
import { Job } from '../../../../shared/model/jobs.ts'
import { Server } from '../../../../shared/model/servers.ts'
import { SshKey } from '../../../../shared/model/ssh-keys.ts'
import { Task } from '../../../../shared/model/tasks.ts'
import { ScheduleRecord, VolumeRecord } from '../../../../shared/model/volume-records.ts'
import { type Lifetime, RecentRows, RecordRows, type RecordTable, type RowParts } from './record-rows.ts'

/* How the records of each noun stand in the ledger; `migrations.ts` makes the tables. */

export const servers: RecordTable<Server> = {
  name: 'servers',
  what: 'server',
  schema: Server,
  columns: {
    id: (server) => server.id,
    farm_id: (server) => server.farmId,
    farm_role_id: (server) => server.farmRoleId,
    idx: (server) => server.index,
    status: (server) => server.status,
    cloud_id: (server) => server.cloudId,
    location: (server) => server.location,
    cloud_server_id: (server) => server.cloudServerId,
    launch_token: (server) => server.launch?.token ?? null,
    launch_position: (server) => server.launch?.position ?? null,
    created_at: (server) => server.createdAt,
    terminated_at: (server) => server.terminatedAt,
  },
}
export const serverLifetime: Lifetime = {
  open: "status <> 'terminated'",
  ended: "status = 'terminated'",
  by: 'terminated_at',
}

/** One a farm role and server index. */
export const elasticIps: RecordTable<ElasticIp> = {
  name: 'elastic_ips',
  what: 'Elastic IP',
  schema: ElasticIp,
  columns: {
    id: (address) => address.id,
    farm_id: (address) => address.farmId,
    farm_role_id: (address) => address.farmRoleId,
    idx: (address) => address.index,
  },
}

const running: Omit<Lifetime, 'by'> = { open: "state = 'running'", ended: "state <> 'running'" }

/** The rows of the nouns that need no queries of their own: what stands here is in the ledger under its name. */
export function plainRows(parts: RowParts) {
  return {
    jobs: new RecentRows(
      parts,
      {
        name: 'jobs',
        what: 'job',
        schema: Job,
        columns: { id: (job) => job.id, state: (job) => job.state, started_at: (job) => job.startedAt },
      },
      { ...running, by: 'started_at' },
    ),
    /** Long pieces of work, kept in steps. */
    tasks: new RecentRows(
      parts,
      {
        name: 'tasks',
        what: 'task',
        schema: Task,
        columns: {
          id: (task) => task.id,
          kind: (task) => task.kind,
          state: (task) => task.state,
          created_at: (task) => task.createdAt,
        },
      },
      { ...running, by: 'created_at' },
    ),
    /** The public halves of key pairs. */
    sshKeys: new RecordRows(parts, {
      name: 'ssh_keys',
      what: 'key',
      schema: SshKey,
      columns: {
        id: (key) => key.id,
        farm_id: (key) => key.farmId,
        cloud_id: (key) => key.cloudId,
        location: (key) => key.location,
      },
    }),
    /** The life of farms: status, lock, pauses; one record a farm. */
    farmStates: new RecordRows(parts, {
      name: 'farm_states',
      what: 'farm',
      schema: FarmState,
      columns: { farm_id: (state) => state.farmId },
    }),
    /** Volumes of farm roles: one a place (farm role, name, server index, disk). */
    volumes: new RecordRows(parts, {
      name: 'volumes',
      what: 'volume',
      schema: VolumeRecord,
      columns: {
        id: (volume) => volume.id,
        farm_id: (volume) => volume.farmId,
        farm_role_id: (volume) => volume.farmRoleId,
        name: (volume) => volume.name,
        idx: (volume) => volume.index,
        disk: (volume) => volume.disk,
      },
    }),
    snapshotSchedules: new RecordRows(parts, {
      name: 'snapshot_schedules',
      what: 'snapshot schedule',
      schema: ScheduleRecord,
      columns: { id: (schedule) => schedule.id },
    }),
  }
}
