using TenantEncryption.Data;

namespace TenantEncryption.Migration;

/// <summary>What a mode of migration would do, before anything is refused.</summary>
internal sealed record MigrationWork
{
    /// <summary>Whether a new key would be made.</summary>
    public required bool NewKey { get; init; }

    /// <summary>The keys that move, or whose messages do.</summary>
    public required int Keks { get; init; }

    /// <summary>The catalogued messages that depend on them.</summary>
    public required long Messages { get; init; }

    /// <summary>The most values outside the catalog that do.</summary>
    public required long Values { get; init; }

    /// <summary>Whose messages would be written anew.</summary>
    public IReadOnlyList<MessageSource> Sources { get; init; } = [];

    /// <summary>The calls of KMS, without those that test the target.</summary>
    public required long KmsCalls { get; init; }

    /// <summary>The regions that these calls ask, besides the target's.</summary>
    public required IReadOnlyList<string> Regions { get; init; }

    /// <summary>How many of the things that take these calls can be worked on at the same time: keys, or messages.</summary>
    public required long SideBySide { get; init; }

    /// <summary>The names of the providers that they are with.</summary>
    public required IReadOnlyList<string> From { get; init; }

    /// <summary>What the user should know before.</summary>
    public required IReadOnlyList<string> Notes { get; init; }

    /// <summary>Whether there is nothing to do.</summary>
    public bool IsNothing => !NewKey && Keks == 0;
}
