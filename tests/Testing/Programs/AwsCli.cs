using Newtonsoft.Json;
using Newtonsoft.Json.Linq;
using Xunit;

namespace TenantEncryption.Testing.Programs;

/// <summary>The AWS CLI in one region, pointed at one KMS endpoint.</summary>
public sealed class AwsCli(Sandbox sandbox, string endpointUrl, string region = AwsCli.Region)
{
    /// <summary>The region, unless another is named.</summary>
    public const string Region = "eu-west-1";

    /// <summary>Runs <c>aws kms</c>, which must succeed.</summary>
    /// <returns>What it prints; an empty object if nothing.</returns>
    public Task<JObject> KmsAsync(params string[] arguments) => RunAsync("kms", arguments);

    /// <summary>Runs a command of a service, which must succeed.</summary>
    /// <returns>What it prints; an empty object if nothing.</returns>
    public async Task<JObject> RunAsync(string service, params string[] arguments)
    {
        string output = (await TryAsync(service, arguments)).Expect($"aws {service} {arguments[0]}");
        return output.Length == 0 ? [] : JObject.Parse(output);
    }

    /// <summary>Runs <c>aws kms</c>, which must be refused.</summary>
    /// <returns>The name of the error.</returns>
    public async Task<string> RefusedAsync(params string[] arguments)
    {
        ProgramResult result = await TryAsync("kms", arguments);
        Assert.NotEqual(0, result.ExitCode);
        Assert.Contains("An error occurred (", result.Error, StringComparison.Ordinal);
        return result.Error.Split('(', ')')[1];
    }

    /// <summary>Writes a file for a <c>fileb://</c> or <c>file://</c> argument, whose meaning is the same in both versions of the CLI.</summary>
    public string Blob(byte[] content)
    {
        string name = Path.GetRandomFileName();
        File.WriteAllBytes(sandbox.PathOf(name), content);
        return $"fileb://{name}";
    }

    /// <summary>Writes an encryption context to a file.</summary>
    public string Context(IReadOnlyDictionary<string, string> context)
    {
        string name = Path.GetRandomFileName();
        File.WriteAllText(sandbox.PathOf(name), JsonConvert.SerializeObject(context));
        return $"file://{name}";
    }

    private Task<ProgramResult> TryAsync(string service, string[] arguments) => sandbox.RunAsync(
        ProgramNames.Aws, [service, .. arguments, "--endpoint-url", endpointUrl, "--region", region, "--output", "json"]);
}
