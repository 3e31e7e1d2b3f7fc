using TenantEncryption.Kms;
using TenantEncryption.Platforms;
using TenantEncryption.Tenants;

namespace TenantEncryption.MasterKeys;

/// <summary>What making a master key would do. Its text is what <c>-WhatIf</c> shows.</summary>
public sealed record MasterKeyPlan
{
    /// <summary>What was asked for.</summary>
    public required NewMasterKey Request { get; init; }

    /// <summary>The alias with its <c>alias/</c>, which is free in every region of the plan.</summary>
    public required string Alias { get; init; }

    /// <summary>The platform.</summary>
    public required PlatformProfile Platform { get; init; }

    /// <summary>The tenants of the store that the key is for.</summary>
    public IReadOnlyList<EncryptionTenant> Tenants { get; init; } = [];

    /// <summary>The key's region.</summary>
    public required string Region { get; init; }

    /// <summary>Whether it is a multi-Region key.</summary>
    public bool MultiRegion { get; init; }

    /// <summary>The regions of its replicas.</summary>
    public IReadOnlyList<string> ReplicaRegions { get; init; } = [];

    /// <summary>What would be done, in order.</summary>
    public IReadOnlyList<string> Steps { get; init; } = [];

    /// <summary>What should be known before.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];

    /// <summary>The key policy.</summary>
    internal MasterKeyPolicy Policy { get; init; } = null!;

    /// <summary>The connection to the key's region.</summary>
    internal KmsConnection Home => Request.Connection with { Region = Region };

    /// <summary>The steps, one a line.</summary>
    /// <returns>The text.</returns>
    public override string ToString() => string.Join(Environment.NewLine, Steps.Select((step, index) => $"{index + 1}. {step}"));
}
