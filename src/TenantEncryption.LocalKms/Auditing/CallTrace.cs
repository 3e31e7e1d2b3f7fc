using TenantEncryption.LocalKms.Keys;
using TenantEncryption.Policies;

namespace TenantEncryption.LocalKms.Auditing;

/// <summary>What a call did, for the audit log: the keys it named, what decided, and its encryption contexts.</summary>
internal sealed class CallTrace
{
    private readonly List<KmsKey> _resources = [];
    private readonly List<(string Action, AccessDecision Decision)> _decisions = [];
    private readonly List<(string Member, IReadOnlyDictionary<string, string> Context)> _contexts = [];

    public IReadOnlyList<KmsKey> Resources => _resources;

    public IReadOnlyList<(string Action, AccessDecision Decision)> Decisions => _decisions;

    public IReadOnlyList<(string Member, IReadOnlyDictionary<string, string> Context)> EncryptionContexts => _contexts;

    public void AddResource(KmsKey key) => _resources.Add(key);

    public void AddDecision(string action, AccessDecision decision) => _decisions.Add((action, decision));

    public void AddParameter(string member, IReadOnlyDictionary<string, string> context)
    {
        if (context.Count > 0)
        {
            _contexts.Add((member, context));
        }
    }
}
