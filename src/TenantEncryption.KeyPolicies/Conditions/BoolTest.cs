namespace TenantEncryption.Policies.Conditions;

/// <summary>Bool and Null: <c>true</c> or <c>false</c> in any case.</summary>
internal sealed class BoolTest(string[] values) : ValueTest
{
    private readonly bool[] _values = [.. values.Select(bool.Parse)];

    public override bool Matches(string value, RequestContext context) =>
        bool.TryParse(value, out bool actual) && Array.IndexOf(_values, actual) >= 0;
}
