using System.Security.Cryptography;
using TenantEncryption.Data;
using TenantEncryption.Envelope;
using TenantEncryption.Errors;
using TenantEncryption.Keys;
using TenantEncryption.Testing;
using TenantEncryption.Tests.Scenarios;

namespace TenantEncryption.Tests.Data;

/// <summary>A keyring of the caller's, such as an HSM's, that fails as such things fail.</summary>
public sealed class KeyringFailureTests
{
    public static TheoryData<Type> Failures() => new(
        typeof(HttpRequestException),
        typeof(CryptographicException),
        typeof(TimeoutException),
        typeof(IOException),
        typeof(TaskCanceledException),
        typeof(ObjectDisposedException),
        typeof(NullReferenceException));

    [Theory]
    [MemberData(nameof(Failures))]
    public async Task It_fails_the_one_file_for_which_it_was_asked_and_the_others_are_read_and_verified(Type failure)
    {
        await using TestService service = await TestService.WithTenantAsync();
        string[] messages = await Task.WhenAll(((string[])["a", "b", "c", "d"]).Select(name => service.ProtectAsync(service.Folders.Random(name))));
        string second = Convert.ToHexString(MessageReader.ReadHeader(File.ReadAllBytes(messages[1])).MessageId.Span);
        var options = new UnprotectOptions { Keyring = new BrokenKeyring(second, (Exception)Activator.CreateInstance(failure, "the HSM is down")!) };
        await using DataSession session = service.Service.Data.BeginSession();

        List<FileOutcome<UnprotectedFile>> read = await session.UnprotectFilesAsync([.. messages.Select(path => new FileRequest(path, path + ".out"))], options).ToListAsync();
        List<FileOutcome<MessageTestResult>> tested = await session.TestFilesAsync(messages, options).ToListAsync();
        TenantEncryptionException ofValue = await Refusal.OfAsync(async () => await session.UnprotectValueAsync(File.ReadAllBytes(messages[1]), options));

        Assert.Equal([null, ErrorCodes.KeyringFailed, null, null], read.Select(outcome => outcome.Error?.Code));
        Assert.Equal([null, ErrorCodes.KeyringFailed, null, null], tested.Select(outcome => outcome.Error?.Code));
        Assert.Equal(ErrorCodes.KeyringFailed, ofValue.Code);
        Assert.IsType(failure, read[1].Error!.InnerException);
        Assert.Contains("the HSM is down", read[1].Error!.Detail, StringComparison.Ordinal);
        Assert.Contains(failure.Name, read[1].Error!.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_it_says_in_this_librarys_words_stays_as_it_is_said()
    {
        await using TestService service = await TestService.WithTenantAsync();
        byte[] message = await service.ProtectValueAsync([1]);
        var options = new UnprotectOptions { Keyring = new BrokenKeyring(null, new TenantEncryptionException(ErrorCodes.CredentialsInvalid)) };

        Assert.Equal(ErrorCodes.CredentialsInvalid, await Refusal.CodeOfAsync(() => service.ReadValueAsync(message, options)));
    }

    [Fact]
    public async Task A_read_that_its_caller_stops_is_stopped_and_no_failure()
    {
        await using TestService service = await TestService.WithTenantAsync();
        byte[] message = await service.ProtectValueAsync([1]);
        using var stop = new CancellationTokenSource();
        var options = new UnprotectOptions { Keyring = new BrokenKeyring(null, new OperationCanceledException(), stop.Cancel) };
        await using DataSession session = service.Service.Data.BeginSession();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await session.UnprotectValueAsync(message, options, stop.Token));
    }

    /// <summary>Throws for one message, or for each; opens none.</summary>
    private sealed class BrokenKeyring(string? messageId, Exception failure, Action? before = null) : IKeyring
    {
        public ValueTask<SecretBytes?> UnwrapAsync(
            EncryptedDataKey encryptedDataKey, MessageHeader header, EncryptionContext context, CancellationToken cancellationToken)
        {
            before?.Invoke();
            return messageId is null || Convert.ToHexString(header.MessageId.Span) == messageId ? throw failure : ValueTask.FromResult<SecretBytes?>(null);
        }
    }
}
