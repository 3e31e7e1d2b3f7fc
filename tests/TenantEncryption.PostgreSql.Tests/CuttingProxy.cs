using System.Net;
using System.Net.Sockets;
using System.Text;

namespace TenantEncryption.PostgreSql.Tests;

/// <summary>Where a connection is cut while it commits.</summary>
public enum Cut
{
    /// <summary>It is not.</summary>
    Nowhere,

    /// <summary>Before the server is asked.</summary>
    Before,

    /// <summary>After the server did it, before it is heard.</summary>
    After,
}

/// <summary>A way to the server on loopback that cuts connections while they commit.</summary>
internal sealed class CuttingProxy : IDisposable
{
    // With its end: a transaction begins as READ COMMITTED.
    private static readonly byte[] Commit = Encoding.ASCII.GetBytes("COMMIT\0");

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly int _server;
    private int _next;

    /// <summary>Begins to listen.</summary>
    /// <param name="server">The server's port on loopback.</param>
    public CuttingProxy(int server)
    {
        _server = server;
        _listener.Start();
        _ = AcceptAsync();
    }

    /// <summary>The port on loopback.</summary>
    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>How many connections were cut.</summary>
    public int Cuts { get; private set; }

    /// <summary>Cuts the next connection that commits.</summary>
    public void CutNext(Cut where) => Volatile.Write(ref _next, (int)where);

    /// <inheritdoc/>
    public void Dispose() => _listener.Dispose();

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                TcpClient client = await _listener.AcceptTcpClientAsync();
                _ = RelayAsync(client);
            }
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }

    private async Task RelayAsync(TcpClient client)
    {
        using (client)
        using (var server = new TcpClient { NoDelay = true })
        {
            client.NoDelay = true;
            await server.ConnectAsync(IPAddress.Loopback, _server);
            bool isDone = false;
            await Task.WhenAny(
                PumpAsync(client, server, bytes =>
                {
                    Cut cut = bytes.Span.IndexOf(Commit) < 0 ? Cut.Nowhere : (Cut)Interlocked.Exchange(ref _next, (int)Cut.Nowhere);
                    Cuts += cut == Cut.Nowhere ? 0 : 1;

                    // What the server says of it is not heard.
                    Volatile.Write(ref isDone, cut == Cut.After);
                    return cut != Cut.Before;
                }),
                PumpAsync(server, client, _ => !Volatile.Read(ref isDone)));
        }
    }

    private static async Task PumpAsync(TcpClient from, TcpClient to, Func<ReadOnlyMemory<byte>, bool> mayPass)
    {
        byte[] buffer = new byte[64 * 1024];
        try
        {
            int count;
            while ((count = await from.GetStream().ReadAsync(buffer)) > 0)
            {
                if (!mayPass(buffer.AsMemory(0, count)))
                {
                    return;
                }

                await to.GetStream().WriteAsync(buffer.AsMemory(0, count));
            }
        }
        catch (Exception exception) when (exception is IOException or ObjectDisposedException or InvalidOperationException)
        {
            // One side is gone, so the other goes.
        }
    }
}
