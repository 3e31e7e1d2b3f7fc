using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections.Features;
using TenantEncryption.LocalKms.Auditing;
using TenantEncryption.LocalKms.Errors;
using TenantEncryption.LocalKms.Faults;
using TenantEncryption.LocalKms.Signing;

namespace TenantEncryption.LocalKms.Protocol;

/// <summary>The way of every call: read, maybe made to fail, done, written to the audit log, answered with a request id.</summary>
internal sealed class ServiceEndpoint(IServiceProtocol protocol, FaultInjector faults, AuditLog audit, ServiceClock clock)
{
    // Larger than any request that AWS accepts: a 32 KiB policy with every character escaped.
    private const int MaximumBody = 1024 * 1024;

    public async Task HandleAsync(HttpContext http)
    {
        string requestId = Guid.NewGuid().ToString();
        byte[] body;
        try
        {
            body = await RequestBody.ReadAsync(http.Request, MaximumBody, http.RequestAborted);
        }
        catch (KmsError error)
        {
            http.Response.StatusCode = error.Status;
            return;
        }

        var call = new ServiceCall
        {
            Http = http.Request,
            Body = body,
            RequestId = requestId,
            Operation = protocol.NameOperation(http.Request, body),
            Claim = RequestSignature.Parse(http.Request.Headers.Authorization.ToString()),
            SourceIp = Address(http.Connection.RemoteIpAddress),
        };
        Fault fault = faults.Next(call.Claim?.Region ?? "", call.Operation);
        if (fault.Delay > TimeSpan.Zero)
        {
            await Task.Delay(fault.Delay, http.RequestAborted);
        }

        if (fault.Kind == FaultKind.Drop)
        {
            http.Abort();
            return;
        }

        KmsError? refusal = Run(call, fault.Kind);
        await audit.AddAsync(Entry(call, refusal));
        if (fault.Kind == FaultKind.Reset)
        {
            Reset(http);
            return;
        }

        http.Response.StatusCode = refusal is null ? StatusCodes.Status200OK : WriteError(call, refusal);
        http.Response.Headers["x-amzn-RequestId"] = requestId;
        http.Response.ContentType = protocol.ContentType;
        http.Response.ContentLength = call.Answer.WrittenCount;
        await http.Response.Body.WriteAsync(call.Answer.WrittenMemory, http.RequestAborted);
    }

    private static string? Address(IPAddress? address) =>
        (address is { IsIPv4MappedToIPv6: true } ? address.MapToIPv4() : address)?.ToString();

    private KmsError? Run(ServiceCall call, FaultKind fault)
    {
        try
        {
            switch (fault)
            {
                case FaultKind.Throttle:
                    throw KmsErrors.Throttling();
                case FaultKind.ServerError:
                    throw KmsErrors.Internal();
                case FaultKind.ExpiredCredentials:
                    throw KmsErrors.ExpiredToken();
                default:
                    protocol.Run(call);
                    return null;
            }
        }
        catch (KmsError error)
        {
            return error;
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            // A fault of this program: the caller gets what AWS would send, the operator the cause.
            Console.Error.WriteLine($"{call.RequestId} {call.Operation}: {e}");
            return KmsErrors.Internal();
        }
    }

    private int WriteError(ServiceCall call, KmsError error)
    {
        call.Answer.ResetWrittenCount();
        return protocol.WriteError(call.Answer, error, call.RequestId);
    }

    private AuditEntry Entry(ServiceCall call, KmsError? error) => new()
    {
        EventName = call.Operation,
        EventSource = protocol.EventSource,
        RequestId = call.RequestId,
        EventId = call.EventId,
        Time = clock.Now,
        Signature = call.Signature,
        ReadOnly = call.ReadOnly,
        Request = protocol.TakesJson ? call.Body : ReadOnlyMemory<byte>.Empty,
        Trace = call.Trace,
        Error = error,
        SourceIp = call.SourceIp,
        UserAgent = call.UserAgent,
    };

    /// <summary>Ends the connection with RST, as a peer that crashed does.</summary>
    private static void Reset(HttpContext http)
    {
        if (http.Features.Get<IConnectionSocketFeature>()?.Socket is { } socket)
        {
            socket.LingerState = new LingerOption(enable: true, seconds: 0);
        }

        http.Abort();
    }
}
