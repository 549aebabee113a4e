import { ElasticIp } from '../../../../shared/model/elastic-ips.ts'
import { FarmState } from '../../../../shared/model/farms.ts'
import { Job } from '../../../../shared/model/jobs.ts'
import { Server } from '../../../../shared/model/servers.ts'
import { SshKey } from '../../../../shared/model/ssh-keys.ts'
import { Task } from '../../../../shared/model/tasks.ts'
import { ScheduleRecord, VolumeRecord } from '../../../../shared/model/volume-records.ts'
import type { Lifetime, RecordTable } from './record-rows.ts'

/* How the records of each noun stand in the ledger; `migrations.ts` makes the tables. */

const running: Omit<Lifetime, 'by'> = { open: "state = 'running'", ended: "state <> 'running'" }

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

export const jobs: RecordTable<Job> = {
  name: 'jobs',
  what: 'job',
  schema: Job,
  columns: { id: (job) => job.id, state: (job) => job.state, started_at: (job) => job.startedAt },
}
export const jobLifetime: Lifetime = { ...running, by: 'started_at' }

/** Long pieces of work, kept in steps. */
export const tasks: RecordTable<Task> = {
  name: 'tasks',
  what: 'task',
  schema: Task,
  columns: {
    id: (task) => task.id,
    kind: (task) => task.kind,
    state: (task) => task.state,
    created_at: (task) => task.createdAt,
  },
}
export const taskLifetime: Lifetime = { ...running, by: 'created_at' }

/** The public halves of key pairs. */
export const sshKeys: RecordTable<SshKey> = {
  name: 'ssh_keys',
  what: 'key',
  schema: SshKey,
  columns: {
    id: (key) => key.id,
    farm_id: (key) => key.farmId,
    cloud_id: (key) => key.cloudId,
    location: (key) => key.location,
  },
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

/** The life of farms: status, lock, pauses; one record a farm. */
export const farmStates: RecordTable<FarmState> = {
  name: 'farm_states',
  what: 'farm',
  schema: FarmState,
  columns: { farm_id: (state) => state.farmId },
}

/** Volumes of farm roles: one a place (farm role, name, server index, disk). */
export const volumes: RecordTable<VolumeRecord> = {
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
}

export const snapshotSchedules: RecordTable<ScheduleRecord> = {
  name: 'snapshot_schedules',
  what: 'snapshot schedule',
  schema: ScheduleRecord,
  columns: { id: (schedule) => schedule.id },
}
