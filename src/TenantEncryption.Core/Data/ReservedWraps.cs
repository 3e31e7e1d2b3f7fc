using TenantEncryption.Envelope;
using TenantEncryption.Keys;

namespace TenantEncryption.Data;

/// <summary>Wraps that a batch may make, and what its messages are made with.</summary>
/// <param name="State">The tenant's keys.</param>
/// <param name="Context">The encryption context of every message.</param>
/// <param name="Reservation">The right to wrap, in the epoch of those keys.</param>
internal sealed record ReservedWraps(TenantKeyState State, EncryptionContext Context, WrapReservation Reservation);
