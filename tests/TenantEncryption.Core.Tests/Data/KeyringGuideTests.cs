using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.RegularExpressions;
using TenantEncryption.Data;
using TenantEncryption.Envelope;
using TenantEncryption.Errors;
using TenantEncryption.Keys;
using TenantEncryption.Samples;
using TenantEncryption.Testing;
using TenantEncryption.Tests.Scenarios;

namespace TenantEncryption.Tests.Data;

/// <summary>The keyring of <c>docs/keyrings.md</c>, and what the page says of it.</summary>
public sealed partial class KeyringGuideTests
{
    private static readonly EncryptionContext Context = new([new("from", "a partner")]);

    [Fact]
    public async Task Messages_of_a_partner_for_our_certificate_are_read_beside_the_tenants_own()
    {
        await using TestService scene = await TestService.WithTenantAsync();
        TenantEncryptionService service = scene.Service;
        using X509Certificate2 certificate = NewCertificate();
        using X509Certificate2 another = NewCertificate();
        string own = await scene.ProtectAsync(scene.Folders.Random("own"));
        string[] theirs = [.. Enumerable.Range(0, 20).Select(i => scene.Folders.Write($"partner-{i:D2}.tenc", Wrapped(certificate, "2026")))];
        string forAnotherKey = scene.Folders.Write("x-wrong-key.tenc", Wrapped(another, "2026"));
        string ofAnotherName = scene.Folders.Write("x-wrong-name.tenc", Wrapped(certificate, "2025"));
        FileRequest[] files = [.. theirs.Append(own).Append(forAnotherKey).Append(ofAnotherName).Select(path => new FileRequest(path, path + ".out"))];
        await using var Console = new StringWriter(); // What the page prints, this test reads.

        // As on the page:
        using var keyring = new CertificateKeyring(certificate, "partner", "2026");
        await using DataSession session = service.Data.BeginSession();
        var options = new UnprotectOptions { Keyring = keyring };
        await foreach (FileOutcome<UnprotectedFile> file in session.UnprotectFilesAsync(files, options))
        {
            Console.WriteLine(file.Error is null ? file.Result!.Path : $"{file.Source}: {file.Error.Code} {file.Error.Message}");
        }

        // As far as here.
        string[] lines = Console.ToString().Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(files[..^2].Select(file => file.Destination), lines[..^2]);
        Assert.StartsWith($"{forAnotherKey}: {ErrorCodes.WrongKey}", lines[^2], StringComparison.Ordinal);
        Assert.StartsWith($"{ofAnotherName}: {ErrorCodes.WrongKey}", lines[^1], StringComparison.Ordinal);
        Assert.All(theirs, path => Assert.Equal([1, 2, 3], File.ReadAllBytes(path + ".out")));
    }

    [Fact]
    public void The_page_shows_the_sample_and_the_test_that_are_compiled()
    {
        string[] blocks = [.. Block().Matches(Text("docs", "keyrings.md")).Select(match => match.Groups["code"].Value)];
        string test = Text("tests", "TenantEncryption.Core.Tests", "Data", "KeyringGuideTests.cs");
        string used = test.Split("        // As on the page:\n")[1].Split("\n        // As far as here.")[0];

        Assert.Equal([Text("samples", "Keyrings", "CertificateKeyring.cs"), Indent().Replace(used, "")], blocks);
    }

    private static X509Certificate2 NewCertificate()
    {
        using RSA key = RSA.Create(2048);
        return new CertificateRequest("CN=us", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)
            .CreateSelfSigned(DateTimeOffset.UnixEpoch, DateTimeOffset.MaxValue);
    }

    private static byte[] Wrapped(X509Certificate2 certificate, string keyName)
    {
        SecretBytes dataKey = SecretBytes.Random(32);
        using RSA key = certificate.GetRSAPublicKey()!;
        byte[] ciphertext = key.Encrypt(dataKey.Span, RSAEncryptionPadding.OaepSHA256);
        using var materials = new MessageMaterials(dataKey, [new EncryptedDataKey("partner", System.Text.Encoding.UTF8.GetBytes(keyName), ciphertext)], Context);
        return new MessageWriter().Write([1, 2, 3], materials);
    }

    private static string Text(params string[] path) => File.ReadAllText(Repository.At(path)).ReplaceLineEndings("\n");

    [GeneratedRegex(@"```csharp\n(?<code>.*?)```\n", RegexOptions.Singleline)]
    private static partial Regex Block();

    [GeneratedRegex("^        ", RegexOptions.Multiline)]
    private static partial Regex Indent();
}
