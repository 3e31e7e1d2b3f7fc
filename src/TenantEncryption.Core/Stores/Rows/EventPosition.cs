namespace TenantEncryption.Events;

/// <summary>Where a listing of several chains stands: it goes by time, and among events of one time by chain and number.</summary>
/// <param name="Time">The time of the event, as its text has it.</param>
/// <param name="Chain">Its chain.</param>
/// <param name="Sequence">Its number in the chain.</param>
internal sealed record EventPosition(string Time, string Chain, long Sequence);
