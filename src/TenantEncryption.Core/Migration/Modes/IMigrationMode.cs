using TenantEncryption.Changes;
using TenantEncryption.Keys;
using TenantEncryption.Providers;
using TenantEncryption.Stores;
using TenantEncryption.Tenants;

namespace TenantEncryption.Migration;

/// <summary>What a migration moves, and how: the part in which modes differ.</summary>
internal interface IMigrationMode
{
    /// <summary>What there is to do.</summary>
    /// <param name="transaction">The transaction.</param>
    /// <param name="tenant">The tenant.</param>
    /// <param name="target">The target, which need not be registered yet.</param>
    /// <param name="options">What was asked.</param>
    /// <exception cref="TenantEncryptionException"><c>INVALID_INPUT</c>: what was asked is not there.</exception>
    Task<MigrationWork> MeasureAsync(IStoreTransaction transaction, EncryptionTenant tenant, KeyProvider target, KeyMigrationOptions options);

    /// <summary>Makes what the first transaction needs, with the calls of KMS that takes.</summary>
    /// <param name="operation">The caller's operation.</param>
    /// <param name="tenant">The tenant.</param>
    /// <param name="target">The target, tested.</param>
    /// <param name="work">What there is to do.</param>
    /// <param name="cancellationToken">Ends the calls.</param>
    /// <returns>A key for every later write, or <see langword="null"/>.</returns>
    Task<KeyEncryptionKey?> PrepareAsync(Operation operation, EncryptionTenant tenant, KeyProvider target, MigrationWork work, CancellationToken cancellationToken);

    /// <summary>Adds a migration's items, in the transaction that begins it.</summary>
    /// <param name="change">The change, to which the migration's row was added.</param>
    /// <param name="migration">The migration.</param>
    /// <param name="options">What was asked.</param>
    /// <param name="prepared">Of <see cref="PrepareAsync"/>.</param>
    Task BeginAsync(Change change, KeyMigration migration, KeyMigrationOptions options, KeyEncryptionKey? prepared);

    /// <summary>Has what failed tried again, in the transaction that resumes a migration.</summary>
    /// <param name="change">The change.</param>
    /// <param name="migration">The migration.</param>
    Task ReopenAsync(Change change, KeyMigration migration);

    /// <summary>Works to the end.</summary>
    /// <param name="operation">The caller's operation.</param>
    /// <param name="migration">The migration.</param>
    /// <param name="run">How.</param>
    /// <param name="cancellationToken">Ends the work; what was done stays so.</param>
    /// <returns>The migration, Completed; Suspended where what is left is beyond this process's reach.</returns>
    Task<KeyMigration> RunAsync(Operation operation, KeyMigration migration, MigrationRun run, CancellationToken cancellationToken);

    /// <summary>Removes what outlives its purpose, in the transaction that stops a migration for good.</summary>
    /// <param name="change">The change.</param>
    /// <param name="migration">The migration.</param>
    Task StopAsync(Change change, KeyMigration migration);
}

/// <summary>One process's work on a migration; a process may work on one more than once.</summary>
/// <param name="Runner">What tells it from the others.</param>
/// <param name="DegreeOfParallelism">How many keys, or files, are worked on at the same time.</param>
/// <param name="LowPriority">Whether it yields to other work.</param>
/// <param name="Progress">Told after something was done.</param>
internal sealed record MigrationRun(string Runner, int DegreeOfParallelism, bool LowPriority, IProgress<KeyMigration>? Progress);
