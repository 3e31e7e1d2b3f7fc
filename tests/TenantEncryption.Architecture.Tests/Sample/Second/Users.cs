// Each of these uses a type of First in one way alone; AssemblyMapTests says which.
#pragma warning disable CA1822, CA1852, CA1861, CS0649, CS0169, IDE0044, IDE0051, IDE0052, IDE0060, CS0219
namespace TenantEncryption.Architecture.Tests.Sample;

public class ByBase : Used;

public class ByInterface : IUsed;

public interface IByInterface : IUsed;

public class ByField
{
    private readonly Used? _used;
}

public class ByProperty
{
    public Used? Property { get; set; }
}

public class ByEvent
{
    public event UsedDelegate? Happened
    {
        add { }
        remove { }
    }
}

public class ByParameter
{
    public void Take(Used used)
    {
    }
}

public class ByReferenceParameter
{
    public void Take(ref readonly UsedValue used)
    {
    }
}

public class ByArray
{
    public int Take(Used[,]?[] used) => used.Length;
}

public class ByArgument
{
    public List<Dictionary<string, Used>>? Find() => null;
}

public class ByGeneric
{
    public UsedGeneric<int>? Find() => null;
}

public class ByConstraint<T>
    where T : IUsed;

public class ByMethodConstraint
{
    public void Take<T>(T used)
        where T : IUsed
    {
    }
}

public class ByFunctionPointer
{
    public unsafe void Take(delegate*<UsedValue, void> used)
    {
    }
}

public class ByStaticField
{
    public int Read() => Used.Count;
}

public class ByStaticCall
{
    public object Make() => Used.Make();
}

public class ByNew
{
    public object Make() => new Used();
}

public class ByCast
{
    public bool Is(object value) => value is Used;
}

public class ByTypeOf
{
    public string Name() => typeof(Used).Name;
}

public class BySizeOf
{
    public int Size() => System.Runtime.CompilerServices.Unsafe.SizeOf<UsedValue>();
}

public class ByGenericCall
{
    public object? Make() => Array.Empty<Used>();
}

public class ByMemberOfGeneric
{
    public int Count() => UsedGeneric<string>.Count("");
}

public class ByExtension
{
    public int Count() => 2.Twice();
}

public class ByLocal
{
    public int Count(Func<object> make)
    {
        Used? used = null;
        for (int i = 0; i < 2; i++)
        {
            used ??= make() as Used;
        }

        return used?.Size ?? 0;
    }
}

public class ByCatch
{
    public bool Try(Action action)
    {
        try
        {
            action();
            return true;
        }
        catch (UsedException)
        {
            return false;
        }
    }
}

public class ByFilter
{
    public bool Try(Action action)
    {
        try
        {
            action();
            return true;
        }
        catch (Exception e) when (e is UsedException)
        {
            return false;
        }
    }
}

public class BySwitch
{
    public int Of(int number, object value)
    {
        switch (number)
        {
            case 0: return 3;
            case 1: return 5;
            case 2: return 9;
            case 3: return value is Used ? 1 : 2;
            default: return 0;
        }
    }
}

public class ByLambda
{
    public Func<object> Make(int count) => () => count > 0 ? new Used() : "";
}

public class ByLocalFunction
{
    public object Make()
    {
        return Inner();

        static object Inner() => new Used();
    }
}

public class ByIterator
{
    public IEnumerable<object> Make()
    {
        yield return new Used();
    }
}

public class ByAsync
{
    public async Task<object> MakeAsync()
    {
        await Task.Yield();
        return new Used();
    }
}

public class ByNested
{
    private sealed class Inner : Used;
}

public class ByNestedOfUsed
{
    public object Make() => new Used.Nested();
}

public class ByInitializer
{
    private readonly object _made = new Used();
}

public class ByStaticConstructor
{
    public static readonly object Made = new Used();
}

[Used]
public class ByAttribute;

public class ByAttributeOfField
{
    [Used]
    private readonly int _field;
}

public class ByAttributeOfProperty
{
    [Used]
    public int Property { get; set; }
}

public class ByAttributeOfEvent
{
    [Used]
    public event Action? Happened
    {
        add { }
        remove { }
    }
}

public class ByAttributeOfMethod
{
    [Used]
    public void Do()
    {
    }
}

public class ByAttributeOfParameter
{
    public void Do([Used] int parameter)
    {
    }
}

public class ByAttributeOfReturn
{
    [return: Used]
    public int Do() => 1;
}

public class ByAttributeOfGeneric<[Used] T>;

[Naming(typeof(Used))]
public class ByTypeInAttribute;

[Naming(Other = typeof(Used[]))]
public class ByArrayInAttribute;

[Naming(typeof(string), typeof(UsedGeneric<UsedValue>))]
public class ByGenericInAttribute;

[Naming(typeof(Used.Nested))]
public class ByNestedInAttribute;

[Naming(Kind = UsedKind.Some)]
public class ByEnumInAttribute;

public record ByPositional(Used Used);

public enum NoUse
{
    None,
}
