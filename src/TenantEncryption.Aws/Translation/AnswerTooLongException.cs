namespace TenantEncryption.Aws.Translation;

/// <summary>An answer is longer than any of AWS's. It is no <see cref="IOException"/>: those the SDK tries again.</summary>
internal sealed class AnswerTooLongException() : Exception("the answer is longer than 1 MiB");
