using System.Globalization;
using Newtonsoft.Json;
using TenantEncryption.Errors;
using TenantEncryption.Policies.Findings.Edits;
using TenantEncryption.Policies.Likeness;
using TenantEncryption.Policies.Text;

namespace TenantEncryption.Policies.Findings;

/// <summary>What KMS does not take of a policy's text, whatever it says.</summary>
internal static class TextFindings
{
    public static void Add(PolicySource source, FindingList findings)
    {
        if (source.Text.Length > KeyPolicyText.MaximumLength)
        {
            int compact = source.Json.ToString(Formatting.None).Length;
            findings.Add(
                FindingSeverity.Error,
                PolicyFindingCodes.PolicyTooLarge,
                string.Create(CultureInfo.InvariantCulture, $"The policy has {source.Text.Length:N0} characters; KMS takes {KeyPolicyText.MaximumLength:N0}."),
                compact <= KeyPolicyText.MaximumLength
                    ? string.Create(CultureInfo.InvariantCulture, $"Write it without white space: it has {compact:N0} characters then.")
                    : ErrorCatalog.Get(ErrorCodes.PolicyTooLarge).Remedy,
                position: null,
                []);
        }

        (char Character, int At)[] refused = [.. source.Text.Select((character, at) => (character, at)).Where(one => KeyPolicyText.FindForbidden(one.character.ToString()) >= 0).DistinctBy(one => one.character)];
        foreach ((char character, int at) in refused.Where(one => VisibleText.IsHidden(one.Character)).Concat(refused.Where(one => !VisibleText.IsHidden(one.Character)).Take(1)))
        {
            // What can't be seen came in with a copy; it is nobody's tenant or role.
            bool isHidden = VisibleText.IsHidden(character);
            PolicyEdit edit = isHidden ? PolicyEdit.RemoveCharacter(character) : PolicyEdit.Escape(character);
            findings.Add(
                FindingSeverity.Error,
                PolicyFindingCodes.InvalidCharacter,
                $"The policy has the character U+{(int)character:X4}{(isHidden ? ", which can't be seen" : "")}; KMS takes those up to U+00FF.",
                edit.ToString(),
                TextPosition.Of(source.Text, at),
                [edit]);
        }
    }
}
