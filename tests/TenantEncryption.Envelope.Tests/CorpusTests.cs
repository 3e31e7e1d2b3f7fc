using TenantEncryption.Fuzz;

namespace TenantEncryption.Tests.Envelope;

/// <summary>Replays tests/fuzz/corpus: messages at the edges of the format, and what fuzzing found.</summary>
public sealed class CorpusTests
{
    private static readonly string Folder = Path.Combine(AppContext.BaseDirectory, "corpus");

    public static TheoryData<string, string> Names()
    {
        var names = new TheoryData<string, string>();
        foreach ((string outcome, string name, _) in Corpus.Read(Folder))
        {
            names.Add(outcome, name);
        }

        return names;
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Every_message_of_the_corpus_has_its_outcome_in_every_way(string outcome, string name)
    {
        using var everyWay = new EveryWay();

        Verdict verdict = await everyWay.ReadAsync(File.ReadAllBytes(Path.Combine(Folder, $"{outcome}.{name}.bin")), Corpus.IsCounted);

        Assert.Equal((outcome, null), (verdict.Outcome, verdict.Wrong));
    }

    [Fact]
    public void The_corpus_has_every_outcome_that_a_message_can_have() =>
        Assert.Superset(
            new HashSet<string>
            {
                "read", "NOT_A_MESSAGE", "MESSAGE_ALTERED", "MESSAGE_TRUNCATED", "FRAME_ORDER", "COMMITMENT_MISMATCH", "NON_FRAMED_TOO_LARGE",
                "LIMIT_EXCEEDED", "WRONG_KEY",
            },
            Corpus.Read(Folder).Select(one => one.Outcome).ToHashSet());
}
