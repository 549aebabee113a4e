/** One step of the ledger's schema; `PRAGMA user_version` counts the steps that a file has taken. */
export type Migration = string

/** All steps, oldest first. A released step never changes; what is new is a new step. */
export const migrations: readonly Migration[] = [
  `
  CREATE TABLE servers (
    id TEXT PRIMARY KEY,
    farm_id TEXT NOT NULL,
    farm_role_id TEXT NOT NULL,
    idx INTEGER NOT NULL,
    status TEXT NOT NULL,
    cloud_id TEXT NOT NULL,
    location TEXT NOT NULL,
    cloud_server_id TEXT,
    launch_token TEXT,
    launch_position INTEGER,
    created_at TEXT NOT NULL,
    terminated_at TEXT,
    data TEXT NOT NULL CHECK (json_valid(data))
  ) STRICT;
  -- A slot is free again once its server is on its way out; index 0 is for servers that fill no slot.
  CREATE UNIQUE INDEX servers_slot ON servers (farm_role_id, idx)
    WHERE idx > 0 AND status NOT IN ('terminated', 'pending-terminate');
  CREATE INDEX servers_live ON servers (id) WHERE status <> 'terminated';
  CREATE INDEX servers_ended ON servers (terminated_at) WHERE status = 'terminated';

  CREATE TABLE events (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    at TEXT NOT NULL,
    kind TEXT NOT NULL,
    farm_id TEXT,
    farm_role_id TEXT,
    server_id TEXT,
    message TEXT NOT NULL,
    reason TEXT,
    fired_by TEXT NOT NULL,
    error TEXT CHECK (error IS NULL OR json_valid(error))
  ) STRICT;
  CREATE INDEX events_by_farm ON events (farm_id, seq);
  CREATE INDEX events_by_server ON events (server_id, seq);
  CREATE INDEX events_by_time ON events (at);
  CREATE TRIGGER events_stay BEFORE UPDATE ON events
    BEGIN SELECT RAISE (ABORT, 'What happened does not change.'); END;
  CREATE TRIGGER events_are_kept BEFORE DELETE ON events
    BEGIN SELECT RAISE (ABORT, 'What happened does not change.'); END;

  CREATE TABLE jobs (
    id TEXT PRIMARY KEY,
    state TEXT NOT NULL,
    started_at TEXT NOT NULL,
    data TEXT NOT NULL CHECK (json_valid(data))
  ) STRICT;
  CREATE INDEX jobs_by_start ON jobs (started_at);
  CREATE INDEX jobs_running ON jobs (started_at) WHERE state = 'running';

  CREATE TABLE cloud_calls (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    token TEXT NOT NULL UNIQUE,
    at TEXT NOT NULL,
    cloud_id TEXT NOT NULL,
    location TEXT NOT NULL,
    action TEXT NOT NULL,
    payload TEXT NOT NULL CHECK (json_valid(payload)),
    state TEXT NOT NULL CHECK (state IN ('asked', 'answered', 'failed')),
    answer TEXT CHECK (answer IS NULL OR json_valid(answer)),
    answered_at TEXT
  ) STRICT;
  CREATE INDEX cloud_calls_unanswered ON cloud_calls (seq) WHERE state = 'asked';

  CREATE TABLE ssh_keys (
    id TEXT PRIMARY KEY,
    farm_id TEXT NOT NULL,
    cloud_id TEXT NOT NULL,
    location TEXT NOT NULL,
    data TEXT NOT NULL CHECK (json_valid(data)),
    UNIQUE (farm_id, cloud_id, location)
  ) STRICT;

  CREATE TABLE host_keys (
    server_id TEXT PRIMARY KEY,
    host TEXT NOT NULL,
    port INTEGER NOT NULL,
    key_type TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    trusted_by TEXT NOT NULL,
    at TEXT NOT NULL
  ) STRICT;

  CREATE TABLE farm_states (
    farm_id TEXT PRIMARY KEY,
    data TEXT NOT NULL CHECK (json_valid(data))
  ) STRICT;

  CREATE TABLE cloud_cache (
    cloud_id TEXT NOT NULL,
    location TEXT NOT NULL,
    kind TEXT NOT NULL,
    fetched_at TEXT,
    data TEXT NOT NULL CHECK (json_valid(data)),
    PRIMARY KEY (cloud_id, location, kind)
  ) STRICT, WITHOUT ROWID;
  `,
  // Elastic IPs of farms, kept by server index.
  `
  CREATE TABLE elastic_ips (
    id TEXT PRIMARY KEY,
    farm_id TEXT NOT NULL,
    farm_role_id TEXT NOT NULL,
    idx INTEGER NOT NULL,
    data TEXT NOT NULL CHECK (json_valid(data)),
    UNIQUE (farm_role_id, idx)
  ) STRICT;
  CREATE INDEX elastic_ips_by_farm ON elastic_ips (farm_id);
  `,
  // Long pieces of work, kept in steps.
  `
  CREATE TABLE tasks (
    id TEXT PRIMARY KEY,
    kind TEXT NOT NULL,
    state TEXT NOT NULL,
    created_at TEXT NOT NULL,
    data TEXT NOT NULL CHECK (json_valid(data))
  ) STRICT;
  CREATE INDEX tasks_by_time ON tasks (created_at);
  CREATE INDEX tasks_running ON tasks (created_at) WHERE state = 'running';
  `,
  // Volumes of farm roles, kept by server index, and when their snapshots are made.
  `
  CREATE TABLE volumes (
    id TEXT PRIMARY KEY,
    farm_id TEXT NOT NULL,
    farm_role_id TEXT NOT NULL,
    name TEXT NOT NULL,
    idx INTEGER NOT NULL,
    disk INTEGER NOT NULL,
    data TEXT NOT NULL CHECK (json_valid(data)),
    UNIQUE (farm_role_id, name, idx, disk)
  ) STRICT;
  CREATE TABLE snapshot_schedules (
    id TEXT PRIMARY KEY,
    data TEXT NOT NULL CHECK (json_valid(data))
  ) STRICT;
  `,
  // A place has two key pairs while one takes the other's place, and one more for Windows.
  `
  CREATE TABLE ssh_keys_of_place (
    id TEXT PRIMARY KEY,
    farm_id TEXT NOT NULL,
    cloud_id TEXT NOT NULL,
    location TEXT NOT NULL,
    data TEXT NOT NULL CHECK (json_valid(data))
  ) STRICT;
  INSERT INTO ssh_keys_of_place SELECT id, farm_id, cloud_id, location, data FROM ssh_keys;
  DROP TABLE ssh_keys;
  ALTER TABLE ssh_keys_of_place RENAME TO ssh_keys;
  CREATE INDEX ssh_keys_by_place ON ssh_keys (farm_id, cloud_id, location);
  `,
  // Events carry their cause and their data, may be retired by age, and are followed by readers with a place each.
  `
  DROP TRIGGER events_are_kept;
  ALTER TABLE events ADD COLUMN caused_by TEXT CHECK (caused_by IS NULL OR json_valid(caused_by));
  ALTER TABLE events ADD COLUMN data TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(data));
  CREATE TABLE event_cursors (
    name TEXT PRIMARY KEY,
    seq INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  `,
]
