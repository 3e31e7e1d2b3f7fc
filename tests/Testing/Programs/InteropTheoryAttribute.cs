using Xunit;

namespace TenantEncryption.Testing.Programs;

/// <summary>As <see cref="InteropFactAttribute"/>, for several inputs.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class InteropTheoryAttribute : TheoryAttribute
{
    /// <param name="programs">Their names, of <see cref="ProgramNames"/>.</param>
    public InteropTheoryAttribute(params string[] programs) => (Programs, Skip) = (programs, new InteropFactAttribute(programs).Skip);

    public IReadOnlyList<string> Programs { get; }
}
