using System.Management.Automation;
using TenantEncryption.Errors;

namespace TenantEncryption.PowerShell.Hosting;

/// <summary>Makes PowerShell's error records from the library's exceptions, in one place.</summary>
internal static class ErrorRecords
{
    // What ships with the module, so that it can be read on a machine without a network.
    private static readonly string Help = new Uri(Path.Combine(
        Path.GetDirectoryName(typeof(ErrorRecords).Assembly.Location)!, "en-US", "about_TenantEncryption_Errors.help.txt")).AbsoluteUri;

    /// <summary>An error record, in the words of the cmdlets, whose FullyQualifiedErrorId begins with the code and whose RecommendedAction is the remedy.</summary>
    /// <param name="exception">The error.</param>
    /// <param name="target">The record that failed.</param>
    /// <returns>The error record.</returns>
    public static ErrorRecord ToErrorRecord(this TenantEncryptionException exception, object? target)
    {
        TenantEncryptionException worded = CmdletWording.Of(exception);
        worded.HelpLink ??= Help;
        return new ErrorRecord(worded, worded.Code, worded.Definition.Kind.ToCategory(), target)
        {
            ErrorDetails = new ErrorDetails(worded.Detail) { RecommendedAction = worded.Remedy },
        };
    }

    private static ErrorCategory ToCategory(this ErrorKind kind) => kind switch
    {
        ErrorKind.InvalidInput => ErrorCategory.InvalidArgument,
        ErrorKind.NotFound => ErrorCategory.ObjectNotFound,
        ErrorKind.AlreadyExists => ErrorCategory.ResourceExists,
        ErrorKind.Denied => ErrorCategory.PermissionDenied,
        ErrorKind.Authentication => ErrorCategory.AuthenticationError,
        ErrorKind.InvalidData => ErrorCategory.InvalidData,
        ErrorKind.Unavailable => ErrorCategory.ResourceUnavailable,
        ErrorKind.Storage => ErrorCategory.WriteError,
        _ => ErrorCategory.NotSpecified,
    };
}
