using TenantEncryption.Events;

namespace TenantEncryption.PowerShell.Completion;

/// <summary>Completes the types of events, as wildcards that fit them on every platform.</summary>
public sealed class EventTypeCompleter : Completer
{
    /// <inheritdoc/>
    internal override IEnumerable<Candidate> Find(TypedLine line) =>
        EventTypes.All.Select(type => new Candidate($"*.{type}", $"{type} on any platform") { Also = type });
}
