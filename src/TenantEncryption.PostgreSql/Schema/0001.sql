-- Version 1. Times are UTC text, yyyy-MM-ddTHH:mm:ss.fffffffZ, so that text order is time order (a timestamptz has microseconds). Enumerations are their names.
-- Text is compared byte by byte (COLLATE "C"), whatever the database's own order is.

CREATE TABLE settings (
    name  text COLLATE "C" PRIMARY KEY,
    value bytea NOT NULL
);

-- The unit of exclusion: who writes to a tenant, or to what the store keeps for all (the empty text), updates its row first. The changes are those of
-- its latest writers, each by a random id, so that one whose connection was cut while it committed can look whether it did.
CREATE TABLE chains (
    chain   text COLLATE "C" PRIMARY KEY,
    changes text NOT NULL
) WITH (fillfactor = 50);

INSERT INTO chains (chain, changes) VALUES ('', '');

-- Users' own platform profiles; the built-in ones are part of the software.
CREATE TABLE platforms (
    name     text COLLATE "C" PRIMARY KEY,
    json     text NOT NULL CHECK (json::json IS NOT NULL),
    hash     text NOT NULL,
    added_at text COLLATE "C" NOT NULL
);

CREATE TABLE tenants (
    tenant_id       text COLLATE "C" PRIMARY KEY,
    display_name    text,
    platform        text NOT NULL,
    region          text,
    edition         text,
    organization    text,
    -- A child inherits its parent's provider.
    parent          text COLLATE "C" REFERENCES tenants (tenant_id),
    key_hierarchy   text NOT NULL,
    key_lease_ticks bigint NOT NULL CHECK (key_lease_ticks >= 0),
    -- Whether data is read although the record of it can't be written.
    untraced_reads  boolean NOT NULL,
    epoch           bigint NOT NULL,
    created_at      text COLLATE "C" NOT NULL
);

CREATE INDEX tenants_parent ON tenants (parent) WHERE parent IS NOT NULL;

CREATE TABLE key_providers (
    ordinal                   bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    id                        text COLLATE "C" NOT NULL CONSTRAINT key_providers_id UNIQUE,
    tenant_id                 text COLLATE "C" NOT NULL REFERENCES tenants (tenant_id),
    name                      text COLLATE "C" NOT NULL,
    description               text,
    type                      text NOT NULL,
    key_identifier            text COLLATE "C",
    key_arn                   text COLLATE "C",
    arn_fingerprint           text,
    context_value             text,
    parameters                text NOT NULL CHECK (parameters::json IS NOT NULL),
    second_layer              boolean NOT NULL,
    status                    text NOT NULL CHECK (status IN ('Pending', 'Active', 'Archived', 'Deactivated')),
    multi_region              boolean NOT NULL,
    replica_keys              text NOT NULL CHECK (replica_keys::json IS NOT NULL),
    refused_regions           text NOT NULL CHECK (refused_regions::json IS NOT NULL),
    -- Raised by every process that KMS refuses, so that the others forget what it gave them.
    refusals                  bigint NOT NULL DEFAULT 0,
    connection_region         text,
    connection_profile_name   text,
    connection_endpoint_url   text,
    connection_role_arn       text,
    connection_external_id    text,
    connection_fips_endpoints boolean,
    -- Those without which the key is not used.
    grants                    text NOT NULL CHECK (grants::json IS NOT NULL),
    created_at                text COLLATE "C" NOT NULL,
    promoted_to_current_at    text COLLATE "C",
    demoted_from_current_at   text COLLATE "C",
    last_tested_at            text COLLATE "C",
    last_test_code            text,
    -- Wraps and catalogued messages of Direct tenants, whose data keys no key-encryption key wraps.
    direct_reserved_wraps     bigint NOT NULL DEFAULT 0,
    direct_file_wraps         bigint NOT NULL DEFAULT 0,
    direct_messages           bigint NOT NULL DEFAULT 0,
    CHECK (direct_file_wraps BETWEEN 0 AND direct_reserved_wraps)
);

-- In this order of text, lower() folds the 26 ASCII letters only: names that differ in the case of other letters are different names.
CREATE UNIQUE INDEX key_providers_name ON key_providers (tenant_id, lower(name));
CREATE UNIQUE INDEX key_providers_active ON key_providers (tenant_id) WHERE status = 'Active';
CREATE INDEX key_providers_refused ON key_providers (tenant_id) WHERE refusals > 0;
CREATE INDEX key_providers_key_arn ON key_providers (key_arn);
CREATE INDEX key_providers_key_identifier ON key_providers (key_identifier);

CREATE TABLE key_encryption_keys (
    ordinal               bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kek_id                text COLLATE "C" NOT NULL CONSTRAINT key_encryption_keys_kek_id UNIQUE,
    tenant_id             text COLLATE "C" NOT NULL REFERENCES tenants (tenant_id),
    provider_id           text COLLATE "C" NOT NULL REFERENCES key_providers (id),
    key_arn               text NOT NULL,
    encryption_context    text NOT NULL CHECK (encryption_context::json IS NOT NULL),
    sealed_share          bytea NOT NULL,
    sealed_internal_share bytea NOT NULL,
    salt                  bytea NOT NULL,
    iv                    bytea NOT NULL,
    sealed_kek            bytea NOT NULL,
    status                text NOT NULL CHECK (status IN ('Current', 'Previous')),
    created_at            text COLLATE "C" NOT NULL,
    reserved_wraps        bigint NOT NULL,
    file_wraps            bigint NOT NULL,
    -- The catalog entries under this key, kept with them: a provider's counts are read at every command.
    messages              bigint NOT NULL DEFAULT 0,
    CHECK (file_wraps BETWEEN 0 AND reserved_wraps)
) WITH (fillfactor = 70);

CREATE UNIQUE INDEX key_encryption_keys_current ON key_encryption_keys (tenant_id) WHERE status = 'Current';
CREATE INDEX key_encryption_keys_tenant ON key_encryption_keys (tenant_id, created_at);
CREATE INDEX key_encryption_keys_provider ON key_encryption_keys (provider_id);

CREATE TABLE sessions (
    id              text COLLATE "C" PRIMARY KEY,
    machine         text NOT NULL,
    boot            text NOT NULL,
    process_id      integer NOT NULL,
    process_started bigint NOT NULL,
    beats           bigint NOT NULL,
    -- Milliseconds of the server's clock.
    beat_at         bigint NOT NULL
) WITH (fillfactor = 50);

CREATE TABLE wrap_reservations (
    id          text COLLATE "C" PRIMARY KEY,
    tenant_id   text COLLATE "C" NOT NULL REFERENCES tenants (tenant_id),
    -- While a reservation is open, its key's record can't be deleted.
    kek_id      text COLLATE "C" REFERENCES key_encryption_keys (kek_id),
    provider_id text COLLATE "C" NOT NULL REFERENCES key_providers (id),
    epoch       bigint NOT NULL,
    wraps       bigint NOT NULL CHECK (wraps >= 0),
    session_id  text COLLATE "C" NOT NULL REFERENCES sessions (id) ON DELETE CASCADE
);

CREATE INDEX wrap_reservations_tenant ON wrap_reservations (tenant_id);
CREATE INDEX wrap_reservations_kek ON wrap_reservations (kek_id);
CREATE INDEX wrap_reservations_provider ON wrap_reservations (provider_id);
CREATE INDEX wrap_reservations_session ON wrap_reservations (session_id);

-- Where messages lie: the files of a machine, or a bucket.
CREATE TABLE spaces (
    number  bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    address text COLLATE "C" NOT NULL CONSTRAINT spaces_address UNIQUE
);

-- The catalog outlives keys and providers that were removed by force: it goes on to tell which files they took with them.
-- A name is as its space compares it, so that one object has one; its spelling is there where that is another. A version is empty but where the space keeps older ones.
-- No foreign keys: they would take half of the time of a row. Spaces are never removed, and a tenant is not while a row here names it.
CREATE TABLE catalog (
    space              bigint NOT NULL,
    name               text COLLATE "C" NOT NULL,
    version            text COLLATE "C" NOT NULL,
    spelling           text,
    message_id         text COLLATE "C" NOT NULL CONSTRAINT catalog_message_id UNIQUE,
    tenant_id          text COLLATE "C" NOT NULL,
    kek_id             text COLLATE "C",
    direct_provider_id text COLLATE "C",
    length             bigint NOT NULL,
    created_at         text COLLATE "C" NOT NULL,
    PRIMARY KEY (space, name, version)
);

CREATE INDEX catalog_tenant ON catalog (tenant_id);
CREATE INDEX catalog_kek ON catalog (kek_id, space, name, version) WHERE kek_id IS NOT NULL;
CREATE INDEX catalog_direct ON catalog (tenant_id, direct_provider_id, space, name, version) WHERE direct_provider_id IS NOT NULL;

-- What is to be catalogued as soon as its files have their names. It counts as catalogued; of a writer that died, the next process settles it.
CREATE TABLE catalog_pending (
    reservation_id     text COLLATE "C" NOT NULL,
    space              bigint NOT NULL,
    name               text COLLATE "C" NOT NULL,
    version            text COLLATE "C" NOT NULL,
    spelling           text,
    message_id         text COLLATE "C" NOT NULL,
    tenant_id          text COLLATE "C" NOT NULL,
    kek_id             text COLLATE "C",
    direct_provider_id text COLLATE "C",
    length             bigint NOT NULL,
    created_at         text COLLATE "C" NOT NULL,
    PRIMARY KEY (reservation_id, space, name, version)
);

CREATE TABLE migrations (
    ordinal           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    id                text COLLATE "C" NOT NULL CONSTRAINT migrations_id UNIQUE,
    tenant_id         text COLLATE "C" NOT NULL REFERENCES tenants (tenant_id),
    mode              text NOT NULL,
    state             text NOT NULL CHECK (state IN ('New', 'InProgress', 'Completed', 'Suspended', 'Stopped', 'Failed')),
    -- History: the providers may be removed later.
    migrating_from    text COLLATE "C" NOT NULL,
    migrating_to      text COLLATE "C" NOT NULL,
    actor             text,
    initiated_at      text COLLATE "C" NOT NULL,
    completed_at      text COLLATE "C",
    -- What another process asks of those who work on it.
    requested         text CHECK (requested IN ('Suspended', 'Stopped')),
    failure_code      text,
    low_priority      boolean NOT NULL,
    -- Of a Reencrypt: messages, and bytes of plaintext. A RewrapKek counts its items.
    total             bigint NOT NULL,
    done              bigint NOT NULL,
    bytes             bigint NOT NULL
);

CREATE UNIQUE INDEX migrations_unfinished ON migrations (tenant_id) WHERE state IN ('New', 'InProgress', 'Suspended', 'Failed');
CREATE INDEX migrations_tenant ON migrations (tenant_id, initiated_at);

-- What moves. RewrapKek: each key. Reencrypt: each key whose messages move, or, of messages whose data keys a master key wraps itself, its provider.
CREATE TABLE migration_items (
    ordinal               bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    migration_id          text COLLATE "C" NOT NULL REFERENCES migrations (id),
    kek_id                text COLLATE "C" NOT NULL,
    is_new_key            boolean NOT NULL,
    state                 text NOT NULL CHECK (state IN ('Pending', 'Staged', 'Done', 'Failed')),
    code                  text,
    detail                text,
    -- The staged record; all of it or none.
    tenant_id             text COLLATE "C",
    provider_id           text COLLATE "C",
    key_arn               text,
    encryption_context    text,
    sealed_share          bytea,
    sealed_internal_share bytea,
    salt                  bytea,
    iv                    bytea,
    sealed_kek            bytea,
    CONSTRAINT migration_items_key UNIQUE (migration_id, kek_id)
);

CREATE INDEX migration_items_state ON migration_items (migration_id, state);

-- The parts of the catalog that a Reencrypt works on: in one space the messages of one item, after a name (empty: from the first) and up to another. Who works
-- on a range claims it: one attempt of a runner whose session lives.
CREATE TABLE migration_ranges (
    migration_id  text COLLATE "C" NOT NULL REFERENCES migrations (id),
    number        bigint NOT NULL,
    item          text COLLATE "C" NOT NULL,
    space         bigint NOT NULL REFERENCES spaces (number),
    after_name    text COLLATE "C" NOT NULL,
    after_version text COLLATE "C" NOT NULL,
    last_name     text COLLATE "C" NOT NULL,
    last_version  text COLLATE "C" NOT NULL,
    runner        text COLLATE "C",
    attempt       bigint NOT NULL,
    is_done       boolean NOT NULL,
    PRIMARY KEY (migration_id, number)
);

-- The messages that a Reencrypt could not move, and why.
CREATE TABLE migration_failures (
    migration_id text COLLATE "C" NOT NULL REFERENCES migrations (id),
    space        bigint NOT NULL REFERENCES spaces (number),
    name         text COLLATE "C" NOT NULL,
    version      text COLLATE "C" NOT NULL,
    spelling     text,
    message_id   text COLLATE "C" NOT NULL,
    item         text COLLATE "C" NOT NULL,
    code         text NOT NULL,
    detail       text,
    PRIMARY KEY (migration_id, space, name, version)
);

-- Who works on a migration. A process may do so more than once.
CREATE TABLE migration_runners (
    migration_id text COLLATE "C" NOT NULL REFERENCES migrations (id),
    runner       text COLLATE "C" NOT NULL,
    session_id   text COLLATE "C" NOT NULL,
    PRIMARY KEY (migration_id, runner)
);

-- A chain for each tenant, named by its id, and one of the store itself, named by the empty text. What events are filtered by, and the chain,
-- come from the authenticated text itself, so the two can't differ. It stays text: the MAC is over its bytes.
CREATE TABLE events (
    chain       text COLLATE "C" NOT NULL,
    sequence    bigint NOT NULL,
    log_key_id  integer NOT NULL,
    json        text NOT NULL,
    mac         bytea NOT NULL,
    type        text COLLATE "C" GENERATED ALWAYS AS (json::json ->> 'type') STORED,
    time        text COLLATE "C" NOT NULL GENERATED ALWAYS AS (json::json ->> 'time') STORED,
    provider_id text COLLATE "C" GENERATED ALWAYS AS (json::json -> 'data' ->> 'providerId') STORED,
    PRIMARY KEY (chain, sequence),
    CONSTRAINT chain_is_that_of_the_text CHECK (chain = coalesce(json::json ->> 'tenantid', '')),
    CONSTRAINT time_is_utc_with_seven_decimals CHECK (
        time ~ '^[0-9]{4}-[0-1][0-9]-[0-3][0-9]T[0-2][0-9]:[0-5][0-9]:[0-5][0-9][.][0-9]{7}Z$')
);

CREATE INDEX events_time ON events (time, chain, sequence);
CREATE INDEX events_type ON events (type, time, chain, sequence);
CREATE INDEX events_chain_time ON events (chain, time, sequence);
CREATE INDEX events_provider ON events (provider_id) WHERE provider_id IS NOT NULL;

-- Which heads each anchor covered: of an anchor those alone that changed since the one before. The anchors themselves are events of the store's own
-- chain, whose roots show whether these rows are what was anchored.
CREATE TABLE anchored_heads (
    chain    text COLLATE "C" NOT NULL,
    anchor   bigint NOT NULL,
    sequence bigint NOT NULL,
    mac      bytea NOT NULL,
    PRIMARY KEY (chain, anchor)
);

CREATE INDEX anchored_heads_anchor ON anchored_heads (anchor);

-- Their path is fixed: a temporary table of the caller's can't stand for the log.
CREATE FUNCTION events_follow_without_gap() RETURNS trigger LANGUAGE plpgsql SET search_path = {schema}, pg_temp AS $$
BEGIN
    IF NEW.sequence <> (SELECT coalesce(max(sequence), 0) + 1 FROM events WHERE chain = NEW.chain) THEN
        RAISE EXCEPTION 'The event''s number does not follow the last one of its chain.' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;

-- The first events of a chain go when its last one tells that they are in an archive.
CREATE FUNCTION events_never_go() RETURNS trigger LANGUAGE plpgsql SET search_path = {schema}, pg_temp AS $$
BEGIN
    IF OLD.sequence > coalesce((
        SELECT CASE WHEN right(type, 16) = '.events.archived' THEN (json::json -> 'data' ->> 'upTo')::bigint END
        FROM events WHERE chain = OLD.chain ORDER BY sequence DESC LIMIT 1), 0) THEN
        RAISE EXCEPTION 'The event log is append-only: no event is removed.' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN OLD;
END $$;

CREATE FUNCTION never_change() RETURNS trigger LANGUAGE plpgsql SET search_path = {schema}, pg_temp AS $$
BEGIN
    RAISE EXCEPTION 'What is in % never changes.', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;

CREATE TRIGGER events_follow_without_gap BEFORE INSERT ON events FOR EACH ROW EXECUTE FUNCTION events_follow_without_gap();
CREATE TRIGGER events_never_change BEFORE UPDATE ON events FOR EACH ROW EXECUTE FUNCTION never_change();
CREATE TRIGGER events_never_go BEFORE DELETE ON events FOR EACH ROW EXECUTE FUNCTION events_never_go();
CREATE TRIGGER platforms_never_change BEFORE UPDATE ON platforms FOR EACH ROW EXECUTE FUNCTION never_change();
CREATE TRIGGER catalog_keys_are_fixed BEFORE UPDATE OF message_id, kek_id, direct_provider_id ON catalog FOR EACH ROW EXECUTE FUNCTION never_change();
