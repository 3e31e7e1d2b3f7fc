using System.Data.Common;
using TenantEncryption.Errors;
using TenantEncryption.Keys;
using TenantEncryption.Sql.Statements;
using TenantEncryption.Sql.Values;
using TenantEncryption.Stores;

namespace TenantEncryption.Sql.Tables;

/// <summary>The tables <c>key_encryption_keys</c> and <c>wrap_reservations</c>.</summary>
internal sealed class KeyTable(SqlStatements statements) : IKeyTable
{
    /// <summary>The rows of a tenant's keys, without what is counted beside them.</summary>
    public const string Rows =
        $"SELECT kek_id, status, created_at, {KeyRecordColumns.Names} FROM key_encryption_keys WHERE tenant_id = $tenant_id ORDER BY created_at, ordinal";

    private const string Select =
        $"""
        SELECT kek_id, status, created_at, reserved_wraps, file_wraps, messages,
            (SELECT p.name FROM key_providers p WHERE p.id = key_encryption_keys.provider_id), {KeyRecordColumns.Names}
        FROM key_encryption_keys
        """;

    /// <inheritdoc/>
    public async Task AddAsync(KeyEncryptionKey key)
    {
        // A key that comes back from an exported ring finds the messages that it left behind.
        await statements.ExecuteAsync(
            $"""
            INSERT INTO key_encryption_keys (kek_id, status, created_at, reserved_wraps, file_wraps, messages, {KeyRecordColumns.Names})
            VALUES ($kek_id, $status, $created_at, $reserved_wraps, $file_wraps,
                (SELECT count(*) FROM catalog WHERE kek_id = $kek_id) + (SELECT count(*) FROM catalog_pending WHERE kek_id = $kek_id), {KeyRecordColumns.Parameters})
            """,
            [
                ("$kek_id", key.KekId),
                ("$status", key.Status.ToString()),
                ("$created_at", StoredText.OfTime(key.CreatedAt)),
                ("$reserved_wraps", key.ReservedWraps),
                ("$file_wraps", key.FileWraps),
                .. KeyRecordColumns.Values(key.Record),
            ]).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public Task<KeyEncryptionKey?> FindAsync(string kekId) => statements.FindAsync($"{Select} WHERE kek_id = $kek_id", Read, ("$kek_id", kekId));

    /// <inheritdoc/>
    public Task<KeyEncryptionKey?> FindCurrentAsync(string tenantId) => statements.FindAsync($"{Select} WHERE tenant_id = $tenant_id AND status = 'Current'", Read, ("$tenant_id", tenantId));

    /// <inheritdoc/>
    public Task<IReadOnlyList<KeyEncryptionKey>> ListAsync(string tenantId) => statements.ListAsync($"{Select} WHERE tenant_id = $tenant_id ORDER BY created_at, ordinal", Read, ("$tenant_id", tenantId));

    /// <inheritdoc/>
    public Task<IReadOnlyList<KeyEncryptionKey>> ListRecordsAsync(string tenantId) => statements.ListAsync(
        $"""
        SELECT kek_id, status, created_at, 0, 0, 0, NULL, {KeyRecordColumns.Names}
        FROM key_encryption_keys WHERE tenant_id = $tenant_id ORDER BY created_at, ordinal
        """,
        Read,
        ("$tenant_id", tenantId));

    /// <inheritdoc/>
    public async Task ReplaceRecordAsync(KeyRecord record)
    {
        statements.RecordsOverwritten = true;
        int rows = await statements.ExecuteAsync(
            $"UPDATE key_encryption_keys SET ({KeyRecordColumns.Names}) = ({KeyRecordColumns.Parameters}) WHERE kek_id = $kek_id",
            [("$kek_id", record.KekId), .. KeyRecordColumns.Values(record)]).ConfigureAwait(false);
        if (rows != 1)
        {
            throw NotFound(record.KekId);
        }
    }

    /// <inheritdoc/>
    public async Task SetStatusAsync(string kekId, KeyEncryptionKeyStatus status)
    {
        int rows = await statements.ExecuteAsync(
            "UPDATE key_encryption_keys SET status = $status WHERE kek_id = $kek_id",
            ("$kek_id", kekId),
            ("$status", status.ToString())).ConfigureAwait(false);
        if (rows != 1)
        {
            throw NotFound(kekId);
        }
    }

    /// <inheritdoc/>
    public Task<long?> CountWrapsAsync(string kekId) => statements.FindAsync(
        "SELECT reserved_wraps FROM key_encryption_keys WHERE kek_id = $kek_id", row => (long?)row.GetInt64(0), ("$kek_id", kekId));

    /// <inheritdoc/>
    public Task<int> RemoveOfProviderAsync(string providerId) =>
        RemoveAsync("DELETE FROM key_encryption_keys WHERE provider_id = $id", providerId, $"keys of the key provider '{providerId}'");

    /// <inheritdoc/>
    public async Task RemoveAsync(string kekId)
    {
        if (await RemoveAsync("DELETE FROM key_encryption_keys WHERE kek_id = $id", kekId, $"the key {kekId}").ConfigureAwait(false) != 1)
        {
            throw NotFound(kekId);
        }
    }

    /// <inheritdoc/>
    /// <exception cref="TenantEncryptionException"><c>LEASE_LOST</c>: the tenant, key, provider or session of the reservation is gone.</exception>
    public async Task ReserveAsync(WrapReservation reservation, long additionalWraps)
    {
        try
        {
            await statements.ExecuteAsync(
                """
                INSERT INTO wrap_reservations (id, tenant_id, kek_id, provider_id, epoch, wraps, session_id)
                VALUES ($id, $tenant_id, $kek_id, $provider_id, $epoch, $wraps, $session_id)
                ON CONFLICT (id) DO UPDATE SET wraps = excluded.wraps
                """,
                ("$id", reservation.Id),
                ("$tenant_id", reservation.TenantId),
                ("$kek_id", reservation.KekId),
                ("$provider_id", reservation.ProviderId),
                ("$epoch", reservation.Epoch),
                ("$wraps", reservation.Wraps),
                ("$session_id", reservation.SessionId)).ConfigureAwait(false);
        }
        catch (TenantEncryptionException exception) when (statements.IsForeignKey(exception))
        {
            throw new TenantEncryptionException(
                ErrorCodes.LeaseLost,
                "The tenant, key, key provider or session of a reservation is gone.",
                exception.InnerException);
        }

        await CountAsync(reservation, additionalWraps, 0).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public Task<WrapReservation?> FindReservationAsync(string reservationId) => statements.FindAsync(
        "SELECT id, tenant_id, kek_id, provider_id, epoch, wraps, session_id FROM wrap_reservations WHERE id = $id",
            row => new WrapReservation(
                row.GetString(0),
                row.GetString(1),
                row.OptionalText(2),
                row.GetString(3),
                row.GetInt64(4),
                row.GetInt64(5),
                row.GetString(6)),
            ("$id", reservationId));

    /// <inheritdoc/>
    /// <remarks>Of a reservation that is gone already all wraps stay counted: nothing is given back twice.</remarks>
    public async Task CloseReservationAsync(WrapReservation reservation, long unusedWraps, long fileWraps)
    {
        if (await statements.ExecuteAsync("DELETE FROM wrap_reservations WHERE id = $id", ("$id", reservation.Id)).ConfigureAwait(false) == 1)
        {
            await CountAsync(reservation, -unusedWraps, fileWraps).ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    public Task<bool> CountFoundAsync(string? kekId, string? providerId, long files) => CountAsync(kekId, providerId, files, files);

    /// <inheritdoc/>
    public Task<IReadOnlyList<string>> ListWritersAsync(string providerId) => statements.ListAsync(
        "SELECT session_id FROM wrap_reservations WHERE provider_id = $provider_id", row => row.GetString(0), ("$provider_id", providerId));

    /// <inheritdoc/>
    public Task<IReadOnlyList<string>> ListWritersOfKeyAsync(string kekId) => statements.ListAsync(
        "SELECT session_id FROM wrap_reservations WHERE kek_id = $kek_id", row => row.GetString(0), ("$kek_id", kekId));

    private static TenantEncryptionException NotFound(string kekId) =>
        new(ErrorCodes.Unknown, $"The store has no key-encryption key '{kekId}'.");

    private static KeyEncryptionKey Read(DbDataReader row) => new()
    {
        Status = row.Named<KeyEncryptionKeyStatus>(1),
        CreatedAt = row.Time(2),
        ReservedWraps = row.GetInt64(3),
        FileWraps = row.GetInt64(4),
        Messages = row.GetInt64(5),
        ProviderName = row.OptionalText(6),
        Record = KeyRecordColumns.Read(row, row.GetString(0), 7),
    };

    private async Task<int> RemoveAsync(string statement, string id, string what)
    {
        statements.RecordsOverwritten = true;
        try
        {
            return await statements.ExecuteAsync(statement, ("$id", id)).ConfigureAwait(false);
        }
        catch (TenantEncryptionException exception) when (statements.IsForeignKey(exception))
        {
            throw new TenantEncryptionException(
                ErrorCodes.HasDependants,
                $"Writers hold open reservations under {what}.",
                exception.InnerException,
                "Run the command again when the writers are done.");
        }
    }

    private Task<bool> CountAsync(WrapReservation reservation, long reserved, long files) => CountAsync(reservation.KekId, reservation.ProviderId, reserved, files);

    private async Task<bool> CountAsync(string? kekId, string? providerId, long reserved, long files)
    {
        string update = kekId is null
            ? """
              UPDATE key_providers SET direct_reserved_wraps = direct_reserved_wraps + $reserved,
                  direct_file_wraps = direct_file_wraps + $files
              WHERE id = $id
              """
            : """
              UPDATE key_encryption_keys SET reserved_wraps = reserved_wraps + $reserved, file_wraps = file_wraps + $files
              WHERE kek_id = $id
              """;
        return await statements.ExecuteAsync(update, ("$reserved", reserved), ("$files", files), ("$id", kekId ?? providerId)).ConfigureAwait(false) == 1;
    }
}
