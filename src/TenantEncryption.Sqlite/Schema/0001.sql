-- Version 1. Times are UTC text, yyyy-MM-ddTHH:mm:ss.fffffffZ, so that text order is time order. Enumerations are their names.
-- Text is compared byte by byte (BINARY) unless a column says otherwise.

CREATE TABLE settings (
    name  TEXT NOT NULL PRIMARY KEY,
    value BLOB NOT NULL
) STRICT, WITHOUT ROWID;

-- Users' own platform profiles; the built-in ones are part of the software.
CREATE TABLE platforms (
    name     TEXT NOT NULL PRIMARY KEY,
    json     TEXT NOT NULL CHECK (json_valid(json)),
    hash     TEXT NOT NULL,
    added_at TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TRIGGER platforms_never_change BEFORE UPDATE ON platforms BEGIN
    SELECT RAISE(ABORT, 'A platform profile never changes.');
END;

CREATE TABLE tenants (
    tenant_id       TEXT    NOT NULL PRIMARY KEY,
    display_name    TEXT,
    platform        TEXT    NOT NULL,
    region          TEXT,
    edition         TEXT,
    organization    TEXT,
    -- A child inherits its parent's provider.
    parent          TEXT    REFERENCES tenants (tenant_id),
    key_hierarchy   TEXT    NOT NULL,
    key_lease_ticks INTEGER NOT NULL CHECK (key_lease_ticks >= 0),
    -- Whether data is read although the record of it can't be written.
    untraced_reads  INTEGER NOT NULL CHECK (untraced_reads IN (0, 1)),
    epoch           INTEGER NOT NULL,
    created_at      TEXT    NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE key_providers (
    ordinal                   INTEGER PRIMARY KEY,
    id                        TEXT    NOT NULL UNIQUE,
    tenant_id                 TEXT    NOT NULL REFERENCES tenants (tenant_id),
    name                      TEXT    NOT NULL,
    description               TEXT,
    type                      TEXT    NOT NULL,
    key_identifier            TEXT,
    key_arn                   TEXT,
    arn_fingerprint           TEXT,
    context_value             TEXT,
    parameters                TEXT    NOT NULL CHECK (json_valid(parameters)),
    second_layer              INTEGER NOT NULL,
    status                    TEXT    NOT NULL CHECK (status IN ('Pending', 'Active', 'Archived', 'Deactivated')),
    multi_region              INTEGER NOT NULL,
    replica_keys              TEXT    NOT NULL CHECK (json_valid(replica_keys)),
    refused_regions           TEXT    NOT NULL CHECK (json_valid(refused_regions)),
    -- Raised by every process that KMS refuses, so that the others forget what it gave them.
    refusals                  INTEGER NOT NULL DEFAULT 0,
    connection_region         TEXT,
    connection_profile_name   TEXT,
    connection_endpoint_url   TEXT,
    connection_role_arn       TEXT,
    connection_external_id    TEXT,
    connection_fips_endpoints INTEGER,
    -- Those without which the key is not used.
    grants                    TEXT    NOT NULL CHECK (json_valid(grants)),
    created_at                TEXT    NOT NULL,
    promoted_to_current_at    TEXT,
    demoted_from_current_at   TEXT,
    last_tested_at            TEXT,
    last_test_code            TEXT,
    -- Wraps and catalogued messages of Direct tenants, whose data keys no key-encryption key wraps.
    direct_reserved_wraps     INTEGER NOT NULL DEFAULT 0,
    direct_file_wraps         INTEGER NOT NULL DEFAULT 0,
    direct_messages           INTEGER NOT NULL DEFAULT 0,
    CHECK (direct_file_wraps BETWEEN 0 AND direct_reserved_wraps)
) STRICT;

-- NOCASE folds the 26 ASCII letters only: names that differ in the case of other letters are different names.
CREATE UNIQUE INDEX key_providers_name ON key_providers (tenant_id, name COLLATE NOCASE);
CREATE UNIQUE INDEX key_providers_active ON key_providers (tenant_id) WHERE status = 'Active';
CREATE INDEX key_providers_refused ON key_providers (tenant_id) WHERE refusals > 0;
CREATE INDEX key_providers_key_arn ON key_providers (key_arn);
CREATE INDEX key_providers_key_identifier ON key_providers (key_identifier);

CREATE TABLE key_encryption_keys (
    ordinal               INTEGER PRIMARY KEY,
    kek_id                TEXT    NOT NULL UNIQUE,
    tenant_id             TEXT    NOT NULL REFERENCES tenants (tenant_id),
    provider_id           TEXT    NOT NULL REFERENCES key_providers (id),
    key_arn               TEXT    NOT NULL,
    encryption_context    TEXT    NOT NULL CHECK (json_valid(encryption_context)),
    sealed_share          BLOB    NOT NULL,
    sealed_internal_share BLOB    NOT NULL,
    salt                  BLOB    NOT NULL,
    iv                    BLOB    NOT NULL,
    sealed_kek            BLOB    NOT NULL,
    status                TEXT    NOT NULL CHECK (status IN ('Current', 'Previous')),
    created_at            TEXT    NOT NULL,
    reserved_wraps        INTEGER NOT NULL,
    file_wraps            INTEGER NOT NULL,
    -- The catalog entries under this key, kept with them: a provider's counts are read at every command.
    messages              INTEGER NOT NULL DEFAULT 0,
    CHECK (file_wraps BETWEEN 0 AND reserved_wraps)
) STRICT;

CREATE UNIQUE INDEX key_encryption_keys_current ON key_encryption_keys (tenant_id) WHERE status = 'Current';
CREATE INDEX key_encryption_keys_tenant ON key_encryption_keys (tenant_id, created_at);
CREATE INDEX key_encryption_keys_provider ON key_encryption_keys (provider_id);

CREATE TABLE sessions (
    id              TEXT    NOT NULL PRIMARY KEY,
    machine         TEXT    NOT NULL,
    boot            TEXT    NOT NULL,
    process_id      INTEGER NOT NULL,
    process_started INTEGER NOT NULL,
    beats           INTEGER NOT NULL,
    -- Milliseconds since the machine's start.
    beat_at         INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE wrap_reservations (
    id          TEXT    NOT NULL PRIMARY KEY,
    tenant_id   TEXT    NOT NULL REFERENCES tenants (tenant_id),
    -- While a reservation is open, its key's record can't be deleted.
    kek_id      TEXT    REFERENCES key_encryption_keys (kek_id),
    provider_id TEXT    NOT NULL REFERENCES key_providers (id),
    epoch       INTEGER NOT NULL,
    wraps       INTEGER NOT NULL CHECK (wraps >= 0),
    session_id  TEXT    NOT NULL REFERENCES sessions (id) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;

CREATE INDEX wrap_reservations_kek ON wrap_reservations (kek_id);
CREATE INDEX wrap_reservations_provider ON wrap_reservations (provider_id);
CREATE INDEX wrap_reservations_session ON wrap_reservations (session_id);

-- Where messages lie: the files of a machine, or a bucket.
CREATE TABLE spaces (
    number  INTEGER PRIMARY KEY,
    address TEXT    NOT NULL UNIQUE
) STRICT;

-- The catalog outlives keys and providers that were removed by force: it goes on to tell which files they took with them.
-- A name is as its space compares it, so that one object has one; its spelling is there where that is another. A version is empty but where the space keeps older ones.
CREATE TABLE catalog (
    space              INTEGER NOT NULL REFERENCES spaces (number),
    name               TEXT    NOT NULL,
    version            TEXT    NOT NULL,
    spelling           TEXT,
    message_id         TEXT    NOT NULL UNIQUE,
    tenant_id          TEXT    NOT NULL REFERENCES tenants (tenant_id),
    kek_id             TEXT,
    direct_provider_id TEXT,
    length             INTEGER NOT NULL,
    created_at         TEXT    NOT NULL,
    PRIMARY KEY (space, name, version)
) STRICT, WITHOUT ROWID;

CREATE INDEX catalog_tenant ON catalog (tenant_id);
CREATE INDEX catalog_kek ON catalog (kek_id) WHERE kek_id IS NOT NULL;

-- What is to be catalogued as soon as its files have their names. It counts as catalogued; of a writer that died, the next process settles it.
-- Apart from the catalog and without indexes of its own: every file passes through here, and few are here at a time.
CREATE TABLE catalog_pending (
    reservation_id     TEXT    NOT NULL,
    space              INTEGER NOT NULL REFERENCES spaces (number),
    name               TEXT    NOT NULL,
    version            TEXT    NOT NULL,
    spelling           TEXT,
    message_id         TEXT    NOT NULL,
    tenant_id          TEXT    NOT NULL REFERENCES tenants (tenant_id),
    kek_id             TEXT,
    direct_provider_id TEXT,
    length             INTEGER NOT NULL,
    created_at         TEXT    NOT NULL,
    PRIMARY KEY (reservation_id, space, name, version)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER catalog_keys_are_fixed BEFORE UPDATE OF message_id, kek_id, direct_provider_id ON catalog BEGIN
    SELECT RAISE(ABORT, 'A message never changes its id or its key.');
END;

CREATE TABLE migrations (
    ordinal           INTEGER PRIMARY KEY,
    id                TEXT    NOT NULL UNIQUE,
    tenant_id         TEXT    NOT NULL REFERENCES tenants (tenant_id),
    mode              TEXT    NOT NULL,
    state             TEXT    NOT NULL CHECK (state IN ('New', 'InProgress', 'Completed', 'Suspended', 'Stopped', 'Failed')),
    -- History: the providers may be removed later.
    migrating_from    TEXT    NOT NULL,
    migrating_to      TEXT    NOT NULL,
    actor             TEXT,
    initiated_at      TEXT    NOT NULL,
    completed_at      TEXT,
    -- What another process asks of those who work on it.
    requested         TEXT    CHECK (requested IN ('Suspended', 'Stopped')),
    failure_code      TEXT,
    low_priority      INTEGER NOT NULL CHECK (low_priority IN (0, 1)),
    -- Of a Reencrypt: messages, and bytes of plaintext. A RewrapKek counts its items.
    total             INTEGER NOT NULL,
    done              INTEGER NOT NULL,
    bytes             INTEGER NOT NULL
) STRICT;

CREATE UNIQUE INDEX migrations_unfinished ON migrations (tenant_id) WHERE state IN ('New', 'InProgress', 'Suspended', 'Failed');
CREATE INDEX migrations_tenant ON migrations (tenant_id, initiated_at);

-- What moves. RewrapKek: each key. Reencrypt: each key whose messages move, or, of messages whose data keys a master key wraps itself, its provider.
CREATE TABLE migration_items (
    ordinal               INTEGER PRIMARY KEY,
    migration_id          TEXT    NOT NULL REFERENCES migrations (id),
    kek_id                TEXT    NOT NULL,
    is_new_key            INTEGER NOT NULL,
    state                 TEXT    NOT NULL CHECK (state IN ('Pending', 'Staged', 'Done', 'Failed')),
    code                  TEXT,
    detail                TEXT,
    -- The staged record; all of it or none.
    tenant_id             TEXT,
    provider_id           TEXT,
    key_arn               TEXT,
    encryption_context    TEXT,
    sealed_share          BLOB,
    sealed_internal_share BLOB,
    salt                  BLOB,
    iv                    BLOB,
    sealed_kek            BLOB,
    UNIQUE (migration_id, kek_id)
) STRICT;

CREATE INDEX migration_items_state ON migration_items (migration_id, state);

-- The parts of the catalog that a Reencrypt works on: in one space the messages of one item, after a name (empty: from the first) and up to another. Who works
-- on a range claims it: one attempt of a runner whose session lives.
CREATE TABLE migration_ranges (
    migration_id  TEXT    NOT NULL REFERENCES migrations (id),
    number        INTEGER NOT NULL,
    item          TEXT    NOT NULL,
    space         INTEGER NOT NULL REFERENCES spaces (number),
    after_name    TEXT    NOT NULL,
    after_version TEXT    NOT NULL,
    last_name     TEXT    NOT NULL,
    last_version  TEXT    NOT NULL,
    runner        TEXT,
    attempt       INTEGER NOT NULL,
    is_done       INTEGER NOT NULL CHECK (is_done IN (0, 1)),
    PRIMARY KEY (migration_id, number)
) STRICT, WITHOUT ROWID;

-- The messages that a Reencrypt could not move, and why.
CREATE TABLE migration_failures (
    migration_id TEXT    NOT NULL REFERENCES migrations (id),
    space        INTEGER NOT NULL REFERENCES spaces (number),
    name         TEXT    NOT NULL,
    version      TEXT    NOT NULL,
    spelling     TEXT,
    message_id   TEXT    NOT NULL,
    item         TEXT    NOT NULL,
    code         TEXT    NOT NULL,
    detail       TEXT,
    PRIMARY KEY (migration_id, space, name, version)
) STRICT, WITHOUT ROWID;

-- Who works on a migration. A process may do so more than once.
CREATE TABLE migration_runners (
    migration_id TEXT NOT NULL REFERENCES migrations (id),
    runner       TEXT NOT NULL,
    session_id   TEXT NOT NULL,
    PRIMARY KEY (migration_id, runner)
) STRICT, WITHOUT ROWID;

-- A chain for each tenant, named by its id, and one of the store itself, named by the empty text. What events are filtered by, and the chain,
-- come from the authenticated text itself, so the two can't differ.
CREATE TABLE events (
    ordinal     INTEGER PRIMARY KEY,
    chain       TEXT    NOT NULL,
    sequence    INTEGER NOT NULL,
    log_key_id  INTEGER NOT NULL,
    json        TEXT    NOT NULL CHECK (json_valid(json)),
    mac         BLOB    NOT NULL,
    type        TEXT    AS (json_extract(json, '$.type')) VIRTUAL,
    time        TEXT    NOT NULL AS (json_extract(json, '$.time')) VIRTUAL,
    provider_id TEXT    AS (json_extract(json, '$.data.providerId')) VIRTUAL,
    UNIQUE (chain, sequence),
    CONSTRAINT chain_is_that_of_the_text CHECK (chain = coalesce(json_extract(json, '$.tenantid'), '')),
    CONSTRAINT time_is_utc_with_seven_decimals CHECK (time GLOB
        '[0-9][0-9][0-9][0-9]-[0-1][0-9]-[0-3][0-9]T[0-2][0-9]:[0-5][0-9]:[0-5][0-9].[0-9][0-9][0-9][0-9][0-9][0-9][0-9]Z')
) STRICT;

CREATE INDEX events_time ON events (time, chain, sequence);
CREATE INDEX events_type ON events (type, time, chain, sequence);
CREATE INDEX events_chain_time ON events (chain, time, sequence);
CREATE INDEX events_provider ON events (provider_id) WHERE provider_id IS NOT NULL;

CREATE TRIGGER events_follow_without_gap BEFORE INSERT ON events
WHEN NEW.sequence IS NOT (SELECT coalesce(max(sequence), 0) + 1 FROM events WHERE chain = NEW.chain) BEGIN
    SELECT RAISE(ABORT, 'The event''s number does not follow the last one of its chain.');
END;

CREATE TRIGGER events_never_change BEFORE UPDATE ON events BEGIN
    SELECT RAISE(ABORT, 'The event log is append-only: no event is changed.');
END;

-- The first events of a chain go when its last one tells that they are in an archive.
CREATE TRIGGER events_never_go BEFORE DELETE ON events
WHEN OLD.sequence > coalesce((
    SELECT CASE WHEN substr(type, -16) = '.events.archived' THEN json_extract(json, '$.data.upTo') END
    FROM events WHERE chain = OLD.chain ORDER BY sequence DESC LIMIT 1), 0) BEGIN
    SELECT RAISE(ABORT, 'The event log is append-only: no event is removed.');
END;

-- Which heads each anchor covered: of an anchor those alone that changed since the one before. The anchors themselves are events of the store's own
-- chain, whose roots show whether these rows are what was anchored.
CREATE TABLE anchored_heads (
    chain    TEXT    NOT NULL,
    anchor   INTEGER NOT NULL,
    sequence INTEGER NOT NULL,
    mac      BLOB    NOT NULL,
    PRIMARY KEY (chain, anchor)
) STRICT, WITHOUT ROWID;

CREATE INDEX anchored_heads_anchor ON anchored_heads (anchor);
