// dotnet.exe itself comes with installers alone. This runs an assembly as it would (dotnet X.dll ARGUMENTS): the local KMS, for Start-LocalKms.
using System.Reflection;
using System.Runtime.Loader;

string path = Path.GetFullPath(args[0]);
string folder = Path.GetDirectoryName(path)!;

// X.deps.json isn't read: what the assembly needs lies beside it.
AssemblyLoadContext.Default.Resolving += (context, name) =>
{
    string beside = Path.Combine(folder, name.Name + ".dll");
    return File.Exists(beside) ? context.LoadFromAssemblyPath(beside) : null;
};
AppContext.SetData("APP_CONTEXT_BASE_DIRECTORY", folder + Path.DirectorySeparatorChar);
MethodInfo entry = AssemblyLoadContext.Default.LoadFromAssemblyPath(path).EntryPoint!;
object? result = entry.Invoke(null, entry.GetParameters().Length == 0 ? null : [args[1..]]);
return result as int? ?? 0;
