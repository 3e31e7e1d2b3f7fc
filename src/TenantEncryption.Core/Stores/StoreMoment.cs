namespace TenantEncryption.Stores;

/// <summary>A moment by the store's own clock, as a process noted it. It is no time of day, and says nothing but how long ago it was.</summary>
/// <param name="Milliseconds">What the clock showed.</param>
/// <param name="Boot">The start of the machine on which it was noted (<see cref="RunningProcess.Boot"/>): where the clock is the machine's, it begins anew with each.</param>
internal readonly record struct StoreMoment(long Milliseconds, string Boot);
