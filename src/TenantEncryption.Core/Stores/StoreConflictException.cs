namespace TenantEncryption.Stores;

/// <summary>
/// A transaction that the store undid, as another one came in between: nothing of it was kept, and the same work can be done anew. A store throws it only
/// when it knows that; one that lost its connection while it committed looks first.
/// </summary>
internal sealed class StoreConflictException(string message, Exception? innerException = null) : Exception(message, innerException);
