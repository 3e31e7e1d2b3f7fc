using TenantEncryption.Data;
using TenantEncryption.Migration;

namespace TenantEncryption.Stores;

/// <summary>How far Reencrypt migrations are: ranges of the catalog, who works on them, and the messages that failed. Older versions of objects are in no range: nothing takes their place.</summary>
internal interface IRangeTable
{
    /// <summary>Adds a range, or replaces the one of the same number.</summary>
    /// <param name="range">The range.</param>
    /// <returns>When it is done.</returns>
    Task PutAsync(MigrationRange range);

    /// <summary>A range, or <see langword="null"/>.</summary>
    /// <param name="migrationId">The migration.</param>
    /// <param name="number">Its number.</param>
    /// <returns>The range.</returns>
    Task<MigrationRange?> FindAsync(string migrationId, long number);

    /// <summary>The last range of some messages, or <see langword="null"/>.</summary>
    /// <param name="migrationId">The migration.</param>
    /// <param name="source">Whose messages.</param>
    /// <param name="space">The address of the space.</param>
    /// <returns>The range.</returns>
    Task<MigrationRange?> FindLastAsync(string migrationId, MessageSource source, string space);

    /// <summary>The ranges that are not done, by number.</summary>
    /// <param name="migrationId">The migration.</param>
    /// <returns>The ranges.</returns>
    Task<IReadOnlyList<MigrationRange>> ListOpenAsync(string migrationId);

    /// <summary>The number of the next range.</summary>
    /// <param name="migrationId">The migration.</param>
    /// <returns>The number.</returns>
    Task<long> NextNumberAsync(string migrationId);

    /// <summary>Removes the ranges of a migration, so that what is left is looked for anew.</summary>
    /// <param name="migrationId">The migration.</param>
    /// <returns>When it is done.</returns>
    Task RemoveAllAsync(string migrationId);

    /// <summary>Adds what was done to the counts of a migration.</summary>
    /// <param name="migrationId">The migration.</param>
    /// <param name="messages">Messages written anew.</param>
    /// <param name="bytes">Bytes of plaintext.</param>
    /// <returns>When it is done.</returns>
    Task AddProgressAsync(string migrationId, long messages, long bytes);

    /// <summary>Adds a message that failed, or replaces what was said of its name.</summary>
    /// <param name="failed">The message.</param>
    /// <returns>When it is done.</returns>
    Task PutFailureAsync(FailedMessage failed);

    /// <summary>The messages that failed, by space and name.</summary>
    /// <param name="migrationId">The migration.</param>
    /// <returns>The messages.</returns>
    Task<IReadOnlyList<FailedMessage>> ListFailuresAsync(string migrationId);

    /// <summary>Forgets the messages that failed, so that they are tried again.</summary>
    /// <param name="migrationId">The migration.</param>
    /// <returns>When it is done.</returns>
    Task RemoveFailuresAsync(string migrationId);

    /// <summary>Notes who works on a migration.</summary>
    /// <param name="migrationId">The migration.</param>
    /// <param name="runner">Who.</param>
    /// <returns>When it is done.</returns>
    Task AddRunnerAsync(string migrationId, MigrationRunner runner);

    /// <summary>Notes that somebody works on a migration no more.</summary>
    /// <param name="migrationId">The migration.</param>
    /// <param name="runner">Its id.</param>
    /// <returns>Whether it was there.</returns>
    Task<bool> RemoveRunnerAsync(string migrationId, string runner);

    /// <summary>Those who work on a migration.</summary>
    /// <param name="migrationId">The migration.</param>
    /// <returns>The runners, by id.</returns>
    Task<IReadOnlyList<MigrationRunner>> ListRunnersAsync(string migrationId);

    /// <summary>The messages of a range that are to be written anew, by name: those that did not fail already.</summary>
    /// <param name="range">The range.</param>
    /// <returns>The messages.</returns>
    Task<IReadOnlyList<CatalogEntry>> ListMessagesAsync(MigrationRange range);

    /// <summary>The name with which so many messages that are to be written anew end, or with which they end if there are fewer.</summary>
    /// <param name="migrationId">The migration.</param>
    /// <param name="source">Whose messages.</param>
    /// <param name="space">The address of the space.</param>
    /// <param name="after">After this name.</param>
    /// <param name="messages">How many.</param>
    /// <returns>The name; <see langword="null"/> when there are none.</returns>
    Task<ObjectName?> FindEndAsync(string migrationId, MessageSource source, string space, ObjectName after, int messages);

    /// <summary>The addresses of the spaces where messages are that are to be written anew and did not fail already.</summary>
    /// <param name="migrationId">The migration.</param>
    /// <param name="source">Whose messages.</param>
    /// <returns>The addresses.</returns>
    Task<IReadOnlyList<string>> ListSpacesAsync(string migrationId, MessageSource source);

    /// <summary>The addresses of the spaces where messages are about to take their names.</summary>
    /// <param name="source">Whose messages.</param>
    /// <returns>The addresses.</returns>
    Task<IReadOnlyList<string>> ListPendingSpacesAsync(MessageSource source);

    /// <summary>How many messages are older versions of objects, which nothing takes the place of. Each of their entries is looked at.</summary>
    /// <param name="source">Whose messages.</param>
    /// <returns>How many.</returns>
    Task<long> CountOlderAsync(MessageSource source);

    /// <summary>How many bytes of plaintext messages hold. Each of their entries is looked at.</summary>
    /// <param name="source">Whose messages.</param>
    /// <returns>The sum.</returns>
    Task<long> MeasureAsync(MessageSource source);
}
