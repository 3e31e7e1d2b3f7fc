@{
    RootModule           = 'TenantEncryption.PowerShell.dll'
    ModuleVersion        = '0.1.0'
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
    AliasesToExport      = @()
    VariablesToExport    = @()
    CmdletsToExport      = @(
        'Clear-KeyLease'
        'Connect-TenantEncryption'
        'Disable-KeyProvider'
        'Disable-MasterKey'
        'Disconnect-TenantEncryption'
        'Enable-KeyProvider'
        'Enable-MasterKey'
        'Get-EncryptionEvent'
        'Get-EncryptionPlatform'
        'Get-EncryptionTenant'
        'Get-KeyEncryptionKey'
        'Get-KeyGrant'
        'Get-KeyHistory'
        'Get-KeyMigration'
        'Get-KeyPolicy'
        'Get-KeyProvider'
        'Get-MasterKey'
        'Get-TenantEncryption'
        'Get-TenantMessage'
        'Invoke-KeyProviderDrill'
        'Measure-KeyMigration'
        'New-EncryptionTenant'
        'New-KeyGrant'
        'New-KeyProvider'
        'New-MasterKey'
        'Protect-TenantData'
        'Remove-KeyGrant'
        'Remove-KeyProvider'
        'Remove-MasterKey'
        'Restore-KeyProvider'
        'Restore-MasterKey'
        'Resume-KeyMigration'
        'Set-KeyPolicy'
        'Start-KeyMigration'
        'Stop-KeyMigration'
        'Test-EncryptionEventLog'
        'Test-KeyPolicy'
        'Test-KeyProvider'
        'Test-TenantData'
        'Unprotect-TenantData'
        'Update-KeyEncryptionKey'
        'Update-MasterKey'
    )
    PrivateData          = @{
        PSData = @{
            Tags       = @('encryption', 'multi-tenant', 'BYOK', 'CMK', 'AWS', 'KMS', 'PSEdition_Core', 'Windows', 'Linux', 'MacOS')
            LicenseUri = 'https://opensource.org/license/mit'
            ReleaseNotes = 'The first version.'
        }
    }
}
