@{
    RootModule           = 'TenantEncryption.PowerShell.dll'
    ModuleVersion        = '0.1.0'
    GUID                 = '5e0f0a53-7a0c-4d0c-8b1f-6f1f3a2a9c41'
    Author               = 'The TenantEncryption authors'
    CompanyName          = 'The TenantEncryption authors'
    Copyright            = 'Copyright (c) 2026 The TenantEncryption authors'
    Description          = 'Encrypts the data of many tenants, each under a key that the tenant''s own organisation controls in AWS KMS.'
    PowerShellVersion    = '7.4'
    CompatiblePSEditions = @('Core')
    TypesToProcess       = @('TenantEncryption.Types.ps1xml')
    FormatsToProcess     = @('TenantEncryption.Format.ps1xml')
    FunctionsToExport    = @()
    AliasesToExport      = @()
    VariablesToExport    = @()
    CmdletsToExport      = @(
        'Clear-KeyLease'
        'Connect-TenantEncryption'
        'Disable-KeyProvider'
        'Disconnect-TenantEncryption'
        'Enable-KeyProvider'
        'Get-EncryptionEvent'
        'Get-EncryptionPlatform'
        'Get-EncryptionTenant'
        'Get-KeyEncryptionKey'
        'Get-KeyHistory'
        'Get-KeyMigration'
        'Get-KeyProvider'
        'Get-TenantEncryption'
        'Get-TenantMessage'
        'Invoke-KeyProviderDrill'
        'Measure-KeyMigration'
        'New-EncryptionTenant'
        'New-KeyProvider'
        'Protect-TenantData'
        'Remove-KeyProvider'
        'Restore-KeyProvider'
        'Resume-KeyMigration'
        'Start-KeyMigration'
        'Stop-KeyMigration'
        'Test-EncryptionEventLog'
        'Test-KeyProvider'
        'Test-TenantData'
        'Unprotect-TenantData'
        'Update-KeyEncryptionKey'
    )
    PrivateData          = @{
        PSData = @{
            Tags       = @('encryption', 'multi-tenant', 'BYOK', 'CMK', 'AWS', 'KMS', 'PSEdition_Core', 'Windows', 'Linux', 'MacOS')
            LicenseUri = 'https://opensource.org/license/mit'
        }
    }
}
