# What Wine can't do, by the tests that need it. Everything else that fails is a failure.
@{
    # .NET asks Windows for PBKDF2 (BCryptKeyDerivation), which Wine's bcrypt.dll does not have.
    'Sessions: Connect-TenantEncryption.opens a store under a passphrase only with the passphrase' = 'no PBKDF2 in bcrypt.dll'
    'Examples: Examples.Connect-TenantEncryption, 2: Connect-TenantEncryption ./sealed -Create -Passphrase (Read-Host -AsSecureString) -KeyLease 00:00:30' = 'no PBKDF2 in bcrypt.dll'

    # CreateSymbolicLink succeeds and makes nothing; junctions can't be made.
    'Data: What is left out.of folders is named: links, and that there is no message' = 'no symbolic links'
}
