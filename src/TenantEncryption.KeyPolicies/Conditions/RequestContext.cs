namespace TenantEncryption.Policies;

/// <summary>
/// The condition keys of a request with their values: <c>kms:ViaService</c>, <c>aws:SourceIp</c>,
/// <c>kms:EncryptionContext:TenantId</c>. Names are compared without regard to case, as IAM does. For one request on one thread.
/// </summary>
public sealed class RequestContext
{
    internal const string EncryptionContextPrefix = "kms:EncryptionContext:";

    private readonly Dictionary<string, string[]> _values = new(StringComparer.OrdinalIgnoreCase);

    // A policy asks for the same key in one statement after the other.
    private string? _lastKey;
    private string[]? _lastValues;

    /// <summary>Sets a condition key. No values means that the request lacks the key.</summary>
    /// <param name="key">The condition key, such as <c>aws:SourceIp</c>.</param>
    /// <param name="values">One value, or several for a multivalued key.</param>
    /// <returns>This context.</returns>
    public RequestContext Set(string key, params string[] values)
    {
        ArgumentNullException.ThrowIfNull(values);
        _lastKey = null;
        if (values.Length == 0)
        {
            _values.Remove(key);
        }
        else
        {
            _values[key] = values;
        }

        return this;
    }

    /// <summary>Sets a Boolean condition key.</summary>
    /// <param name="key">The condition key.</param>
    /// <param name="value">Its value.</param>
    /// <returns>This context.</returns>
    public RequestContext Set(string key, bool value) => Set(key, value ? "true" : "false");

    /// <summary>Sets a condition key that the request does not have yet.</summary>
    /// <param name="key">The condition key.</param>
    /// <param name="value">Its value.</param>
    /// <returns>This context.</returns>
    public RequestContext SetDefault(string key, string value) => _values.ContainsKey(key) ? this : Set(key, value);

    /// <summary>Sets a Boolean condition key that the request does not have yet.</summary>
    /// <param name="key">The condition key.</param>
    /// <param name="value">Its value.</param>
    /// <returns>This context.</returns>
    public RequestContext SetDefault(string key, bool value) => _values.ContainsKey(key) ? this : Set(key, value);

    /// <summary>
    /// Sets <c>kms:EncryptionContext:<i>name</i></c> for each pair and <c>kms:EncryptionContextKeys</c>. Names that differ only by case
    /// are one condition key with several values.
    /// </summary>
    /// <param name="encryptionContext">The pairs of the request.</param>
    /// <returns>This context.</returns>
    public RequestContext SetEncryptionContext(IReadOnlyDictionary<string, string> encryptionContext)
    {
        ArgumentNullException.ThrowIfNull(encryptionContext);
        if (encryptionContext.Count == 0)
        {
            return this;
        }

        foreach ((string name, string value) in encryptionContext)
        {
            string key = EncryptionContextPrefix + name;
            Set(key, _values.TryGetValue(key, out string[]? same) ? [.. same, value] : [value]);
        }

        return Set("kms:EncryptionContextKeys", [.. encryptionContext.Keys]);
    }

    /// <summary>Takes condition keys away.</summary>
    /// <param name="match">Which.</param>
    public void RemoveWhere(Predicate<string> match)
    {
        ArgumentNullException.ThrowIfNull(match);
        _lastKey = null;
        foreach (string key in _values.Keys.Where(key => match(key)).ToArray())
        {
            _values.Remove(key);
        }
    }

    /// <summary>The values of a condition key, or <see langword="null"/> where the request lacks it.</summary>
    /// <param name="key">The condition key.</param>
    /// <returns>At least one value, or <see langword="null"/>.</returns>
    public string[]? Find(string key)
    {
        if (!ReferenceEquals(key, _lastKey))
        {
            _lastValues = _values.GetValueOrDefault(key);
            _lastKey = key;
        }

        return _lastValues;
    }
}
