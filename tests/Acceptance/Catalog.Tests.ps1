#Requires -Modules @{ ModuleName = 'Pester'; ModuleVersion = '5.0' }
BeforeAll {
    Import-Module (Join-Path $PSScriptRoot 'Sandbox.psm1')
    $sandbox = Enter-Sandbox
    $null = New-EncryptionTenant acme
    $null = New-EncryptionTenant globex
    $work = (Get-Location).ProviderPath

    # A folder with protected files, and its plaintexts beside it.
    function New-Protected([string] $Folder, [string[]] $Name, [string] $TenantId = 'acme') {
        $null = New-Item -ItemType Directory $Folder -Force
        foreach ($one in $Name) { Set-Content "$Folder/$one" $one }
        Protect-TenantData ($Name | ForEach-Object { "$Folder/$_" }) -TenantId $TenantId
    }
}

AfterAll {
    Exit-Sandbox $sandbox
}

Describe 'Update-TenantDataCatalog' {
    It 'says nothing of files that are as the catalog knows them, but how many they are' {
        $null = New-Protected known one, two
        $verbose = Update-TenantDataCatalog known -Verbose 4>&1
        $verbose | Should -BeOfType System.Management.Automation.VerboseRecord
        $verbose[-1].Message | Should -Be '2 files as the catalog knows them.'
    }

    It 'follows what was moved, and reports what is new to it, copied and foreign' {
        $files = New-Protected changes one, two, three
        Move-Item changes/one.tenc changes/1.tenc
        Copy-Item changes/two.tenc changes/copy.tenc
        Set-Content changes/text.tenc 'no message'
        $changes = Update-TenantDataCatalog changes
        $changes | Should -BeOfType TenantEncryption.Data.CatalogChange
        $changes.ForEach({ "$($_.Status) $(Split-Path -Leaf $_.Path) $($_.Code)".Trim() }) | Sort-Object | Should -Be 'Copied copy.tenc', 'Foreign text.tenc NOT_A_MESSAGE', 'Moved 1.tenc'
        ($changes | Where-Object Status -eq Moved).PreviousPath | Should -Be (Join-Path $work changes one.tenc)
        (Get-TenantMessage -TenantId acme | Where-Object MessageId -eq $files[0].MessageId).Path | Should -Be (Join-Path $work changes 1.tenc)
        $told = Get-EncryptionEvent -TenantId acme -Type *catalog.updated -Newest 1
        $told.Data.moved | Should -Be 1
    }

    It 'catalogues what a restored store does not know' {
        $database = Join-Path $sandbox.Root 'store/tenantencryption.db'
        Disconnect-TenantEncryption
        Copy-Item $database "$database.backup"
        $file = New-Protected restored one
        Disconnect-TenantEncryption
        Get-ChildItem "$database*" -Exclude *.backup | Remove-Item
        Move-Item "$database.backup" $database
        Connect-TenantEncryption -AcceptRollback -WarningAction SilentlyContinue
        $new = Update-TenantDataCatalog restored
        $new.Status, $new.MessageId, $new.TenantId | Should -Be 'New', $file.MessageId, 'acme'
        Update-TenantDataCatalog restored | Should -BeNullOrEmpty
    }

    It 'lets go of deleted files only when that is asked for, after a question, and then nothing holds back their key' {
        $provider = New-TenantWithKey $sandbox initech
        $null = Enable-KeyProvider $provider
        $null = New-Protected gone one, two initech
        $null = New-KeyProvider -TenantId initech -Name next -KeyArn (New-LocalKey $sandbox).Arn -EndpointUrl $sandbox.LocalKms.Url -Activate
        Remove-Item gone/*.tenc
        { Disable-KeyProvider $provider -Confirm:$false -ErrorAction Stop } | Should -Throw -ErrorId 'HAS_DEPENDANTS,*' -ExpectedMessage '*Update-TenantDataCatalog -RemoveMissing*'

        (Update-TenantDataCatalog gone).Status | Should -Be 'Missing', 'Missing'
        { Update-TenantDataCatalog gone -RemoveMissing } | Should -Throw -ErrorId 'CONFIRMATION_REQUIRED,*'
        (Update-TenantDataCatalog gone).Status | Should -Be 'Missing', 'Missing'
        (Update-TenantDataCatalog gone -RemoveMissing -Confirm:$false).Status | Should -Be 'Removed', 'Removed'
        (Get-EncryptionEvent -TenantId initech -Type *catalog.updated -Newest 1).Data.removed | Should -Be 2
        Disable-KeyProvider $provider -Confirm:$false
        (Get-KeyProvider initech-cmk -TenantId initech).Status | Should -Be 'Deactivated'
    }

    It 'takes a deleted file by its name' {
        $null = New-Protected named one, two
        Remove-Item named/*.tenc
        (Update-TenantDataCatalog named/one.tenc -RemoveMissing -Confirm:$false).Status | Should -Be Removed
        (Update-TenantDataCatalog named).Path | Should -Be (Join-Path $work named two.tenc)
    }

    It 'counts nothing as missing on a disk that is not mounted, whatever answers the question' {
        $null = New-Protected disk/below one
        Rename-Item disk unmounted
        { Update-TenantDataCatalog disk -RemoveMissing -Confirm:$false -ErrorAction Stop } | Should -Throw -ErrorId 'SOURCE_NOT_FOUND,*' -ExpectedMessage '*does not exist*mount*'
        $null = New-Item -ItemType Directory disk
        $kept = Update-TenantDataCatalog disk -RemoveMissing -Confirm:$false -ErrorAction SilentlyContinue -ErrorVariable errors -WarningAction SilentlyContinue
        $kept.Status | Should -Be Missing
        $errors[0].FullyQualifiedErrorId | Should -BeLike 'SOURCE_NOT_FOUND,*'
        $errors[0].Exception.Message | Should -BeLike '*Nothing at all is in*'
        Remove-Item disk
        Rename-Item unmounted disk
        Update-TenantDataCatalog disk | Should -BeNullOrEmpty
    }

    It 'tells with -WhatIf and changes nothing' {
        $null = New-Protected rehearsal one, two
        Move-Item rehearsal/one.tenc rehearsal/1.tenc
        Remove-Item rehearsal/two.tenc
        $before = @(Get-TenantMessage -TenantId acme)
        $log = Join-Path $work whatif.txt
        $output = Invoke-Runbook "Update-TenantDataCatalog '$work/rehearsal' -RemoveMissing -WhatIf; 'done'"
        $output.Output -join ' ' | Should -Match 'What if.*one\.tenc.*1\.tenc'
        $output.Output -join ' ' | Should -Match 'What if.*1 missing file.*1 of the 2'
        Compare-Object $before @(Get-TenantMessage -TenantId acme) -Property Path, MessageId | Should -BeNullOrEmpty
    }

    It 'has the messages of other tenants foreign with -TenantId, and takes files and tenants from the pipeline' {
        $null = New-Protected others one globex
        $null = New-Protected others two acme
        $foreign = Update-TenantDataCatalog others -TenantId acme
        $foreign.Status, $foreign.Code, $foreign.TenantId | Should -Be 'Foreign', 'WRONG_TENANT', 'globex'
        { Update-TenantDataCatalog others -TenantId nobody } | Should -Throw -ErrorId 'TENANT_NOT_FOUND,*'
        Get-ChildItem others/*.tenc | Update-TenantDataCatalog | Should -BeNullOrEmpty
        Get-TenantMessage -TenantId globex | Update-TenantDataCatalog | Should -BeNullOrEmpty
    }

    It 'names what it can not look at and goes on' {
        $null = New-Protected goes-on one
        Move-Item goes-on/one.tenc goes-on/1.tenc
        $moved = Update-TenantDataCatalog nowhere, none*.tenc, 'Env:', goes-on -ErrorAction SilentlyContinue -ErrorVariable errors -WarningAction SilentlyContinue -WarningVariable warnings
        $moved.Status | Should -Be Moved
        $errors.FullyQualifiedErrorId.ForEach({ ($_ -split ',')[0] }) | Sort-Object | Should -Be 'INVALID_INPUT', 'SOURCE_NOT_FOUND'
        "$warnings" | Should -BeLike '*none`*.tenc*fits nothing*'
    }

    It 'shows a substituted message and leaves the catalog as it is' {
        $files = New-Protected swapped one, two
        Move-Item swapped/two.tenc swapped/one.tenc -Force
        $change = Update-TenantDataCatalog swapped -RemoveMissing -Confirm:$false
        $change.Status, $change.Code, $change.MessageId, $change.CataloguedMessageId | Should -Be 'Substituted', 'MESSAGE_SUBSTITUTED', $files[1].MessageId, $files[0].MessageId
        $change | Format-Table | Out-String | Should -Match 'Substituted\s+MESSAGE_SUBSTITUTED\s+acme'
    }
}
