using Xunit;

namespace TenantEncryption.Testing.Programs;

/// <summary>A test that runs programs that are not ours; skipped, and said so, where one of them is missing.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class InteropFactAttribute : FactAttribute
{
    /// <param name="programs">Their names, of <see cref="ProgramNames"/>.</param>
    public InteropFactAttribute(params string[] programs)
    {
        Programs = programs;
        string[] missing = [.. programs.Where(program => ProgramNames.Find(program) is null)];
        if (missing.Length > 0)
        {
            Skip = $"{string.Join(" and ", missing)} not found on the PATH.";
        }
        else if (programs.Contains(ProgramNames.Node) && !NodePackages.AreInstalled && ProgramNames.Find(ProgramNames.Npm) is null)
        {
            Skip = "@aws-crypto/client-node is not installed in tests/interop, and there is no npm on the PATH to install it.";
        }
    }

    public IReadOnlyList<string> Programs { get; }
}
