namespace TenantEncryption.Quickstart;

/// <summary>Tells what holds and what does not; a story with a claim that does not hold ends with exit code 1.</summary>
internal sealed class Story
{
    private int _held;
    private int _failed;

    /// <summary>Tells a claim.</summary>
    public bool Holds(string claim, bool holds)
    {
        _ = holds ? _held++ : _failed++;
        Console.WriteLine($"{(holds ? "ok  " : "FAIL")} {claim}");
        return holds;
    }

    /// <summary>Ends the story.</summary>
    public int End()
    {
        Console.WriteLine($"{_held} claims hold, {_failed} do not");
        return _failed == 0 && _held > 0 ? 0 : 1;
    }
}
