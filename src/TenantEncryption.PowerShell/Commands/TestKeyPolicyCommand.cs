using System.Collections;
using System.Management.Automation;
using TenantEncryption.Errors;
using TenantEncryption.Kms;
using TenantEncryption.Platforms;
using TenantEncryption.Policies.Findings;
using TenantEncryption.Policies.Templates;
using TenantEncryption.Policies.Text;
using TenantEncryption.PowerShell.Completion;
using TenantEncryption.PowerShell.Hosting;

namespace TenantEncryption.PowerShell.Commands;

/// <summary>Tests a key policy without asking AWS: against a platform, or for one request.</summary>
/// <remarks>
/// Against a platform: whether each of its principals may do what it needs, is refused with another tenant's encryption context, and what is malformed
/// or unwise in the policy, each finding with line and column. For one request (-Principal, -Action): Allowed or Denied, and the statement that
/// decided. No AWS account is needed, and no store. What a key policy does not tell can't be seen: identity policies, unless -IdentityPolicy gives
/// them; service control policies, endpoint policies. A finding is a result, not an error; an error means that the test could not be made.
/// </remarks>
/// <example>
///   <code>if (Test-KeyPolicy -Path policy.json -Platform qlik-cloud -TenantId 6BxR0mKt -Quiet) { 'ready' }</code>
///   <para>Use -Quiet in a condition: a result object is always true.</para>
/// </example>
/// <example>
///   <code>(Get-KeyPolicy acme-cmk -Live | Test-KeyPolicy -Platform qlik-cloud -TenantId 6BxR0mKt).Findings</code>
///   <para>Shows what is wrong with the policy that a key has.</para>
/// </example>
/// <example>
///   <code>Test-KeyPolicy -Path policy.json -Principal arn:aws:iam::338144066592:role/byok-encryption-proxy-role -Action kms:Decrypt -EncryptionContext @{ TenantId = '6BxR0mKt' }</code>
///   <para>Tells whether one request would be allowed, and by which statement.</para>
/// </example>
/// <example>
///   <code>Test-KeyPolicy -Path policy.json -Principal arn:aws:iam::111122223333:role/app -Action kms:CreateGrant -Condition @{ 'kms:GrantOperations' = 'Decrypt', 'RetireGrant' } -IdentityPolicy '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"kms:CreateGrant","Resource":"*"}}'</code>
///   <para>Asks with the identity policy of the role, as the key policy leaves it to the account.</para>
/// </example>
[Cmdlet(VerbsDiagnostic.Test, "KeyPolicy", DefaultParameterSetName = PolicySet)]
[OutputType(typeof(PolicyAnalysis), typeof(AccessTestResult), typeof(bool))]
public sealed class TestKeyPolicyCommand : AsyncCmdlet
{
    private const string PolicySet = "Policy";
    private const string PathSet = "Path";
    private const string RequestSet = "PolicyRequest";
    private const string PathRequestSet = "PathRequest";

    private readonly TestVerdict _verdict = new();
    private readonly PolicyLines _lines = new();

    /// <summary>
    /// The policy: JSON text, an object of Get-KeyPolicy, or what aws kms get-key-policy prints. A statement alone, or a list of them, is judged as
    /// if it stood in a policy.
    /// </summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ParameterSetName = PolicySet, HelpMessage = "The policy: JSON text, an object of Get-KeyPolicy, or what aws kms get-key-policy prints.")]
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ParameterSetName = RequestSet, HelpMessage = "The policy: JSON text, an object of Get-KeyPolicy, or what aws kms get-key-policy prints.")]
    [AllowEmptyString]
    public object Policy { get; set; } = "";

    /// <summary>A file with the policy's JSON.</summary>
    [Parameter(Mandatory = true, ParameterSetName = PathSet, HelpMessage = "A file with the policy's JSON.")]
    [Parameter(Mandatory = true, ParameterSetName = PathRequestSet, HelpMessage = "A file with the policy's JSON.")]
    public string Path { get; set; } = "";

    /// <summary>The platform that shall use the key: a name, or the path of a profile of your own (.json). A piped policy's own when not given.</summary>
    [Parameter(ParameterSetName = PolicySet, HelpMessage = "The platform that shall use the key: a name, or the path of a profile of your own (.json).")]
    [Parameter(ParameterSetName = PathSet, HelpMessage = "The platform that shall use the key: a name, or the path of a profile of your own (.json).")]
    [ArgumentCompleter(typeof(PlatformCompleter))]
    public string? Platform { get; set; }

    /// <summary>The tenants that shall use the key.</summary>
    [Parameter(ParameterSetName = PolicySet, HelpMessage = "The tenants that shall use the key.")]
    [Parameter(ParameterSetName = PathSet, HelpMessage = "The tenants that shall use the key.")]
    [ArgumentCompleter(typeof(TenantCompleter))]
    public string[] TenantId { get; set; } = [];

    /// <summary>Values of the platform's placeholders, such as @{ AdminRole = 'arn:…' }; Get-EncryptionPlatform lists them.</summary>
    [Parameter(ParameterSetName = PolicySet, HelpMessage = "Values of the platform's placeholders, such as @{ AdminRole = 'arn:…' }; Get-EncryptionPlatform lists them.")]
    [Parameter(ParameterSetName = PathSet, HelpMessage = "Values of the platform's placeholders, such as @{ AdminRole = 'arn:…' }; Get-EncryptionPlatform lists them.")]
    public Hashtable? Parameter { get; set; }

    /// <summary>The JSON that the platform itself shows, or the path of a file with it.</summary>
    [Parameter(ParameterSetName = PolicySet, HelpMessage = "The JSON that the platform itself shows, or the path of a file with it.")]
    [Parameter(ParameterSetName = PathSet, HelpMessage = "The JSON that the platform itself shows, or the path of a file with it.")]
    public string? From { get; set; }

    /// <summary>On your own platform, the ARNs of the roles or users under which it runs.</summary>
    [Parameter(ParameterSetName = PolicySet, HelpMessage = "On your own platform, the ARNs of the roles or users under which it runs.")]
    [Parameter(ParameterSetName = PathSet, HelpMessage = "On your own platform, the ARNs of the roles or users under which it runs.")]
    public string[] User { get; set; } = [];

    /// <summary>Who asks: the ARN of a role, user, session or account, or the name of a service.</summary>
    [Parameter(Mandatory = true, ParameterSetName = RequestSet, HelpMessage = "Who asks: the ARN of a role, user, session or account, or the name of a service.")]
    [Parameter(Mandatory = true, ParameterSetName = PathRequestSet, HelpMessage = "Who asks: the ARN of a role, user, session or account, or the name of a service.")]
    public string Principal { get; set; } = "";

    /// <summary>What for, such as kms:Decrypt.</summary>
    [Parameter(Mandatory = true, ParameterSetName = RequestSet, HelpMessage = "What for, such as kms:Decrypt.")]
    [Parameter(Mandatory = true, ParameterSetName = PathRequestSet, HelpMessage = "What for, such as kms:Decrypt.")]
    [ArgumentCompleter(typeof(KmsActionCompleter))]
    public string Action { get; set; } = "";

    /// <summary>The encryption context of the request.</summary>
    [Parameter(ParameterSetName = RequestSet, HelpMessage = "The encryption context of the request.")]
    [Parameter(ParameterSetName = PathRequestSet, HelpMessage = "The encryption context of the request.")]
    public Hashtable? EncryptionContext { get; set; }

    /// <summary>
    /// Other condition keys of the request, such as @{ 'kms:ViaService' = 'qbusiness.eu-west-1.amazonaws.com' }; a list where the request has several
    /// values, such as @{ 'kms:GrantOperations' = 'Decrypt', 'RetireGrant' }.
    /// </summary>
    [Parameter(ParameterSetName = RequestSet, HelpMessage = "Other condition keys of the request, such as @{ 'kms:ViaService' = 'qbusiness.eu-west-1.amazonaws.com' }; a list where the request has several values, such as @{ 'kms:GrantOperations' = 'Decrypt', 'RetireGrant' }.")]
    [Parameter(ParameterSetName = PathRequestSet, HelpMessage = "Other condition keys of the request, such as @{ 'kms:ViaService' = 'qbusiness.eu-west-1.amazonaws.com' }; a list where the request has several values, such as @{ 'kms:GrantOperations' = 'Decrypt', 'RetireGrant' }.")]
    public Hashtable? Condition { get; set; }

    /// <summary>
    /// The identity policies of who asks, each JSON text or the path of a file with it; @() for one who has none. Without it they are taken to allow
    /// what the key policy leaves to the account, and the result says so.
    /// </summary>
    [Parameter(ParameterSetName = RequestSet, HelpMessage = "The identity policies of who asks, each JSON text or the path of a file with it; @() for one who has none.")]
    [Parameter(ParameterSetName = PathRequestSet, HelpMessage = "The identity policies of who asks, each JSON text or the path of a file with it; @() for one who has none.")]
    [AllowEmptyCollection]
    public string[]? IdentityPolicy { get; set; }

    /// <summary>The ARN of the key. Without it, the key is taken to be of the account whose root the policy names.</summary>
    [Parameter(HelpMessage = "The ARN of the key.")]
    [ArgumentCompleter(typeof(MasterKeyCompleter))]
    public string? KeyArn { get; set; }

    /// <summary>Gives one Boolean: whether every policy is right, or every request allowed.</summary>
    [Parameter(HelpMessage = "Gives one Boolean: whether every policy is right, or every request allowed.")]
    public SwitchParameter Quiet { get; set; }

    /// <inheritdoc/>
    protected override object? Target => Path.Length > 0 ? Path : Policy;

    /// <inheritdoc/>
    protected override async Task ProcessAsync()
    {
        if (Path.Length > 0)
        {
            await TestAsync(await OnPipelineAsync(() => PolicyInput.ReadFile(this, Path)).ConfigureAwait(false), null).ConfigureAwait(false);
            return;
        }

        foreach (object policy in LanguagePrimitives.GetEnumerable(Policy)?.Cast<object>() ?? [Policy])
        {
            (string text, string? platform) = PolicyInput.ReadPolicy(policy);
            await TestEachAsync(platform is null ? _lines.Add(text) : _lines.Rest(), null).ConfigureAwait(false);
            if (platform is not null)
            {
                await TestEachAsync([text], platform).ConfigureAwait(false);
            }
        }
    }

    /// <inheritdoc/>
    protected override async Task EndAsync()
    {
        await TestEachAsync(_lines.Rest(), null).ConfigureAwait(false);
        await _verdict.ConcludeAsync(this, Quiet).ConfigureAwait(false);
    }

    private async Task TestEachAsync(IEnumerable<string> texts, string? platform)
    {
        foreach (string text in texts)
        {
            try
            {
                await TestAsync(text, platform).ConfigureAwait(false);
            }
            catch (TenantEncryptionException exception)
            {
                Report(exception, Target);
            }
        }
    }

    private async Task TestAsync(string text, string? platform)
    {
        string json = KeyPolicyText.Unwrap(text);
        KeyIdentifier? key = KeyArn is null ? null : KeyIdentifier.Parse(KeyArn);
        if (Principal.Length > 0)
        {
            AccessTestResult result = AccessTest.Run(json, await QuestionAsync(key).ConfigureAwait(false));
            if (result.LeftOut.Count > 0)
            {
                Warn($"A request for {result.Action} never has {string.Join(", ", result.LeftOut)}: it was asked without.");
            }

            await TellAsync(result, result.Success).ConfigureAwait(false);
        }
        else
        {
            PolicyAnalysis analysis = await AnalyzeAsync(json, Platform ?? platform, key).ConfigureAwait(false);
            await TellAsync(analysis, analysis.Success).ConfigureAwait(false);
        }
    }

    private async Task<AccessQuestion> QuestionAsync(KeyIdentifier? key) => new()
    {
        Principal = Principal,
        Action = Action,
        EncryptionContext = ContextPairs.Read(EncryptionContext) ?? new Dictionary<string, string>(),
        ConditionKeys = PolicyInput.ReadConditions(Condition),
        IdentityPolicies = await OnPipelineAsync(() => IdentityPolicy?.Select(policy => PolicyInput.ReadJsonOrFile(this, policy)!).ToArray()).ConfigureAwait(false),
        Key = key,
    };

    private async Task<PolicyAnalysis> AnalyzeAsync(string json, string? name, KeyIdentifier? key)
    {
        if (name is null)
        {
            throw new TenantEncryptionException(ErrorCodes.InvalidInput, "One of -Platform and -Principal with -Action is needed.");
        }

        PlatformProfile platform = await KnownPlatforms.ReadAsync(this, name, Cancellation).ConfigureAwait(false);
        string? from = await OnPipelineAsync(() => PolicyInput.ReadJsonOrFile(this, From)).ConfigureAwait(false);
        var values = new PolicyValues
        {
            TenantIds = TenantId,
            Key = key,
            Users = User,
            Parameters = PlaceholderParameters.Of(platform, from, PolicyInput.ReadParameters(Parameter)),
        };
        return PolicyAnalyzer.Analyze(json, platform, values);
    }

    private async Task TellAsync(object result, bool success)
    {
        _verdict.Note(success);
        if (!Quiet)
        {
            await EmitAsync(result).ConfigureAwait(false);
        }
    }
}
