using TenantEncryption.Policies.Text;

namespace TenantEncryption.PowerShell.Hosting;

/// <summary>
/// Puts policies together that come line by line, as PowerShell gives the output of a program (aws kms get-key-policy) and Get-Content the text of
/// a file. A text that is a whole policy comes out as it went in.
/// </summary>
internal sealed class PolicyLines
{
    private string? _open;

    /// <summary>Takes a text.</summary>
    /// <param name="text">A policy, or a line of one.</param>
    /// <returns>The policies that end with it.</returns>
    public IEnumerable<string> Add(string text)
    {
        if (_open is { } open)
        {
            string joined = $"{open}\n{text}";
            if (KeyPolicyText.IsWhole(joined))
            {
                _open = null;
                return [joined];
            }

            // What goes on wrongly is read to its end, so that it is one fault with its place, unless another policy begins.
            if (KeyPolicyText.IsUnfinished(joined) || text is not ['{' or '[', ..])
            {
                _open = joined;
                return [];
            }

            _open = null;
            return [open, .. Add(text)];
        }

        if (KeyPolicyText.IsUnfinished(text))
        {
            _open = text;
            return [];
        }

        return [text];
    }

    /// <summary>What is left of a policy that did not end.</summary>
    /// <returns>The text, if any.</returns>
    public IEnumerable<string> Rest()
    {
        string? open = _open;
        _open = null;
        return open is null ? [] : [open];
    }
}
