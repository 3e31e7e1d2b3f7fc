namespace TenantEncryption.Spaces;

/// <summary>An object that is to be put.</summary>
/// <param name="Key">Its key.</param>
/// <param name="Length">Its length in bytes, exactly.</param>
/// <param name="Condition">On what condition.</param>
/// <param name="Settings">What it has beside its content. Its metadata name the message, by which it is known again when an answer is lost.</param>
internal sealed record NewObject(string Key, long Length, PutCondition Condition, ObjectSettings Settings);
