using System.Text.Json;
using TenantEncryption.LocalKms.Errors;
using TenantEncryption.LocalKms.Keys;
using TenantEncryption.LocalKms.Protocol;

namespace TenantEncryption.LocalKms.Admin;

/// <summary>
/// What AWS has no API for, below <c>/_localkms/</c>: faults, principals, key states, the clock, and the latest calls. It takes
/// and gives JSON and needs no signature.
/// </summary>
internal sealed class AdminEndpoint(IServerControls server)
{
    public const string Prefix = "/_localkms";

    private const int MaximumBody = 1024 * 1024;

    public async Task HandleAsync(HttpContext http)
    {
        try
        {
            byte[] body = await RequestBody.ReadAsync(http.Request, MaximumBody, http.RequestAborted);
            await AnswerAsync(http, body);
        }
        catch (Exception e) when (e is JsonException or ArgumentException or TenantEncryptionException or KmsError)
        {
            http.Response.StatusCode = StatusCodes.Status400BadRequest;
            await http.Response.WriteAsync(e.Message);
        }
    }

    private async Task AnswerAsync(HttpContext http, byte[] body)
    {
        switch ((http.Request.Method, http.Request.Path.Value![Prefix.Length..]))
        {
            case ("GET", "/health"):
                await http.Response.WriteAsync("""{"status":"ok"}""");
                break;
            case ("GET", "/faults"):
                await http.Response.WriteAsync(JsonSerializer.Serialize(server.Faults, AdminJson.Default.FaultPlan));
                break;
            case ("PUT", "/faults"):
                server.Faults = JsonSerializer.Deserialize(body, AdminJson.Default.FaultPlan)!;
                break;
            case ("DELETE", "/faults"):
                server.Faults = Faults.FaultPlan.None;
                break;
            case ("PUT", "/principals"):
                server.Define(System.Text.Encoding.UTF8.GetString(body));
                break;
            case ("DELETE", "/principals"):
                server.RemovePrincipal(http.Request.Query["arn"].ToString());
                break;
            case ("PUT", "/key-state"):
                KeyStateChange change = JsonSerializer.Deserialize(body, AdminJson.Default.KeyStateChange)!;
                server.SetKeyState(change.Arn, change.State);
                break;
            case ("POST", "/clock"):
                server.Advance(JsonSerializer.Deserialize(body, AdminJson.Default.ClockChange)!.Advance);
                break;
            case ("GET", "/events"):
                int maximum = int.TryParse(http.Request.Query["max"], out int asked) ? asked : 100;
                await http.Response.WriteAsync(string.Join('\n', server.LatestEvents(maximum)));
                break;
            default:
                http.Response.StatusCode = StatusCodes.Status404NotFound;
                break;
        }
    }

    /// <summary>The body of PUT /key-state: rehearses states that AWS alone brings about, such as Unavailable.</summary>
    internal sealed record KeyStateChange(string Arn, KeyState State);

    /// <summary>The body of POST /clock: how far the clock of keys is set ahead, such as <c>"7.00:00:00"</c>.</summary>
    internal sealed record ClockChange(TimeSpan Advance);
}
