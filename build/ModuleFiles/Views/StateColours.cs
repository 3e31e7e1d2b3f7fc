namespace TenantEncryption.ModuleFiles.Views;

/// <summary>
/// States and outcomes in the colours of <c>$PSStyle</c>, so that a row to look at stands out. PowerShell leaves them out where the host shows none, in what is
/// piped or redirected, and under NO_COLOR; the word says it in any case.
/// </summary>
internal static class StateColours
{
    private static readonly string[] Columns = ["Status", "State", "Outcome", "Verdict", "Severity", "Decision", "Success"];
    private static readonly string[] Good = ["Active", "Enabled", "Passed", "Completed", "Current", "Working", "SafeToActivate", "Allowed", "True", "SUCCESS"];
    private static readonly string[] ToLookAt = ["Pending", "Warning", "New", "InProgress", "Suspended", "ShouldWork", "Creating", "Updating", "Missing"];
    private static readonly string[] Bad =
        ["Failed", "Error", "Deactivated", "Disabled", "PendingDeletion", "PendingReplicaDeletion", "Unavailable", "WontWork", "Denied", "False", "Substituted"];

    /// <summary>The script that shows a property in its column; <see langword="null"/> for one that is no state.</summary>
    public static string? Script(string property) => !Columns.Contains(property)
        ? null
        : $"$text = \"$($_.{property})\"; $colour = switch ($text) {{ {Case(Good, "Green")} {Case(ToLookAt, "Yellow")} {Case(Bad, "Red")} }}; "
            + "if ($colour) { $colour + $text + $PSStyle.Reset } else { $text }";

    private static string Case(string[] words, string colour) => $"{{ $_ -cin '{string.Join("', '", words)}' }} {{ $PSStyle.Foreground.{colour}; break }}";
}
