using System.Collections;
using System.Management.Automation;

namespace TenantEncryption.PowerShell.Completion;

/// <summary>The command line on which Tab was pressed.</summary>
/// <param name="Command">The cmdlet's name.</param>
/// <param name="Word">What is typed of the word that is asked for, with or without quotes.</param>
/// <param name="Bound">The parameters that are written out.</param>
internal sealed record TypedLine(string Command, string Word, IDictionary Bound)
{
    /// <summary>Whether a text begins with what is typed.</summary>
    public bool Fits(string text) => text.StartsWith(Word.Trim('\'', '"'), StringComparison.OrdinalIgnoreCase);

    /// <summary>The texts given for a parameter: none when it is not there, or is a variable or an expression.</summary>
    /// <param name="parameter">Its name.</param>
    /// <returns>The texts.</returns>
    public IReadOnlyList<string> Texts(string parameter) => (Bound[parameter] is PSObject wrapped ? wrapped.BaseObject : Bound[parameter]) switch
    {
        string text => [text],
        IEnumerable several => [.. several.Cast<object?>().Select(one => one?.ToString()).OfType<string>()],
        _ => [],
    };

    /// <summary>The one text given for a parameter, or <see langword="null"/>.</summary>
    /// <param name="parameter">Its name.</param>
    /// <returns>The text.</returns>
    public string? Text(string parameter) => Texts(parameter) is [var only] ? only : null;
}
