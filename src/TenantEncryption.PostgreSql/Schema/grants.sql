GRANT USAGE ON SCHEMA {schema} TO {role};
GRANT SELECT ON ALL TABLES IN SCHEMA {schema} TO {role};
GRANT INSERT, UPDATE, DELETE ON settings, tenants, key_providers, key_encryption_keys, sessions, wrap_reservations, migrations, migration_items,
    migration_ranges, migration_failures, migration_runners TO {role};
GRANT INSERT, DELETE ON catalog, catalog_pending, events TO {role};
GRANT UPDATE (space, name, version, spelling) ON catalog TO {role};
GRANT INSERT, UPDATE ON chains TO {role};
GRANT INSERT ON platforms, spaces, anchored_heads TO {role};
