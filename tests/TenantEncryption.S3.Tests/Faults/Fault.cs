using System.Net;

namespace TenantEncryption.S3.Tests.Faults;

/// <summary>What goes wrong with a request.</summary>
internal abstract record Fault
{
    /// <summary>The server answers so, and does nothing.</summary>
    public sealed record Refuses(HttpStatusCode Status, string Code) : Fault;

    /// <summary>The connection is cut before the server sees the request.</summary>
    public sealed record CutBefore : Fault;

    /// <summary>The server does it, and the connection is cut before the answer.</summary>
    public sealed record CutAfter : Fault;

    /// <summary>The answer is cut after so many bytes.</summary>
    public sealed record CutIn(int Bytes) : Fault;

    /// <summary>The answer stops after so many bytes, and the connection stays.</summary>
    public sealed record Stalls(int Bytes) : Fault;

    /// <summary>A byte of the request's content is another one on its way.</summary>
    public sealed record Damages : Fault;

    /// <summary>Something happens, before or after the server does it.</summary>
    public sealed record Meanwhile(Func<Task> What, bool After = false) : Fault;
}
