namespace TenantEncryption.Reports;

/// <summary>A kind of key: what it is for, how strong it is, and when it ends.</summary>
/// <param name="Key">The key.</param>
/// <param name="Purpose">What it is for.</param>
/// <param name="Algorithm">The algorithm.</param>
/// <param name="KeyBits">The length of the key in bits.</param>
/// <param name="Cryptoperiod">For how long, or how much, it is used.</param>
/// <param name="Source">Where the rule comes from.</param>
public sealed record ReportedAlgorithm(string Key, string Purpose, string Algorithm, int KeyBits, string Cryptoperiod, string Source);
