using System.Collections.Concurrent;
using TenantEncryption.Data;
using TenantEncryption.Data.Batches;
using TenantEncryption.Data.Protecting;
using TenantEncryption.Spaces;

namespace TenantEncryption.Migration;

/// <summary>Gives a runner's batches: of the range that it claimed, and then of the next one, until there is none.</summary>
/// <param name="claims">The ranges.</param>
/// <param name="migration">The migration.</param>
/// <param name="run">Whose work it is.</param>
/// <param name="spaces">Where messages are.</param>
/// <param name="begin">Makes a batch.</param>
/// <param name="command">The command that its batches belong to.</param>
internal sealed class RangeSupply(
    RangeClaims claims, KeyMigration migration, MigrationRun run, ReachableSpaces spaces, Func<RangePart, IFileBatch<FileOutcome<ProtectedFile>>> begin, ProtectCommand command)
    : IFileSupply<FileOutcome<ProtectedFile>>
{
    private MigrationRange? _range;
    private IReadOnlyList<CatalogEntry> _messages = [];
    private int _next;

    /// <summary>Why nothing can be written any more; the runner ends then.</summary>
    public TenantEncryptionException? Failure { get; set; }

    /// <summary>Why keys can't be opened, by their ids: what is left under them is passed over.</summary>
    public ConcurrentDictionary<string, TenantEncryptionException> Shut { get; } = new(StringComparer.Ordinal);

    /// <summary>The migration as the last batch left it; <see langword="null"/> before the first.</summary>
    public KeyMigration? Latest { get; set; }

    /// <summary>How often each message was read in vain, as it changed meanwhile.</summary>
    public Dictionary<ObjectName, int> Changed { get; } = [];

    /// <inheritdoc/>
    public async ValueTask<int> LeftAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            if (Failure is not null)
            {
                throw Failure;
            }

            if (_next < _messages.Count && !Shut.ContainsKey(_range!.Source.Id))
            {
                return Math.Min(_messages.Count - _next, command.Reservations.Most);
            }

            if (_range is not null && (_next < _messages.Count || _messages.Count == 0))
            {
                // No batch ends a range of which nothing is left, or whose key is shut.
                await claims.EndAsync(command.Operation, migration, _range).ConfigureAwait(false);
            }

            (_range, _messages, _next) = (null, [], 0);
            if (await claims.ClaimAsync(command.Operation, migration, run.Runner, cancellationToken).ConfigureAwait(false) is not { } claimed)
            {
                return 0;
            }

            (_range, _messages) = claimed;
        }
    }

    /// <inheritdoc/>
    public IFileBatch<FileOutcome<ProtectedFile>> Begin(int files) => begin(new RangePart(
        _range!, spaces.At(_range!.Space), [.. _messages.Skip(_next).Take(files)], EndsRange: _next + files >= _messages.Count, this));

    /// <inheritdoc/>
    public void Take(int files) => _next += files;
}

/// <summary>Some messages of a range, one after the other.</summary>
/// <param name="Range">The range, as it was claimed.</param>
/// <param name="Space">Where they are.</param>
/// <param name="Messages">The messages.</param>
/// <param name="EndsRange">Whether the last of them is the range's last.</param>
/// <param name="Supply">Where they come from.</param>
internal sealed record RangePart(MigrationRange Range, IObjectSpace Space, CatalogEntry[] Messages, bool EndsRange, RangeSupply Supply)
{
    /// <summary>What a batch reads and writes.</summary>
    public FileRequest[] Requests { get; } = [.. Messages.Select(message => Space.PathOf(message.Name)).Select(path => new FileRequest(path, path))];
}
