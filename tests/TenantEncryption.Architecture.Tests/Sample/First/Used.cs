// Fields and static members are here because a use of one is a way of its own.
#pragma warning disable CA1000, CA1051, CA2211
namespace TenantEncryption.Architecture.Tests.Sample;

/// <summary>What the samples of <c>Second</c> use, each in one way.</summary>
public class Used
{
    public static int Count;

    public int Size { get; init; }

    public event Action? Changed;

    public static Used Make() => new();

    public static T As<T>(T value) => value;

    public void Change() => Changed?.Invoke();

    public class Nested;
}

public interface IUsed;

public enum UsedKind
{
    None,
    Some,
}

public class UsedException : Exception;

public struct UsedValue
{
    public int Number;
}

public delegate void UsedDelegate();

[AttributeUsage(AttributeTargets.All)]
public sealed class UsedAttribute : Attribute;

[AttributeUsage(AttributeTargets.All)]
public sealed class NamingAttribute(params Type[] types) : Attribute
{
    public Type[] Types => types;

    public UsedKind Kind { get; set; }

    public Type? Other { get; set; }
}

public class UsedGeneric<T>
{
    public T? Value { get; set; }

    public static int Count(T value) => value is null ? 0 : 1;
}

public static class UsedExtensions
{
    public static int Twice(this int number) => 2 * number;
}
