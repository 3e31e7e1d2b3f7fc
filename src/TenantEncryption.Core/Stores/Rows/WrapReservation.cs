namespace TenantEncryption.Keys;

/// <summary>
/// A writer's right to wrap under a key-encryption key (or, with <see cref="KekId"/> <see langword="null"/>, to have data keys made by a provider directly)
/// in an epoch. While it is open, the key's record can't be deleted.
/// </summary>
/// <param name="Id">The id.</param>
/// <param name="TenantId">The tenant.</param>
/// <param name="KekId">The key-encryption key, or <see langword="null"/> for a Direct tenant.</param>
/// <param name="ProviderId">The Active provider at the time.</param>
/// <param name="Epoch">The tenant's epoch at the time.</param>
/// <param name="Wraps">How many wraps are reserved.</param>
/// <param name="SessionId">The process that holds it.</param>
internal sealed record WrapReservation(string Id, string TenantId, string? KekId, string ProviderId, long Epoch, long Wraps, string SessionId);
