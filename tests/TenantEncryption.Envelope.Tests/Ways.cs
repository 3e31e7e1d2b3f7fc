using Microsoft.Win32.SafeHandles;
using TenantEncryption.Envelope;

namespace TenantEncryption.Tests.Envelope;

/// <summary>The ways in which a message can be read, and written: each test of the format runs on all.</summary>
public enum Way
{
    Memory,
    File,
    Stream,
}

internal static class Ways
{
    public static async Task<byte[]> ReadAsync(
        Way way,
        ReadOnlyMemory<byte> message,
        IKeyring keyring,
        MessageReaderOptions? options = null,
        IAeadFactory? aeadFactory = null)
    {
        var reader = new MessageReader(aeadFactory);
        switch (way)
        {
            case Way.Memory:
                return (await reader.ReadValueAsync(message, keyring, options)).Plaintext;
            case Way.Stream:
                var plaintext = new MemoryStream();
                using (var source = new OneWayStream(message))
                {
                    ReadMessage read = await reader.ReadFrameByFrameAsync(source, plaintext, keyring, options);
                    Assert.Equal(message.Length, read.MessageLength);
                    Assert.Equal(plaintext.Length, read.PlaintextLength);
                }

                return plaintext.ToArray();
            default:
                using (SafeFileHandle source = TemporaryFile(message.Span))
                using (SafeFileHandle destination = TemporaryFile([]))
                {
                    ReadMessage read = await reader.ReadAsync(source, destination, keyring, options);
                    Assert.Equal(message.Length, read.MessageLength);
                    byte[] content = Content(destination);
                    Assert.Equal(content.Length, read.PlaintextLength);
                    return content;
                }
        }
    }

    public static async Task<byte[]> WriteAsync(
        Way way,
        ReadOnlyMemory<byte> plaintext,
        MessageMaterials materials,
        MessageWriterOptions? options = null,
        IAeadFactory? aeadFactory = null)
    {
        var writer = new MessageWriter(aeadFactory);
        switch (way)
        {
            case Way.Memory:
                return writer.Write(plaintext.Span, materials, (options ?? MessageWriterOptions.Default).FrameLength);
            case Way.Stream:
                var message = new MemoryStream();
                using (var source = new OneWayStream(plaintext))
                {
                    WrittenMessage written = await writer.WriteAsync(source, message, materials, options);
                    Assert.Equal(message.Length, written.MessageLength);
                    Assert.Equal(plaintext.Length, written.PlaintextLength);
                }

                return message.ToArray();
            default:
                using (SafeFileHandle source = TemporaryFile(plaintext.Span))
                using (SafeFileHandle destination = TemporaryFile([]))
                {
                    WrittenMessage written = await writer.WriteAsync(source, destination, materials, options);
                    byte[] content = Content(destination);
                    Assert.Equal(content.Length, written.MessageLength);
                    Assert.Equal(plaintext.Length, written.PlaintextLength);
                    return content;
                }
        }
    }

    public static SafeFileHandle TemporaryFile(ReadOnlySpan<byte> content)
    {
        SafeFileHandle handle = File.OpenHandle(
            Path.Combine(Path.GetTempPath(), Path.GetRandomFileName()),
            FileMode.CreateNew,
            FileAccess.ReadWrite,
            FileShare.None,
            FileOptions.DeleteOnClose);
        RandomAccess.Write(handle, content, 0);
        return handle;
    }

    public static byte[] Content(SafeFileHandle handle)
    {
        byte[] content = new byte[RandomAccess.GetLength(handle)];
        RandomAccess.Read(handle, content, 0);
        return content;
    }
}
