using System.Runtime.InteropServices;
using TenantEncryption.LocalKms;

if (CommandLine.AsksForHelp(args))
{
    await Console.Out.WriteLineAsync(CommandLine.Usage);
    return 0;
}

LocalKmsOptions options;
try
{
    options = CommandLine.Parse(args);
}
catch (ArgumentException e)
{
    await Console.Error.WriteLineAsync($"{e.Message}\n\n{CommandLine.Usage}");
    return 2;
}

using var stop = new CancellationTokenSource();
using PosixSignalRegistration interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
using PosixSignalRegistration terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
try
{
    await using LocalKmsServer server = await LocalKmsServer.StartAsync(options, stop.Token);
    await Console.Out.WriteLineAsync("TenantEncryption LocalKms is for tests: its keys protect nothing.");
    await Console.Out.WriteLineAsync($"Listening on {server.Url}");
    await Task.Delay(Timeout.Infinite, stop.Token);
    return 0;
}
catch (OperationCanceledException) when (stop.IsCancellationRequested)
{
    return 0;
}
catch (Exception e) when (e is ArgumentException or IOException or InvalidDataException or UnauthorizedAccessException)
{
    await Console.Error.WriteLineAsync(e.Message);
    return 1;
}

void Stop(PosixSignalContext signal)
{
    signal.Cancel = true;
    stop.Cancel();
}
