namespace TenantEncryption.Policies.Access;

/// <summary>An action of AWS KMS: what a policy may say about it, and which condition keys a request for it can have.</summary>
public sealed class KmsAction
{
    private readonly string[] _keys;
    private readonly string[] _prefixes;

    internal KmsAction(string name, bool concernsKey, bool acrossAccounts, IEnumerable<string> conditionKeys)
    {
        Name = "kms:" + name;
        ConcernsKey = concernsKey;
        AcrossAccounts = acrossAccounts;
        string[] all = [.. conditionKeys];
        _keys = [.. all.Where(key => !key.EndsWith('*'))];
        _prefixes = [.. all.Where(key => key.EndsWith('*')).Select(key => key[..^1])];
        TakesEncryptionContext = Takes("kms:EncryptionContextKeys");
    }

    /// <summary>The name, such as <c>kms:Decrypt</c>.</summary>
    public string Name { get; }

    /// <summary>Whether it is done with a key. What is not, such as kms:ListKeys, no key policy decides about.</summary>
    public bool ConcernsKey { get; }

    /// <summary>
    /// Whether it can be done with a key of another account. Where it can't, permissions of the other account's principals have no effect.
    /// </summary>
    public bool AcrossAccounts { get; }

    /// <summary>Whether requests for it have an encryption context.</summary>
    public bool TakesEncryptionContext { get; }

    /// <summary>Whether it is a symmetric key that it is done with: other actions are of asymmetric and HMAC keys.</summary>
    public bool IsOfSymmetricKey { get; internal init; } = true;

    /// <summary>Whether a key policy can allow it. kms:RetireGrant it can only deny: the grant allows it.</summary>
    public bool KeyPolicyAllows => ConcernsKey && Name != "kms:RetireGrant";

    /// <summary>Whether it uses the key material, rather than administers the key.</summary>
    public bool UsesKey => Takes("kms:RequestAlias") && Name != "kms:DescribeKey";

    /// <summary>Whether a request for it can have a condition key. Those of other services than KMS, such as <c>aws:SourceIp</c>, any request can.</summary>
    /// <param name="conditionKey">The condition key, in any case.</param>
    /// <returns><see langword="true"/> if it can.</returns>
    public bool Takes(string conditionKey)
    {
        ArgumentNullException.ThrowIfNull(conditionKey);
        return !conditionKey.StartsWith("kms:", StringComparison.OrdinalIgnoreCase)
            || Array.Exists(_keys, key => key.Equals(conditionKey, StringComparison.OrdinalIgnoreCase))
            || Array.Exists(_prefixes, prefix => conditionKey.StartsWith(prefix, StringComparison.OrdinalIgnoreCase) && conditionKey.Length > prefix.Length);
    }

    /// <summary>The condition keys of KMS that a request for it can have; one that ends with <c>*</c> stands for all that begin so.</summary>
    public IEnumerable<string> ConditionKeys => _keys.Concat(_prefixes.Select(prefix => prefix + "*"));

    /// <inheritdoc/>
    public override string ToString() => Name;
}
