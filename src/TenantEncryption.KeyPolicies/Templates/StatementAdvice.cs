namespace TenantEncryption.Policies.Templates;

/// <summary>Why a policy should allow something without which the key works all the same.</summary>
/// <param name="Text">What the vendor's text says of it.</param>
/// <param name="Choice">The name of the choice by which the administrator can leave it out; <see langword="null"/> where there is none.</param>
internal sealed record StatementAdvice(string Text, string? Choice = null);
