namespace TenantEncryption.Policies.Findings.Edits;

/// <summary>What an edit does.</summary>
internal enum PolicyEditKind
{
    /// <summary>Adds values to a list; a single value becomes a list.</summary>
    Add,

    /// <summary>Takes values out of a list, or the whole element where no value is named.</summary>
    Remove,

    /// <summary>Puts values in the place of one.</summary>
    Replace,

    /// <summary>Gives an element another content, or a statement the element.</summary>
    Set,

    /// <summary>Gives an element another name.</summary>
    Rename,

    /// <summary>Adds a statement.</summary>
    AddStatement,

    /// <summary>Removes a statement.</summary>
    RemoveStatement,

    /// <summary>Puts a statement in the place of another.</summary>
    ReplaceStatement,

    /// <summary>Takes a character out of every text.</summary>
    RemoveCharacter,

    /// <summary>Writes a character as <c>\uXXXX</c>, as every text that is written here has it.</summary>
    Escape,
}
