namespace TenantEncryption.LocalKms.Faults;

/// <summary>How long it takes until a change is in force everywhere: AWS KMS is eventually consistent.</summary>
/// <param name="Policies">Of a key policy.</param>
/// <param name="Grants">Of a grant that is made, revoked or retired. Its token is in force at once.</param>
/// <param name="Regions">Of a replica or a new primary: the time in the states Creating and Updating.</param>
/// <param name="Usage">Of a use of a key until it is on record.</param>
internal sealed record Propagation(TimeSpan Policies, TimeSpan Grants, TimeSpan Regions, TimeSpan Usage)
{
    public static readonly Propagation Immediate = new(TimeSpan.Zero, TimeSpan.Zero, TimeSpan.Zero, TimeSpan.Zero);
}
