using System.Xml.Linq;

namespace TenantEncryption.ModuleFiles;

/// <summary>
/// The cmdlets' help (MAML). Of a class, summary is the synopsis, remarks the description and each example an example; of a parameter's property, summary is
/// its description. Syntax, positions, pipeline binding and aliases come from the attributes.
/// </summary>
internal sealed class HelpFile(IReadOnlyList<Cmdlet> cmdlets, Documentation documentation, ProductAddress product)
{
    private static readonly XNamespace Root = "http://msh";
    private static readonly XNamespace Maml = "http://schemas.microsoft.com/maml/2004/10";
    private static readonly XNamespace Command = "http://schemas.microsoft.com/maml/dev/command/2004/10";
    private static readonly XNamespace Dev = "http://schemas.microsoft.com/maml/dev/2004/10";

    public void Write(string path) => XmlFile.Write(path, new XElement(
        Root + "helpItems",
        new XAttribute("schema", "maml"),
        new XAttribute(XNamespace.Xmlns + "maml", Maml),
        new XAttribute(XNamespace.Xmlns + "command", Command),
        new XAttribute(XNamespace.Xmlns + "dev", Dev),
        cmdlets.Select(Item)));

    private XElement Item(Cmdlet cmdlet) => new(
        Command + "command",
        new XElement(
            Command + "details",
            new XElement(Command + "name", cmdlet.Name),
            new XElement(Command + "verb", cmdlet.Verb),
            new XElement(Command + "noun", cmdlet.Noun),
            Paragraph(Maml + "description", documentation.Of(cmdlet, "summary"))),
        Paragraph(Maml + "description", documentation.Of(cmdlet, "remarks")),
        new XElement(
            Command + "syntax",
            cmdlet.ParameterSets.Select(set => new XElement(
                Command + "syntaxItem", new XElement(Maml + "name", cmdlet.Name), set.Select(parameter => Parameter(cmdlet, parameter))))),
        new XElement(
            Command + "parameters",
            cmdlet.ParameterSets.SelectMany(set => set).DistinctBy(parameter => parameter.Name).OrderBy(parameter => parameter.Name, StringComparer.OrdinalIgnoreCase)
                .Select(parameter => Parameter(cmdlet, parameter))),
        new XElement(
            Command + "returnValues",
            cmdlet.Outputs.Select(output => new XElement(Command + "returnValue", new XElement(Dev + "type", new XElement(Maml + "name", output))))),
        new XElement(
            Command + "examples",
            documentation.Examples(cmdlet).Select((example, index) => new XElement(
                Command + "example",
                new XElement(Maml + "title", $"Example {index + 1}"),
                new XElement(Dev + "code", example.Code),
                Paragraph(Dev + "remarks", example.Remark)))),
        product.Help is { } page
            ? new XElement(
                Maml + "relatedLinks",
                new XElement(Maml + "navigationLink", new XElement(Maml + "linkText", "Online version:"), new XElement(Maml + "uri", page)))
            : null);

    private XElement Parameter(Cmdlet cmdlet, CmdletParameter parameter)
    {
        string pipeline = string.Join(", ", (string[])[.. parameter.FromPipeline ? ["ByValue"] : (string[])[], .. parameter.FromPipelineByName ? ["ByPropertyName"] : (string[])[]]);
        return new XElement(
            Command + "parameter",
            new XAttribute("required", parameter.IsMandatory),
            new XAttribute("variableLength", parameter.Type?.IsArray == true),
            new XAttribute("globbing", parameter.TakesWildcards),
            new XAttribute("pipelineInput", pipeline.Length > 0 ? $"True ({pipeline})" : "False"),
            new XAttribute("position", parameter.Position?.ToString() ?? "named"),
            new XAttribute("aliases", parameter.Aliases.Count > 0 ? string.Join(", ", parameter.Aliases) : "none"),
            new XElement(Maml + "name", parameter.Name),
            Paragraph(Maml + "description", Description(cmdlet, parameter)),
            parameter.ValueType is { } type ? new XElement(Command + "parameterValue", new XAttribute("required", true), type.Name) : null,
            parameter.ValueType is { IsEnum: true } choice
                ? new XElement(Command + "parameterValueGroup", Enum.GetNames(choice).Select(name => new XElement(Command + "parameterValue", name)))
                : null);
    }

    private string Description(Cmdlet cmdlet, CmdletParameter parameter) => parameter switch
    {
        { Property: null, Name: "WhatIf" } => "Shows what would happen. Nothing is changed.",
        { Property: null } => "Asks before the command changes something; -Confirm:$false never asks.",
        _ when parameter.HelpMessage != documentation.FirstSentenceOf(cmdlet, parameter) => throw new SourceException(
            parameter.Property.DeclaringType!.Name + ".cs",
            $"The HelpMessage of -{parameter.Name} is not the first sentence of its documentation: \"{documentation.FirstSentenceOf(cmdlet, parameter)}\"."),
        _ => documentation.Of(cmdlet, parameter),
    };

    private static XElement Paragraph(XName name, string text) => new(name, new XElement(Maml + "para", text));
}
