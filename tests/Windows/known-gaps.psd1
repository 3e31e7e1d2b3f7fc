# What Wine can't do, by the tests that need it, or a wildcard where all of a file do. Everything else that fails is a failure.
@{
    # .NET asks Windows for PBKDF2 (BCryptKeyDerivation), which Wine's bcrypt.dll does not have.
    'Sessions: Connect-TenantEncryption.opens a store under a passphrase only with the passphrase' = 'no PBKDF2 in bcrypt.dll'
    'Examples: Examples.Connect-TenantEncryption, 2: Connect-TenantEncryption ./sealed -Create -Passphrase (Read-Host -AsSecureString) -KeyLease 00:00:30' = 'no PBKDF2 in bcrypt.dll'
    'RootKeys: Export-RootKey and Import-RootKey.write a file that only its owner can read, and that names the store' = 'no PBKDF2 in bcrypt.dll'
    'RootKeys: Export-RootKey and Import-RootKey.leave what is there, unless they may replace it' = 'no PBKDF2 in bcrypt.dll'
    'RootKeys: Export-RootKey and Import-RootKey.bring a lost root key back, and the error of its absence says where it was looked for and what restores it' = 'no PBKDF2 in bcrypt.dll'
    'RootKeys: Export-RootKey and Import-RootKey.do nothing where the same root key is, and leave another one' = 'no PBKDF2 in bcrypt.dll'
    'RootKeys: Export-RootKey and Import-RootKey.refuse a wrong passphrase and a file that is no backup' = 'no PBKDF2 in bcrypt.dll'
    'RootKeys: Export-RootKey and Import-RootKey.ask before a root key is put in place' = 'no PBKDF2 in bcrypt.dll'
    'Examples: Examples.Export-RootKey, 1: Export-RootKey ./root.json -Passphrase (Read-Host -AsSecureString)' = 'no PBKDF2 in bcrypt.dll'
    'Examples: Examples.Import-RootKey, 1: Import-RootKey ./root.json -Passphrase (Read-Host -AsSecureString)' = 'no PBKDF2 in bcrypt.dll'
    'Examples: Examples.Export-KeyRing, 1: Export-KeyRing acme ./acme.json -Passphrase (Read-Host -AsSecureString)' = 'no PBKDF2 in bcrypt.dll'
    'Examples: Examples.Export-KeyRing, 2: Export-KeyRing `* ./rings -Passphrase (Read-Host -AsSecureString) -Force' = 'no PBKDF2 in bcrypt.dll'
    'Examples: Examples.Import-KeyRing, 1: Import-KeyRing ./acme.json -Passphrase (Read-Host -AsSecureString) -WhatIf' = 'no PBKDF2 in bcrypt.dll'
    'Examples: Examples.Import-KeyRing, 2: Import-KeyRing ./acme.json -Passphrase (Read-Host -AsSecureString)' = 'no PBKDF2 in bcrypt.dll'
    'KeyRings: Export-KeyRing.names -Passphrase where the internal KMS has a part, before anything is asked or written' = 'no PBKDF2 in bcrypt.dll'
    'KeyRings: Export-KeyRing.writes a file for each tenant into a folder, and goes on after one that fails' = 'no PBKDF2 in bcrypt.dll'
    'KeyRings: Import-KeyRing.opens with the passphrase what the internal KMS of the old machine sealed' = 'no PBKDF2 in bcrypt.dll'
    'Tenants: Remove-EncryptionTenant -Shred.names the key rings that were exported, which are out of reach' = 'no PBKDF2 in bcrypt.dll'
    'PlatformKeys: A root key under the key of the platform.comes back from its backup under another key when the key is lost' = 'no PBKDF2 in bcrypt.dll'
    'Recovery: *' = 'no PBKDF2 in bcrypt.dll'

    # CreateSymbolicLink succeeds and makes nothing; junctions can't be made.
    'Data: What is left out.of folders is named: links, and that there is no message' = 'no symbolic links'

    # The sample of a server is for Linux: PostgreSQL's programs are not on this machine for Windows.
    'Examples: Examples.Connect-TenantEncryption, 5: Connect-TenantEncryption -ConnectionString $database' = 'no PostgreSQL'
    'Examples: Examples.Connect-TenantEncryption, 6: Connect-TenantEncryption -ConnectionString $owner -Create -ApplicationRole te_app' = 'no PostgreSQL'
}
