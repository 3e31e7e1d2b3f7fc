using System.Collections.Concurrent;
using System.Text.Json;
using TenantEncryption.LocalKms.Errors;
using TenantEncryption.LocalKms.Identity;
using TenantEncryption.LocalKms.Storage;
using TenantEncryption.Policies;

namespace TenantEncryption.LocalKms.Signing;

/// <summary>The principals of every account, their access keys, and the sessions of their roles.</summary>
internal sealed class IdentityDirectory
{
    /// <summary>
    /// The access key and secret of the root of <see cref="LocalAccount"/>, unless the identity file gives the key to someone.
    /// </summary>
    public const string LocalAccessKey = "local";

    /// <summary>The account that <see cref="LocalAccessKey"/> belongs to.</summary>
    public const string LocalAccount = "111122223333";

    private readonly KmsState _state;
    private readonly TimeProvider _time;

    // What a principal's definition compiles to, until the definition is replaced.
    private readonly ConcurrentDictionary<string, Entry> _byAccessKey = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, (SessionToken Session, Credentials Credentials)> _sessions = new(StringComparer.Ordinal);

    public IdentityDirectory(KmsState state, TimeProvider time)
    {
        _state = state;
        _time = time;
        var local = new Principal
        {
            Arn = $"arn:aws:iam::{LocalAccount}:root",
            AccessKeys = [new AccessKey(LocalAccessKey, LocalAccessKey)],
        };
        if (state.FindPrincipal(local.Arn) is null)
        {
            Index(local);
        }

        IndexAll();
    }

    /// <summary>The definition of a principal, or <see langword="null"/>.</summary>
    public Principal? Find(string arn) => _state.FindPrincipal(arn);

    /// <summary>Adds a principal or puts it in the place of its earlier definition. It is kept like keys are.</summary>
    /// <exception cref="TenantEncryptionException">The ARN or a policy of it is malformed.</exception>
    public void Put(Principal principal)
    {
        Compile(principal, principal.Arn);
        if (principal.TrustPolicy is not null)
        {
            PolicyDocument.Parse(principal.TrustPolicy, PolicyKind.TrustPolicy);
        }

        lock (_state.Writing)
        {
            if (_state.FindPrincipal(principal.Arn) is { } current && Serialize(current).AsSpan().SequenceEqual(Serialize(principal)))
            {
                return;
            }

            Forget(principal.Arn);
            _state.Commit(new Change { PutPrincipal = principal });

            // Sessions with keys of their own have the policies of their role, which may be this principal.
            IndexAll();
        }
    }

    /// <summary>Forgets a principal; its access keys and sessions are unknown from now on.</summary>
    public void Remove(string arn)
    {
        lock (_state.Writing)
        {
            Forget(arn);
            _state.Commit(new Change { DropPrincipal = arn });
        }
    }

    /// <summary>The secret of an access key and who it is.</summary>
    /// <exception cref="KmsError">UnrecognizedClientException or ExpiredTokenException.</exception>
    public Credentials Authenticate(string accessKeyId, string sessionToken)
    {
        if (!_byAccessKey.TryGetValue(accessKeyId, out Entry? entry))
        {
            return sessionToken.Length > 0 ? AuthenticateSession(accessKeyId, sessionToken) : throw KmsErrors.UnrecognizedClient();
        }

        return (entry.Key.SessionToken ?? "") != sessionToken ? throw KmsErrors.UnrecognizedClient()
            : entry.Key.Expires <= _time.GetUtcNow() ? throw KmsErrors.ExpiredToken()
            : entry.Credentials;
    }

    private Credentials AuthenticateSession(string accessKeyId, string token)
    {
        if (!_sessions.TryGetValue(token, out (SessionToken Session, Credentials Credentials) known))
        {
            SessionToken? opened = SessionToken.Open(token, _state.ServiceSecret);
            if (opened is null || _state.FindPrincipal(opened.RoleArn) is not { } role)
            {
                throw KmsErrors.UnrecognizedClient();
            }

            string secret = SessionToken.SecretFor(opened.AccessKeyId, _state.ServiceSecret);
            known = (opened, new Credentials(secret, Compile(role, opened.SessionArn)));
            if (_sessions.Count > 10_000)
            {
                _sessions.Clear();
            }

            _sessions[token] = known;
        }

        return known.Session.AccessKeyId != accessKeyId ? throw KmsErrors.UnrecognizedClient()
            : known.Session.Expires <= _time.GetUtcNow() ? throw KmsErrors.ExpiredToken()
            : known.Credentials;
    }

    private static byte[] Serialize(Principal principal) => JsonSerializer.SerializeToUtf8Bytes(principal, StateJson.Default.Principal);

    private void IndexAll()
    {
        foreach (Principal principal in _state.Principals)
        {
            Index(principal);
        }
    }

    private void Index(Principal principal)
    {
        // A session has what its role has; its own ARN lacks the role's path.
        Principal whole = RoleOf(principal) is { } role
            ? principal with { Arn = role.Arn, UniqueId = principal.UniqueId ?? role.UniqueId, Policies = role.Policies, Tags = role.Tags }
            : principal;
        Caller caller = Compile(whole, principal.Arn);
        foreach (AccessKey key in principal.AccessKeys)
        {
            Caller signer = key.Context is null ? caller : Compile(whole with { Context = Merge(principal.Context, key.Context) }, principal.Arn);
            _byAccessKey[key.Id] = new Entry(principal.Arn, key, new Credentials(key.Secret, signer));
        }
    }

    private static Dictionary<string, string> Merge(Dictionary<string, string> context, Dictionary<string, string> more)
    {
        var both = new Dictionary<string, string>(context);
        foreach ((string name, string value) in more)
        {
            both[name] = value;
        }

        return both;
    }

    private Principal? RoleOf(Principal principal)
    {
        PolicyPrincipal who = PolicyPrincipal.Parse(principal.Arn);
        return who.RoleArn is null || who.RoleArn == who.Arn ? null : _state.Principals.FirstOrDefault(other => who.IsSessionOf(other.Arn));
    }

    private void Forget(string arn)
    {
        foreach ((string id, Entry entry) in _byAccessKey)
        {
            if (entry.Arn == arn)
            {
                _byAccessKey.TryRemove(id, out _);
            }
        }

        _sessions.Clear();
    }

    private static Caller Compile(Principal principal, string arn)
    {
        bool session = arn != principal.Arn;
        PolicyPrincipal who = PolicyPrincipal.Parse(arn, session ? principal.Arn : null, principal.UniqueId);
        string type = who.IsService ? "AWSService"
            : who.IsAccountRoot ? "Root"
            : arn.Contains(":federated-user/", StringComparison.Ordinal) ? "FederatedUser"
            : who.RoleArn is not null ? "AssumedRole"
            : "IAMUser";
        string uniqueId = principal.UniqueId ?? UniqueIds.For(principal.Arn, type);
        return new Caller
        {
            Principal = who,
            Account = who.Account ?? principal.Context.GetValueOrDefault("aws:SourceAccount", ""),
            Type = type,
            UserId = type switch
            {
                "Root" => who.Account!,
                "AssumedRole" => $"{uniqueId}:{arn.Split('/')[^1]}",
                _ => uniqueId,
            },
            Policies = [.. principal.Policies.Select(policy => PolicyDocument.Parse(policy.Value, PolicyKind.IdentityPolicy, policy.Key))],
            Tags = principal.Tags,
            Context = principal.Context,
        };
    }

    private sealed record Entry(string Arn, AccessKey Key, Credentials Credentials);
}
