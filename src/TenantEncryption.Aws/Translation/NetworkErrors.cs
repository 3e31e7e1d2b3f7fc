using System.Net;
using System.Net.Sockets;
using System.Security.Authentication;

namespace TenantEncryption.Aws.Translation;

/// <summary>Tells what it was when nobody answered: DNS, connection, TLS, time.</summary>
internal static class NetworkErrors
{
    /// <summary>What failed on the way, as the rest of a sentence; <see langword="null"/> when it was not the network.</summary>
    public static string? Describe(Exception exception)
    {
        // A time limit ends a try by breaking its connection, so that the innermost cause would be a broken connection.
        if (Chain(exception).Any(cause => cause is TimeoutException or OperationCanceledException))
        {
            return "no answer came in time";
        }

        // Else the innermost cause is the sharpest; the SDK and HttpClient wrap it once or twice each.
        foreach (Exception cause in Chain(exception).Reverse())
        {
            if (DescribeOne(cause) is { } found)
            {
                return found;
            }
        }

        return null;
    }

    /// <summary>An exception and all that it wraps, outermost first.</summary>
    public static IEnumerable<Exception> Chain(Exception? exception)
    {
        for (; exception is not null; exception = exception.InnerException)
        {
            yield return exception;
        }
    }

    private static string? DescribeOne(Exception cause) => cause switch
    {
        HttpRequestException { HttpRequestError: HttpRequestError.NameResolutionError } => "the host name can't be resolved (DNS)",
        SocketException { SocketErrorCode: SocketError.HostNotFound or SocketError.TryAgain or SocketError.NoData } =>
            "the host name can't be resolved (DNS)",
        SocketException { SocketErrorCode: SocketError.TimedOut } => "the connection was not answered in time",
        SocketException socket => $"the connection failed ({CallSite.Quote(socket.Message)})",
        AuthenticationException tls => $"TLS failed ({CallSite.Quote(tls.Message)})",
        HttpRequestException http => $"the connection failed ({CallSite.Quote(http.Message)})",
        WebException web => $"the connection failed ({CallSite.Quote(web.Message)})",
        IOException broken => $"the connection broke ({CallSite.Quote(broken.Message)})",
        _ => null,
    };
}
