namespace TenantEncryption.Benchmarks.Fleet;

/// <summary>What AWS asks for requests. Machines and the database are not in it; traffic between EC2 and S3 in one region costs nothing.</summary>
internal static class FleetMoney
{
    /// <summary>Writing all objects anew: GET, GetObjectTagging and PUT of each, and what opens keys.</summary>
    public static decimal Reencrypt(Platform platform, double kmsCalls) =>
        (platform.Objects * ((2 * AwsFigures.Get) + AwsFigures.Put)) + Kms(kmsCalls);

    /// <summary>Calls of KMS.</summary>
    public static decimal Kms(double calls) => (decimal)calls * AwsFigures.KmsCall;
}
