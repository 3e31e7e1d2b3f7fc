namespace TenantEncryption.LocalKms.Calls;

/// <summary>One operation of the AWS KMS API.</summary>
internal interface IOperation
{
    /// <summary>Its name, as in <c>X-Amz-Target: TrentService.Name</c>.</summary>
    string Name { get; }

    /// <summary>Whether it may change the state; such calls run one at a time.</summary>
    bool Changes { get; }

    /// <summary>Checks the request, does it, and writes the members of the answer.</summary>
    /// <exception cref="Errors.KmsError">The call is refused.</exception>
    void Run(OperationCall call);
}
