namespace TenantEncryption.ModuleFiles.Views;

/// <summary>What a property holds, as far as it matters for showing it.</summary>
internal enum PropertyKind
{
    Text,
    Time,
    Duration,
    Number,
    Flag,
    Enum,
    List,
    Map,
}

/// <summary>How each kind of property is shown. Times are local and of the invariant calendar, in tables and in lists.</summary>
internal static class PropertyKinds
{
    public static PropertyKind Of(Type type)
    {
        Type bare = Nullable.GetUnderlyingType(type) ?? type;
        return bare switch
        {
            _ when bare == typeof(DateTimeOffset) => PropertyKind.Time,
            _ when bare == typeof(TimeSpan) => PropertyKind.Duration,
            _ when bare == typeof(int) || bare == typeof(long) => PropertyKind.Number,
            _ when bare == typeof(bool) => PropertyKind.Flag,
            { IsEnum: true } => PropertyKind.Enum,
            _ when bare.Name.StartsWith("IReadOnlyDictionary", StringComparison.Ordinal) => PropertyKind.Map,
            _ when bare.Name.StartsWith("IReadOnlyList", StringComparison.Ordinal) => PropertyKind.List,
            _ => PropertyKind.Text,
        };
    }

    /// <summary>The script that shows it in a column; <see langword="null"/> where the property itself does.</summary>
    public static string? ColumnScript(PropertyKind kind, string name) =>
        kind is PropertyKind.Duration ? $"'{{0:00}}:{{1:mm\\:ss\\.fff}}' -f [Math]::Floor($_.{name}.TotalHours), $_.{name}" : Script(kind, name, "', '");

    /// <summary>The script that shows it in a list; <see langword="null"/> where the property itself does.</summary>
    public static string? ListScript(PropertyKind kind, string name) => Script(kind, name, "[Environment]::NewLine");

    private static string? Script(PropertyKind kind, string name, string between) => kind switch
    {
        PropertyKind.Time => $"if ($_.{name}) {{ $_.{name}.LocalDateTime.ToString('yyyy-MM-dd HH:mm:ss', [cultureinfo]::InvariantCulture) }}",
        PropertyKind.List => $"@($_.{name}).ForEach{{ \"$_\" }} -join {between}",
        PropertyKind.Map => $"if ($_.{name}) {{ @(foreach ($one in $_.{name}.GetEnumerator()) {{ \"$($one.Key) = $($one.Value -join ', ')\" }}) -join {between} }}",
        _ => null,
    };
}
