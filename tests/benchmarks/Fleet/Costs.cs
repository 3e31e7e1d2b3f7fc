namespace TenantEncryption.Benchmarks.Fleet;

/// <summary>What single pieces of work cost, measured in the run that simulates.</summary>
internal sealed record Costs
{
    /// <summary>An object of that size read, decrypted, encrypted and written, with its tags.</summary>
    public required Cost Object { get; init; }

    /// <summary>The part of it that decrypts and encrypts, from memory to nowhere.</summary>
    public required Cost InMemory { get; init; }

    /// <summary>Processor seconds that TLS adds to an object.</summary>
    public required double TlsOfObject { get; init; }

    /// <summary>Processor seconds of what keeps the objects, for each; of no account where that is AWS.</summary>
    public required double EndpointOfObject { get; init; }

    /// <summary>A batch's three transactions.</summary>
    public required Cost Batch { get; init; }

    /// <summary>How many messages the batch had.</summary>
    public required int MessagesOfBatch { get; init; }

    /// <summary>How many messages the range had.</summary>
    public required int MessagesOfRange { get; init; }

    /// <summary>A claim of a range.</summary>
    public required Cost Claim { get; init; }

    /// <summary>A key that RewrapKek moves, its calls of a KMS on loopback among it.</summary>
    public required Cost Kek { get; init; }

    /// <summary>A migration of no keys at all.</summary>
    public required Cost Migration { get; init; }

    /// <summary>A call of a KMS on loopback, both sides.</summary>
    public required Cost KmsCall { get; init; }

    /// <summary>The calls of KMS that moving a key makes, as the plan of a migration has it.</summary>
    public required double CallsOfKek { get; init; }

    /// <summary>Those of a migration beside its keys': the new key, and what tests the target.</summary>
    public required double CallsOfMigration { get; init; }
}

/// <summary>What one piece of work costs.</summary>
/// <param name="Seconds">How long it takes alone.</param>
/// <param name="Worker">Processor seconds of the process that does it.</param>
/// <param name="Store">Processor seconds of the database.</param>
internal sealed record Cost(double Seconds, double Worker, double Store);
