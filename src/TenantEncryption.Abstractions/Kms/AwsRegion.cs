using System.Text.RegularExpressions;

namespace TenantEncryption.Kms;

/// <summary>Names of AWS regions (AWS General Reference, "AWS service endpoints"), such as <c>eu-west-1</c> and <c>us-gov-west-1</c>.</summary>
public static partial class AwsRegion
{
    /// <summary>Whether a text has the form of a region's name. Nothing else may become part of a host name or an ARN.</summary>
    /// <param name="text">The text.</param>
    /// <returns>Whether it has; whether AWS has such a region is not known here.</returns>
    public static bool IsName(string text) => Pattern().IsMatch(text);

    [GeneratedRegex(@"\A[a-z]{2,4}(-[a-z]+)+-[0-9]{1,2}\z")]
    private static partial Regex Pattern();
}
