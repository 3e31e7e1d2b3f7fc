using Mono.Cecil;

namespace TenantEncryption.ModuleFiles;

/// <summary>
/// Gives each parameter the first sentence of its documentation as its HelpMessage: PowerShell 7.6 shows it beside the completion, and answers <c>!?</c> with it
/// where it asks for a parameter that is missing. In the source it would be the same text a second time.
/// </summary>
internal static class HelpMessages
{
    private const string ParameterAttribute = "System.Management.Automation.ParameterAttribute";
    private const string HelpMessage = "HelpMessage";

    /// <summary>Writes them into the assembly that the compiler made, whose symbols lie beside it.</summary>
    public static void Write(string assembly, Documentation documentation)
    {
        using ModuleDefinition module = ModuleDefinition.ReadModule(assembly, new ReaderParameters { ReadSymbols = true, InMemory = true });
        foreach (PropertyDefinition property in module.GetTypes().SelectMany(type => type.Properties))
        {
            foreach (CustomAttribute parameter in property.CustomAttributes.Where(attribute => attribute.AttributeType.FullName == ParameterAttribute))
            {
                string name = $"{property.DeclaringType.FullName}.{property.Name}";
                string text = documentation.FirstSentenceOf(name);
                if (text.Length == 0)
                {
                    throw new SourceException(property.DeclaringType.Name + ".cs", $"The parameter {name} has no summary that ends in a full stop.");
                }

                parameter.Properties.Add(new CustomAttributeNamedArgument(HelpMessage, new CustomAttributeArgument(module.TypeSystem.String, text)));
            }
        }

        module.Write(assembly, new WriterParameters { WriteSymbols = true, DeterministicMvid = true });
    }
}
