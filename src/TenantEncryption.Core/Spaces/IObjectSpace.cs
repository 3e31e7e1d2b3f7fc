namespace TenantEncryption.Spaces;

/// <summary>Where messages lie: the files of one machine, or a bucket. Nothing else of the product knows what a name in it leads to.</summary>
internal interface IObjectSpace
{
    /// <summary>Which one it is, as a URI: the catalog keeps it with each entry, and a process settles only what its own spaces left behind.</summary>
    string Address { get; }

    /// <summary>What the space calls an object of which callers know the whole address or path.</summary>
    /// <param name="path">The address or path.</param>
    /// <returns>Its name there, as the catalog keeps it.</returns>
    string NameOf(string path);

    /// <summary>How callers name an object: the other way round than <see cref="NameOf"/>.</summary>
    /// <param name="name">Its name there.</param>
    /// <returns>The address or path.</returns>
    string PathOf(string name);

    /// <summary>What is equal, character by character, of all names of one object: the name itself where every other spelling is another object.</summary>
    /// <param name="name">A name, as the space writes it.</param>
    /// <returns>The key.</returns>
    string KeyOf(string name);

    /// <summary>What the keys of all objects below a name begin with, and of no others.</summary>
    /// <param name="name">A name, such as a folder's.</param>
    /// <returns>The text, which ends with a separator.</returns>
    string PrefixOf(string name);

    /// <summary>Whether there is anything of a name, whatever it is.</summary>
    /// <param name="name">The name.</param>
    /// <param name="version">An older version; empty for any.</param>
    /// <param name="cancellationToken">Ends the look.</param>
    /// <returns><see langword="null"/> when it can't be told now.</returns>
    ValueTask<bool?> ExistsAsync(string name, string version, CancellationToken cancellationToken);

    /// <summary>The nearest place above a name that is there, when nothing at all is in it: a disk that is not mounted leaves its folder so.</summary>
    /// <param name="name">The name of something that is not there.</param>
    /// <returns>The place; <see langword="null"/> when there is something in it.</returns>
    string? FindEmptyAbove(string name);

    /// <summary>Whether an object is a certain message, by what its header says.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="messageId">The message id in lower-case hexadecimal.</param>
    /// <param name="cancellationToken">Ends the look.</param>
    /// <returns><see langword="null"/> when it can't be looked at now.</returns>
    Task<bool?> HoldsAsync(string name, string messageId, CancellationToken cancellationToken);
}
