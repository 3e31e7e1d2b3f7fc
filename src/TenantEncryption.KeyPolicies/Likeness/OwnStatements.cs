using Newtonsoft.Json.Linq;
using TenantEncryption.Policies.Templates;

namespace TenantEncryption.Policies.Likeness;

/// <summary>
/// Which statements of a policy stand for one of a platform's: the one rule by which findings name a fault and by which a merge knows what is
/// its own. A Sid alone does not make a statement the platform's: the account's own statement may carry it by mistake.
/// </summary>
internal static class OwnStatements
{
    // Of 3. With the platform's Sid one part has to fit; without it two, and a principal among them.
    private const double UnderSid = 1;
    private const double WithoutSid = 1.9;

    /// <summary>The numbers of the statements, the likest first. None of them is liker another statement of the platform.</summary>
    /// <param name="live">The statements of the policy.</param>
    /// <param name="wanted">The platform's statement.</param>
    /// <param name="all">All statements of the platform.</param>
    public static IReadOnlyList<int> Find(IReadOnlyList<JToken> live, JObject wanted, IEnumerable<JObject> all)
    {
        StatementShape shape = StatementShape.Of(wanted);
        StatementShape[] others = [.. all.Where(other => !JToken.DeepEquals(other, wanted)).Select(StatementShape.Of)];
        return
        [
            .. live.Select((json, index) => (Index: index, Score: json is JObject statement ? Score(StatementShape.Of(statement), shape, others) : 0))
                .Where(one => one.Score > 0)
                .OrderByDescending(one => one.Score)
                .Select(one => one.Index),
        ];
    }

    /// <summary>The statement under the platform's Sid that is the platform's; <see langword="null"/> where none is.</summary>
    public static JObject? UnderSidOf(IEnumerable<JObject> live, RenderedStatement wanted)
    {
        StatementShape shape = StatementShape.Of(wanted.Statement);
        return live.Where(statement => (string?)statement["Sid"] == wanted.Sid)
            .Select(statement => (Statement: statement, Likeness: StatementShape.Of(statement).LikenessTo(shape)))
            .Where(one => one.Likeness >= UnderSid)
            .OrderByDescending(one => one.Likeness)
            .FirstOrDefault()
            .Statement;
    }

    private static double Score(StatementShape live, StatementShape wanted, StatementShape[] others)
    {
        double score = Score(live, wanted);
        return score > 0 && others.All(other => Score(live, other) <= score) ? score : 0;
    }

    private static double Score(StatementShape live, StatementShape wanted)
    {
        double likeness = live.LikenessTo(wanted);
        bool underSid = live.Sid == wanted.Sid;
        return (underSid ? likeness >= UnderSid : !live.IsDeny && likeness >= WithoutSid && live.PrincipalsLike(wanted) > 0) ? likeness + (underSid ? 1 : 0) : 0;
    }
}
