namespace TenantEncryption.Kms;

/// <summary>The automatic rotation of a key's material (kms:GetKeyRotationStatus).</summary>
/// <param name="Enabled">Whether KMS rotates the material by itself.</param>
/// <param name="PeriodInDays">The days between rotations, 90 to 2,560; <see langword="null"/> where KMS does not say.</param>
/// <param name="NextRotation">When it rotates next; <see langword="null"/> where KMS does not say.</param>
public sealed record KmsRotation(bool Enabled, int? PeriodInDays, DateTimeOffset? NextRotation);
