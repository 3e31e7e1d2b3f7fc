@{
    RootModule           = 'TenantEncryption.PowerShell.dll'
    NestedModules        = @('TenantEncryption.Loader.dll') # Loads what the cmdlets stand on.
    ModuleVersion        = '' # The build gives its own.
    GUID                 = '5e0f0a53-7a0c-4d0c-8b1f-6f1f3a2a9c41'
    Author               = 'The TenantEncryption authors'
    CompanyName          = 'The TenantEncryption authors'
    Copyright            = 'Copyright (c) 2026 The TenantEncryption authors'
    Description          = 'Encrypts the data of many tenants, each under a key that the tenant''s own organisation controls in AWS KMS.'
    PowerShellVersion    = '7.6'
    CompatiblePSEditions = @('Core')
    TypesToProcess       = @('TenantEncryption.Types.ps1xml')
    FormatsToProcess     = @('TenantEncryption.Format.ps1xml')
    FunctionsToExport    = @()
    AliasesToExport      = @() # The build lists what the classes declare.
    VariablesToExport    = @()
    CmdletsToExport      = @() # The build lists what the classes declare.
    FileList             = @()
    PrivateData          = @{
        PSData = @{
            Tags         = @('encryption', 'multi-tenant', 'BYOK', 'CMK', 'AWS', 'KMS', 'PSEdition_Core', 'Windows', 'Linux', 'MacOS')
            LicenseUri   = '' # The build gives that of the product's address, or of the licence's.
            ProjectUri   = '' # The build gives the product's address, once it has one.
            IconUri      = '' # The build gives it with that address.
            ReleaseNotes = 'The first version.'
        }
    }
}
