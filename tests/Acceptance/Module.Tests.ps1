#Requires -Modules @{ ModuleName = 'Pester'; ModuleVersion = '5.0' }
BeforeDiscovery {
    Import-Module (Join-Path $PSScriptRoot '../../out/TenantEncryption')
    $cmdlets = Get-Command -Module TenantEncryption
    $outputs = $cmdlets.OutputType.Type | Where-Object { $_.FullName -like 'TenantEncryption.*' } | Sort-Object FullName -Unique
}

BeforeAll {
    Import-Module (Join-Path $PSScriptRoot 'Sandbox.psm1')
    $sandbox = Enter-Sandbox
}

AfterAll {
    Exit-Sandbox $sandbox
}

Describe 'The module' {
    It 'has a manifest that is valid and exports what its classes define' {
        $manifest = Test-ModuleManifest $sandbox.Module
        $manifest.ExportedCmdlets.Keys | Sort-Object | Should -Be (Get-Command -Module TenantEncryption).Name
        $classes = (Get-Command Get-TenantEncryption).ImplementingType.Assembly.GetExportedTypes() |
            ForEach-Object { $_.GetCustomAttributes([System.Management.Automation.CmdletAttribute], $false) } |
            ForEach-Object { "$($_.VerbName)-$($_.NounName)" }
        $classes | Sort-Object | Should -Be ($manifest.ExportedCmdlets.Keys | Sort-Object)
    }

    It 'has help of every about topic that its topics name' {
        $folder = Join-Path (Split-Path $sandbox.Module) 'en-US'
        $topics = Get-ChildItem $folder -Filter about_*.help.txt | ForEach-Object { $_.Name -replace '\.help\.txt$' }
        $topics.Count | Should -BeGreaterThan 7
        foreach ($topic in $topics) { (Get-Help $topic) -join "`n" | Should -BeLike "*SHORT DESCRIPTION*" -Because $topic }
        $named = Get-ChildItem $folder -Filter about_*.help.txt | ForEach-Object { [regex]::Matches((Get-Content -Raw $_), 'about_\w+').Value } | Sort-Object -Unique
        $named | Should -BeIn $topics
    }

    It 'gives an error a link to the help of its code that can be opened' {
        Get-KeyProvider nobody -ErrorAction SilentlyContinue -ErrorVariable errors
        Get-Content -Raw ([uri] $errors[0].Exception.HelpLink).LocalPath | Should -BeLike "*$($errors[0].Exception.Code)*"
    }

    It 'shows what a parameter is beside its completion' {
        (TabExpansion2 'Start-KeyMigration -Thro' 24).CompletionMatches.ToolTip | Should -BeLike '*How many keys, or files, are worked on at the same time*'
    }

    It 'says in one line which PowerShell it needs, where that is older' {
        # The same manifest, asking for a PowerShell that nobody has yet, is what 7.6 is to an older one.
        (Import-PowerShellDataFile $sandbox.Module).PowerShellVersion | Should -Be '7.6'
        Copy-Item -Recurse (Split-Path $sandbox.Module) later
        (Get-Content later/TenantEncryption.psd1) -replace "'7\.6'", "'7.99'" | Set-Content later/TenantEncryption.psd1
        $run = Invoke-Runbook "try { Import-Module '$pwd/later/TenantEncryption.psd1' -Force -ErrorAction Stop } catch { `$_.Exception.Message }"
        $run.Output | Should -BeLike "*requires a minimum * version of '7.99'*"
        $run.Output -split '\r?\n' | Should -HaveCount 1
    }

    It 'uses approved verbs only' {
        (Get-Command -Module TenantEncryption).Verb | Sort-Object -Unique | Should -BeIn (Get-Verb).Verb
    }

    It 'gives type literals as soon as it is imported' {
        $run = Invoke-Runbook '[TenantEncryption.Providers.KeyProviderStatus]::Active; [TenantEncryption.Tenants.EncryptionTenant].Name; [TenantEncryption.Platforms.PlatformNote].Name'
        $run.Errors | Should -BeNullOrEmpty
        $run.Output -split '\r?\n' | Should -Be 'Active', 'EncryptionTenant', 'PlatformNote'
    }

    It 'binds from the pipeline exactly what was reviewed' {
        $actual = foreach ($cmdlet in Get-Command -Module TenantEncryption | Sort-Object Name) {
            $cmdlet.ParameterSets.Parameters |
                Where-Object { $_.ValueFromPipeline -or $_.ValueFromPipelineByPropertyName } |
                ForEach-Object { "$($cmdlet.Name) -$($_.Name) $(if ($_.ValueFromPipeline) { 'by value' } else { 'by property name' })" } |
                Sort-Object -Unique
        }
        $actual | Should -Be (Get-Content (Join-Path $PSScriptRoot 'PipelineBinding.txt'))
    }

    It 'loads the adapters into a context of their own, and the AWS SDK not before KMS is called' {
        $run = Invoke-Runbook @'
            $null = New-EncryptionTenant lazy
            $null = 'x' | Protect-TenantData -TenantId lazy
            [AppDomain]::CurrentDomain.GetAssemblies() | Where-Object { $_.GetName().Name -match '^(TenantEncryption|AWSSDK|Microsoft\.Data\.Sqlite)' } |
                ForEach-Object { "$($_.GetName().Name)=$([System.Runtime.Loader.AssemblyLoadContext]::GetLoadContext($_).Name)" } | Sort-Object
'@
        $run.Output -split '\r?\n' | Should -Be @(
            'Microsoft.Data.Sqlite=TenantEncryption', 'TenantEncryption.Abstractions=Default', 'TenantEncryption.Core=Default', 'TenantEncryption.Envelope=Default',
            'TenantEncryption.KeyPolicies=Default', 'TenantEncryption.Loader=Default', 'TenantEncryption.PowerShell=Default', 'TenantEncryption.Sql=TenantEncryption', 'TenantEncryption.Sqlite=TenantEncryption')
    }

    It 'loads what was compiled for this platform, and compiles a third less itself' {
        $platform = "$($IsWindows ? 'win' : $IsMacOS ? 'osx' : 'linux')-$([System.Runtime.InteropServices.RuntimeInformation]::ProcessArchitecture)".ToLowerInvariant()
        $images = Join-Path (Split-Path $sandbox.Module) images $platform
        $script = @'
            $before = [Runtime.JitInfo]::GetCompiledMethodCount()
            'x' | Protect-TenantData -TenantId compiled | Unprotect-TenantData
            [Runtime.JitInfo]::GetCompiledMethodCount() - $before
            [AppDomain]::CurrentDomain.GetAssemblies().Location -match 'images' | Split-Path | Sort-Object -Unique
'@
        $null = New-EncryptionTenant compiled
        $value, [int] $compiled, $folder = (Invoke-Runbook $script).Output -split '\r?\n'
        $value | Should -Be 'x'
        $folder | Should -Be ((Test-Path $images) ? $images : $null)

        # Without images the module is what it is on a platform for which it has none.
        $null = New-Item -ItemType Directory elsewhere
        Copy-Item -Recurse (Split-Path $sandbox.Module) elsewhere/TenantEncryption
        Remove-Item -Recurse elsewhere/TenantEncryption/images -ErrorAction Ignore
        $value, [int] $jitted, $folder = (Invoke-Runbook $script -Module "$pwd/elsewhere/TenantEncryption").Output -split '\r?\n'
        $value | Should -Be 'x'
        $folder | Should -BeNullOrEmpty
        if (Test-Path $images) { $compiled | Should -BeLessThan ($jitted * 2 / 3) }
    }

    It 'closes its stores when it is removed, and opens them again when it is imported' {
        $run = Invoke-Runbook @'
            $null = New-EncryptionTenant again
            Remove-Module TenantEncryption
            Import-Module $env:TE_MODULE
            (Get-EncryptionTenant again).TenantId
'@.Replace('$env:TE_MODULE', "'$($sandbox.Module)'")
        $run.Errors | Should -BeNullOrEmpty
        $run.Output | Should -Be 'again'
    }
}

Describe 'Help of <_.Name>' -ForEach $cmdlets {
    BeforeAll {
        $help = Get-Help $_.Name -Full
        $common = [System.Management.Automation.PSCmdlet]::CommonParameters
        $parameters = $_.Parameters.Values | Where-Object Name -NotIn $common
    }

    It 'has synopsis, description and examples' {
        $help.Synopsis | Should -Match '^[A-Z].+\.$'
        ($help.description | Out-String).Trim() | Should -Not -BeNullOrEmpty
        @($help.examples.example).Count | Should -BeGreaterThan 0
    }

    It 'describes every parameter and no other' {
        @($help.parameters.parameter.name | Where-Object { $_ }) | Should -Be @($parameters.Name | Sort-Object)
        foreach ($parameter in @($help.parameters.parameter | Where-Object { $_ })) {
            ($parameter.description | Out-String).Trim() | Should -Not -BeNullOrEmpty -Because "-$($parameter.name)"
        }
    }

    It 'has examples that use only parameters which exist' {
        foreach ($example in $help.examples.example) {
            $errors = $null
            $ast = [System.Management.Automation.Language.Parser]::ParseInput($example.code, [ref] $null, [ref] $errors)
            $errors | Should -BeNullOrEmpty
            foreach ($call in $ast.FindAll({ $args[0] -is [System.Management.Automation.Language.CommandAst] }, $true)) {
                $cmdlet = Get-Command $call.GetCommandName()
                $call.CommandElements | Where-Object { $_ -is [System.Management.Automation.Language.CommandParameterAst] } |
                    ForEach-Object { $cmdlet.Parameters.Keys | Should -Contain $_.ParameterName -Because $example.code }
            }
        }
    }
}

Describe 'Views of <_.FullName>' -ForEach $outputs {
    It 'are a table of four to six columns and a list' {
        $views = (Get-FormatData -TypeName $_.FullName -PowerShellVersion $PSVersionTable.PSVersion).FormatViewDefinition.Control
        $table = $views | Where-Object { $_ -is [System.Management.Automation.TableControl] }
        $table.Rows[0].Columns.Count | Should -BeIn (4..6)
        $views | Where-Object { $_ -is [System.Management.Automation.ListControl] } | Should -Not -BeNullOrEmpty
    }

    It 'name properties that exist' {
        $type = $_
        $known = $type.GetProperties().Name + (Get-TypeData $type.FullName).Members.Keys
        foreach ($control in (Get-FormatData -TypeName $type.FullName -PowerShellVersion $PSVersionTable.PSVersion).FormatViewDefinition.Control) {
            if ($control -is [System.Management.Automation.CustomControl]) { continue }
            $entries = if ($control -is [System.Management.Automation.TableControl]) { $control.Rows.Columns.DisplayEntry } else { $control.Entries.Items.DisplayEntry }
            ($entries | Where-Object ValueType -eq 'Property').Value | Should -BeIn $known
        }
    }
}
