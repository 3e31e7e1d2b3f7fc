#Requires -Modules @{ ModuleName = 'Pester'; ModuleVersion = '5.0' }
BeforeDiscovery {
    # The build of the acceptance tests leaves them there.
    $sdks = Get-ChildItem (Join-Path $PSScriptRoot '../../out/other-sdks') -Directory | ForEach-Object { @{ version = [version] $_.Name; path = Join-Path $_.FullName AWSSDK.Core.dll } }
}

BeforeAll {
    Import-Module (Join-Path $PSScriptRoot 'Sandbox.psm1')
    $sandbox = Enter-Sandbox

    # A copy of the module that lacks a file, and the code, text and remedy of the error that a script gets there.
    function Get-ErrorWithout([string] $File, [string] $Script) {
        $module = Join-Path $sandbox.Root "lacks-$([guid]::NewGuid().ToString('N'))/TenantEncryption"
        $null = New-Item -ItemType Directory (Split-Path $module)
        Copy-Item -Recurse (Split-Path $sandbox.Module) $module
        Get-ChildItem -Recurse $module -Filter $File | Remove-Item -Recurse
        $run = Invoke-Runbook -Module $module "try { $Script } catch { `$_.FullyQualifiedErrorId; `$_.Exception.Message; `$_.ErrorDetails.RecommendedAction }"
        $run.Errors | Should -BeNullOrEmpty
        $run.Output -split '\r?\n'
    }
}

AfterAll {
    Exit-Sandbox $sandbox
}

Describe 'AWSSDK.Core <version> of another module' -ForEach $sdks {
    BeforeAll {
        $key = New-LocalKey $sandbox
        $ours = (Get-Item (Join-Path (Split-Path $sandbox.Module) lib/AWSSDK.Core.dll)).VersionInfo.FileVersion
        $null = New-EncryptionTenant "made-$($version.Major)" # The first cmdlet warns that it makes a store.
        $load = "`$null = [Reflection.Assembly]::LoadFrom('$path'); `$theirs = [Amazon.Runtime.BasicAWSCredentials]::new('a', 'b')"
        $use = {
            param($Tenant)
            @"
                `$null = New-EncryptionTenant $Tenant
                `$null = New-KeyProvider -TenantId $Tenant -Name cmk -KeyArn $($key.Arn) -EndpointUrl $($sandbox.LocalKms.Url) -Activate -Confirm:`$false
                'read' | Protect-TenantData -TenantId $Tenant | Unprotect-TenantData
"@
        }
        $tell = @'
            (Get-Item $theirs.GetType().Assembly.Location).VersionInfo.FileVersion
            @([AppDomain]::CurrentDomain.GetAssemblies().Where{ $_.GetName().Name -eq 'AWSSDK.Core' }.ForEach{ [Runtime.Loader.AssemblyLoadContext]::GetLoadContext($_).Name } | Sort-Object) -join ','
'@
    }

    It 'that is loaded before the module is does not disturb it' {
        $run = Invoke-Runbook -Before $load "$(& $use "before-$($version.Major)"); $tell"
        $run.Errors | Should -BeNullOrEmpty
        $read, $theirs, $contexts = $run.Output -split '\r?\n'
        $read | Should -Be 'read'
        $theirs | Should -Not -Be $ours
        ([version] $theirs).Major | Should -Be $version.Major
        $contexts | Should -Be 'Default,TenantEncryption'
    }

    It 'that is loaded after the module has called KMS is there, beside ours' {
        $run = Invoke-Runbook "$(& $use "after-$($version.Major)"); $load; 'again' | Protect-TenantData -TenantId after-$($version.Major) | Unprotect-TenantData; $tell"
        $run.Errors | Should -BeNullOrEmpty
        $read, $again, $theirs, $contexts = $run.Output -split '\r?\n'
        $theirs | Should -Not -Be $ours
        $read, $again | Should -Be 'read', 'again'
        ([version] $theirs).Major | Should -Be $version.Major
        $contexts | Should -Be 'Default,TenantEncryption'
    }
}

Describe 'A module that lacks a file' {
    BeforeAll {
        $provider = New-TenantWithKey $sandbox lacking
        $open = 'Get-EncryptionTenant lacking -ErrorAction Stop'
        $call = "Get-MasterKey $($provider.KeyArn) -EndpointUrl $($sandbox.LocalKms.Url) -ErrorAction Stop"
    }

    It 'tells it in one error, with the file and the remedy: <file>' -ForEach @(
        @{ file = 'TenantEncryption.Sqlite.dll'; what = 'open' }
        @{ file = 'Microsoft.Data.Sqlite.dll'; what = 'open' }
        @{ file = 'SQLitePCLRaw.core.dll'; what = 'open' }
        @{ file = 'runtimes'; what = 'open' }
        @{ file = 'TenantEncryption.Aws.dll'; what = 'call' }
        @{ file = 'AWSSDK.Core.dll'; what = 'call' }
        @{ file = 'AWSSDK.SSO.dll'; what = 'call' }
    ) {
        $id, $text, $remedy = Get-ErrorWithout $file (Get-Variable $what -ValueOnly)
        $id | Should -BeLike 'INSTALLATION_INCOMPLETE,*'
        $text | Should -BeLike "*$file*"
        $remedy | Should -BeLike '*Install it anew*'
    }

    It 'of AWS works on, where no key is in KMS' {
        $null = New-EncryptionTenant local
        $read = Get-ErrorWithout TenantEncryption.Aws.dll "'read' | Protect-TenantData -TenantId local | Unprotect-TenantData"
        $read | Should -Be 'read'
    }
}

Describe 'Remove-Module' {
    It 'in one runspace leaves what others do as it is' {
        $run = Invoke-Runbook @'
            $null = New-EncryptionTenant shared
            $value = 'read' | Protect-TenantData -TenantId shared
            $other = [powershell]::Create([initialsessionstate]::CreateDefault2())
            $null = $other.AddScript("Import-Module MODULE; (Get-EncryptionTenant shared).TenantId; Remove-Module TenantEncryption; @(Get-Command -Module TenantEncryption).Count").Invoke().ForEach{ "$_" }
            $value | Unprotect-TenantData
            "$($other.Streams.Error)"
            'again' | Protect-TenantData -TenantId shared | Unprotect-TenantData
'@.Replace('MODULE', "'$($sandbox.Module)'")
        $run.Errors | Should -BeNullOrEmpty
        $run.Output -split '\r?\n' | Should -Be 'read', '', 'again'
    }

    It 'while another runspace writes a long file lets it end' {
        $run = Invoke-Runbook @'
            $null = New-EncryptionTenant busy
            Set-Location WORK
            [IO.File]::WriteAllBytes("$pwd/long", [byte[]]::new(200MB))
            $job = Start-ThreadJob { Import-Module MODULE; Set-Location $using:PWD; Protect-TenantData ./long -TenantId busy -Destination ./safe; 'done' }
            while (-not (Test-Path safe)) { if ($job.State -notin 'NotStarted', 'Running') { break } }
            Remove-Module TenantEncryption
            $out = $job | Receive-Job -Wait -AutoRemoveJob
            $out[-1]
'@.Replace('MODULE', "'$($sandbox.Module)'").Replace('WORK', "'$PWD'")
        $run.Errors | Should -BeNullOrEmpty
        $run.Output | Should -Be 'done'
    }
}

Describe 'What comes back from <way>' -ForEach @(
    @{ way = 'Clixml'; take = { param($Script) & ([scriptblock]::Create($Script)) | Export-Clixml back.clixml; Import-Clixml back.clixml } }
    @{ way = 'Start-Job'; take = { param($Script) Start-Job ([scriptblock]::Create("Import-Module '$($sandbox.Module)'; $Script")) | Receive-Job -Wait -AutoRemoveJob } }
    @{ way = 'Start-ThreadJob'; take = { param($Script) Start-ThreadJob ([scriptblock]::Create("Import-Module '$($sandbox.Module)'; $Script")) | Receive-Job -Wait -AutoRemoveJob } }
    @{ way = 'ForEach-Object -Parallel'; take = { param($Script) 1 | ForEach-Object -Parallel ([scriptblock]::Create("Import-Module '$($sandbox.Module)'; $Script")) } }
) {
    BeforeAll {
        $tenant = "back-$($way -replace '\W')".ToLowerInvariant()
        $null = New-TenantWithKey $sandbox $tenant
    }

    It 'has times that are DateTimeOffset and compare, and words that compare' {
        $back = & $take "Get-KeyProvider -TenantId $tenant -Type AwsKms"
        $live = Get-KeyProvider -TenantId $tenant -Type AwsKms
        $back.CreatedAt | Should -BeOfType DateTimeOffset
        $back.CreatedAt | Should -Be $live.CreatedAt
        $back.Status -eq 'Pending' | Should -BeTrue
        $back.Type -eq 'AwsKms' | Should -BeTrue
    }

    It 'binds from the pipeline' {
        (& $take "Get-KeyProvider -TenantId $tenant -Type AwsKms" | Test-KeyProvider).Code | Should -Be 'SUCCESS'
        (& $take "Get-EncryptionTenant $tenant" | Get-KeyProvider).Name | Should -Contain "$tenant-cmk"
        & $take "'read' | Protect-TenantData -TenantId $tenant" | Unprotect-TenantData | Should -Be 'read'
    }

    It 'tells when an event was, to the tick' {
        $back = @(& $take "Get-EncryptionEvent -TenantId $tenant")[0]
        $live = @(Get-EncryptionEvent -TenantId $tenant)[0]
        $times = $live.PSObject.Properties.Where{ $_.Value -is [DateTimeOffset] }.Name
        $times | Should -Not -BeNullOrEmpty
        foreach ($time in $times) { $back.$time | Should -Be $live.$time; $back.$time | Should -BeOfType DateTimeOffset }
    }
}
