using Newtonsoft.Json.Linq;

namespace TenantEncryption.Testing.Policies;

/// <summary>A slip of an administrator in an otherwise right policy.</summary>
/// <param name="Name">What was done.</param>
/// <param name="Finding">The finding that names it; empty where it is none.</param>
/// <param name="Make">Makes it in a policy, and returns the text as it would be put.</param>
internal sealed record Mistake(string Name, string Finding, Func<MistakeScene, JObject, string> Make)
{
    /// <summary>What the finding has to say, beside its code.</summary>
    public string Says { get; init; } = "";

    /// <summary>Whether it can be made on a platform.</summary>
    public Func<MistakeScene, bool> Applies { get; init; } = _ => true;

    /// <summary>Whether it concerns what a vendor's page asks for without printing it: there it is a warning.</summary>
    public bool IsOfSecond { get; init; }

    /// <summary>Whether the merge mends it: not what others' statements do, nor what KMS would not have taken.</summary>
    public bool IsMerged { get; init; } = true;

    /// <summary>A mistake in the platform's first statement.</summary>
    public static Mistake In(string name, string finding, Action<MistakeScene, JObject> change) => new(name, finding, (scene, policy) =>
    {
        change(scene, (JObject)policy["Statement"]![2]!);
        return policy.ToString();
    });

    /// <summary>A mistake in the account's own statement.</summary>
    public static Mistake InRoot(string name, string finding, Action<MistakeScene, JObject> change) => new(name, finding, (scene, policy) =>
    {
        change(scene, (JObject)policy["Statement"]![0]!);
        return policy.ToString();
    })
    {
        IsMerged = false,
        Applies = scene => scene.HasContext,
    };

    /// <summary>A statement too many.</summary>
    public static Mistake With(string name, string finding, Func<MistakeScene, JObject> statement) => new(name, finding, (scene, policy) =>
    {
        ((JArray)policy["Statement"]!).Add(statement(scene));
        return policy.ToString();
    })
    {
        IsMerged = false,
    };

    public override string ToString() => Name;
}
