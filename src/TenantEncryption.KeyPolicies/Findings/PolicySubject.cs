using Newtonsoft.Json.Linq;
using TenantEncryption.Platforms;
using TenantEncryption.Policies.Access;
using TenantEncryption.Policies.Likeness;
using TenantEncryption.Policies.Templates;
using TenantEncryption.Policies.Text;

namespace TenantEncryption.Policies.Findings;

/// <summary>What is judged: a policy, for whom, and what it decides.</summary>
internal sealed record PolicySubject(
    PolicySource Source,
    PlatformProfile Platform,
    IReadOnlyList<RenderedStatement> Statements,
    IReadOnlyList<AccessOutcome> Outcomes,
    IReadOnlyList<PolicyGrant> Grants,
    string KeyArn,
    DateTimeOffset Time)
{
    // Each finding asks for them again; they are the same for one set of statements.
    private readonly Dictionary<(IReadOnlyList<RenderedStatement> All, JObject Wanted), IReadOnlyList<PolicyStatement>> _found = [];

    public string KeyAccount { get; } = KeyArn.Split(':')[4];

    public string Partition { get; } = KeyArn.Split(':')[1];

    public string ContextConditionKey => $"kms:EncryptionContext:{Platform.ContextKey}";

    /// <summary>Whether a name in a policy means a principal of the key's own account, or that account.</summary>
    public bool IsOwn(string principal) => principal == KeyAccount || (principal.Split(':') is [_, _, _, _, var account, ..] && account == KeyAccount);

    /// <summary>The statements of the policy that stand for a platform's statement, the likest first.</summary>
    public IReadOnlyList<PolicyStatement> Find(JObject wanted)
    {
        if (!_found.TryGetValue((Statements, wanted), out IReadOnlyList<PolicyStatement>? found))
        {
            _found[(Statements, wanted)] = found = Search(wanted);
        }

        return found;
    }

    /// <summary>The platform's statement that one of the policy stands for.</summary>
    public RenderedStatement? Meant(PolicyStatement statement) => Statements.FirstOrDefault(wanted => Find(wanted.Statement).Contains(statement));

    /// <summary>Whether a statement that could not be read stands for a platform's.</summary>
    public bool IsUnread(JObject wanted) => OwnStatements.Find(Source.Statements, wanted, Statements.Select(statement => statement.Statement))
        .Any(index => Source.Document.Statements.All(statement => statement.Index != index));

    /// <summary>What the policy decides about requests if it had only some of its statements.</summary>
    public IReadOnlyList<AccessOutcome> Decide(IEnumerable<AccessOutcome> outcomes, Func<PolicyStatement, bool> some) => AccessOutcome.Decide(
        outcomes.Select(outcome => outcome.Expected),
        new PolicyDocument(PolicyKind.KeyPolicy, null, [.. Source.Document.Statements.Where(some)]),
        Grants,
        KeyArn,
        Time);

    /// <summary>The statements of an effect that apply to a request, in their order.</summary>
    public IEnumerable<PolicyStatement> Applying(PolicyEffect effect, AccessRequest request) => Source.Document.Statements.Where(
        statement => statement.Effect == effect && statement.Principal!.Match(request.Principal) != PrincipalMatch.None && statement.Covers(request));

    /// <summary>A statement as JSON, in the form in which it was judged.</summary>
    public JObject JsonOf(PolicyStatement statement) => (JObject)Source.Statements[statement.Index];

    /// <summary>The texts of a statement's Resource.</summary>
    public IEnumerable<string> ResourcesOf(PolicyStatement statement) =>
        (JsonOf(statement)["Resource"] ?? JsonOf(statement)["NotResource"]) switch
        {
            JArray list => list.Select(item => item.ToString()),
            { } single => [single.ToString()],
            _ => [],
        };

    private IReadOnlyList<PolicyStatement> Search(JObject wanted) =>
    [
        .. OwnStatements.Find(Source.Statements, wanted, Statements.Select(statement => statement.Statement))
            .Select(index => Source.Document.Statements.FirstOrDefault(statement => statement.Index == index))
            .OfType<PolicyStatement>(),
    ];
}
