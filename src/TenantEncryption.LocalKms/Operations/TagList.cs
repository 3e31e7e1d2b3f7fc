using System.Collections.Immutable;
using TenantEncryption.LocalKms.Calls;
using TenantEncryption.LocalKms.Errors;
using TenantEncryption.LocalKms.Keys;
using TenantEncryption.LocalKms.Protocol;

namespace TenantEncryption.LocalKms.Operations;

/// <summary>The tags of a request.</summary>
internal static class TagList
{
    public const int MaximumTags = 50;

    /// <exception cref="KmsError">TagException or ValidationException.</exception>
    public static ImmutableSortedDictionary<string, string> Read(RequestFields request)
    {
        var tags = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        foreach (RequestFields tag in request.Items("Tags"))
        {
            string key = tag.RequiredText("TagKey");
            string value = tag.Text("TagValue") ?? throw KmsErrors.MissingMember("TagValue");
            CheckKey(key);
            if (value.Length > 256)
            {
                throw KmsErrors.Constraint(value, "TagValue", "Member must have length less than or equal to 256");
            }

            if (!tags.TryAdd(key, value))
            {
                throw KmsErrors.Tag("Duplicate tag keys");
            }
        }

        return RefuseTooMany(tags.ToImmutable());
    }

    public static ImmutableSortedDictionary<string, string> RefuseTooMany(ImmutableSortedDictionary<string, string> tags) =>
        tags.Count <= MaximumTags ? tags : throw KmsErrors.Tag("Too many tags");

    public static void CheckKey(string key)
    {
        if (key.Length > 128)
        {
            throw KmsErrors.Constraint(key, "TagKey", "Member must have length less than or equal to 128");
        }

        if (key.StartsWith("aws:", StringComparison.OrdinalIgnoreCase))
        {
            throw KmsErrors.Tag("Tags beginning with aws: are reserved");
        }
    }

    /// <summary>Refuses a new key with tags unless an identity policy of the caller allows kms:TagResource (API Reference, CreateKey and ReplicateKey, "Required permissions").</summary>
    public static void Allow(OperationCall call, KmsKey key)
    {
        if (key.Tags.Count > 0)
        {
            call.AllowInAccount(key.Arn, "TagResource");
        }
    }

    /// <summary>Sets the condition keys of tags that a request has.</summary>
    public static void AddConditions(OperationCall call, IEnumerable<KeyValuePair<string, string>> tags)
    {
        KeyValuePair<string, string>[] all = [.. tags];
        call.Conditions.Set("aws:TagKeys", [.. all.Select(tag => tag.Key)]);
        foreach ((string key, string value) in all)
        {
            call.Conditions.Set("aws:RequestTag/" + key, value);
        }
    }
}
