using TenantEncryption.Errors;

namespace TenantEncryption.Abstractions.Tests.Errors;

/// <summary>What an error code declares, and what an exception makes of it.</summary>
public class DeclarationTests
{
    [Fact]
    public void Every_code_declares_its_kind_cause_and_remedy()
    {
        IEnumerable<string> constants = typeof(ErrorCodes).GetFields()
            .Select(field => (string)field.GetRawConstantValue()!)
            .Where(code => code != ErrorCodes.Success);
        Assert.Equal(constants.Order(StringComparer.Ordinal), ErrorCatalog.All.Select(one => one.Code).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void The_message_of_an_exception_ends_with_the_remedy()
    {
        var exception = new TenantEncryptionException(ErrorCodes.KeyDisabled, "The key is off.");
        Assert.Equal("The key is off. " + ErrorCatalog.Get(ErrorCodes.KeyDisabled).Remedy, exception.Message);
    }

    [Fact]
    public void Memory_that_ran_out_has_a_code_of_its_own() =>
        Assert.Equal(
            [ErrorCodes.OutOfMemory, ErrorCodes.Unknown],
            new Exception[] { new InsufficientMemoryException(), new InvalidCastException() }.Select(one => TenantEncryptionException.Of(one).Code));
}
