using Newtonsoft.Json;

namespace TenantEncryption.Errors;

/// <summary>What sort of trouble an error code stands for; PowerShell shows it as the error's category.</summary>
[JsonConverter(typeof(EnumNameConverter))]
public enum ErrorKind
{
    /// <summary>What the caller gave is malformed or does not fit.</summary>
    InvalidInput,

    /// <summary>The thing named does not exist.</summary>
    NotFound,

    /// <summary>The thing to be made exists already.</summary>
    AlreadyExists,

    /// <summary>A rule, a policy or a state forbids the operation.</summary>
    Denied,

    /// <summary>Credentials are missing, wrong or expired.</summary>
    Authentication,

    /// <summary>Data failed authentication or is malformed: it was altered, cut, or is not what it claims to be.</summary>
    InvalidData,

    /// <summary>A service or file can't be reached or used now; trying again later may help.</summary>
    Unavailable,

    /// <summary>Reading or writing a file or the store failed.</summary>
    Storage,

    /// <summary>An error in this software, or a cause that could not be told apart.</summary>
    Unknown,
}
