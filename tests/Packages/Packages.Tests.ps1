#Requires -Modules @{ ModuleName = 'Pester'; ModuleVersion = '5.0' }
BeforeAll {
    Import-Module (Join-Path $PSScriptRoot '../Acceptance/Sandbox.psm1')
    $sandbox = Enter-Sandbox
    $repository = Join-Path $PSScriptRoot '../..' | Convert-Path
    # The folders of PowerShell, which takes them from the user's home, and of NuGet are those of the sandbox; what others published comes from NuGet's usual one.
    $previous = @{}
    $places = @{
        HOME                    = Join-Path $sandbox.Root home
        XDG_DATA_HOME           = Join-Path $sandbox.Root home/.local/share
        NUGET_PACKAGES          = Join-Path $sandbox.Root nuget
        NUGET_FALLBACK_PACKAGES = $env:NUGET_PACKAGES ?? (Join-Path $HOME .nuget/packages)
    }
    foreach ($name in $places.Keys) { $previous[$name] = [Environment]::GetEnvironmentVariable($name) }
    $null = & (Join-Path $repository build.ps1) Package -NoBuild
    foreach ($name in $places.Keys) { Set-Item "env:$name" $places[$name] }
    $null = New-Item -ItemType Directory -Force $env:XDG_DATA_HOME
    $packages = Join-Path $repository out/packages
    $version = (Import-PowerShellDataFile $sandbox.Module).ModuleVersion

    function Get-Entry([string] $Package) {
        $zip = [IO.Compression.ZipFile]::OpenRead((Join-Path $packages $Package))
        try { $zip.Entries.FullName } finally { $zip.Dispose() }
    }
}

AfterAll {
    foreach ($name in $previous.Keys) { [Environment]::SetEnvironmentVariable($name, $previous[$name] ?? [NullString]::Value) }
    Exit-Sandbox $sandbox
}

Describe 'The module for the Gallery' {
    It 'has at most 14 MB' {
        (Get-Item (Join-Path $packages "TenantEncryption.$version.nupkg")).Length | Should -BeLessOrEqual 14e6
    }

    It 'is published, installed and imported, and each of its files is in its list' {
        $feed = (New-Item -ItemType Directory (Join-Path $sandbox.Root feed)).FullName
        # In a PowerShell that begins with these places.
        $run = Invoke-Runbook "Register-PSResourceRepository feed -Uri '$feed' -Trusted
            Publish-PSResource -NupkgPath '$(Join-Path $packages "TenantEncryption.$version.nupkg")' -Repository feed
            Install-PSResource TenantEncryption -Repository feed"
        "$($run.Errors)$($run.Output)" | Should -BeNullOrEmpty
        $installed = Join-Path $env:XDG_DATA_HOME "powershell/Modules/TenantEncryption/$version"

        $manifest = Test-ModuleManifest (Join-Path $installed TenantEncryption.psd1)
        $manifest.Tags | Should -Contain 'KMS'
        $manifest.LicenseUri, $manifest.ReleaseNotes, $manifest.Description | Should -Not -BeNullOrEmpty
        $files = (Get-ChildItem -Recurse -File $installed).Where{ $_.Name -ne 'PSGetModuleInfo.xml' }.FullName
        @($manifest.FileList | Sort-Object) | Should -Be @($files | Sort-Object)

        $null = New-EncryptionTenant installed
        $run = Invoke-Runbook -Module (Join-Path $installed TenantEncryption.psd1) "'a value' | Protect-TenantData -TenantId installed | Unprotect-TenantData; (Get-Module TenantEncryption).ModuleBase"
        $run.Errors | Should -BeNullOrEmpty
        $run.Output -split '\r?\n' | Should -Be 'a value', $installed
    }
}

Describe 'The package of <_>' -ForEach 'Abstractions', 'Envelope', 'KeyPolicies', 'Core', 'Sql', 'Sqlite', 'Aws', 'Hosting', 'DataProtection' {
    It 'has the assembly, its documentation, a page, and symbols beside it' {
        $entries = Get-Entry "TenantEncryption.$_.$version.nupkg"
        foreach ($entry in "lib/net10.0/TenantEncryption.$_.dll", "lib/net10.0/TenantEncryption.$_.xml", 'README.md') { $entries | Should -Contain $entry }
        Get-Entry "TenantEncryption.$_.$version.snupkg" | Should -Contain "lib/net10.0/TenantEncryption.$_.pdb"
    }
}

Describe 'The packages for NuGet' {
    It 'are all that a new program needs to protect a value and read it' {
        $null = New-Item -ItemType Directory program
        Set-Location program
        Set-Content nuget.config "<configuration><packageSources><add key=`"built`" value=`"$packages`" /></packageSources></configuration>"
        Set-Content program.csproj @"
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup><OutputType>Exe</OutputType><TargetFramework>net10.0</TargetFramework><ImplicitUsings>enable</ImplicitUsings></PropertyGroup>
              <ItemGroup>
                <PackageReference Include="TenantEncryption.Core" Version="$version" />
                <PackageReference Include="TenantEncryption.Sqlite" Version="$version" />
                <PackageReference Include="TenantEncryption.Aws" Version="$version" />
              </ItemGroup>
            </Project>
"@
        Set-Content program.cs @'
            using System.Text;
            using TenantEncryption;
            using TenantEncryption.Aws;
            using TenantEncryption.Data;
            using TenantEncryption.Sqlite;
            using TenantEncryption.Tenants;

            await using TenantEncryptionService service = await TenantEncryptionService.OpenAsync(new SqliteStore("store"), new AwsKms());
            await service.Tenants.CreateAsync(new NewTenant { TenantId = "acme" });
            await using DataSession session = service.Data.BeginSession();
            byte[] message = await session.ProtectValueAsync("acme", "a value"u8.ToArray());
            Console.WriteLine(Encoding.UTF8.GetString((await session.UnprotectValueAsync(message)).Plaintext));
'@
        $output = @(dotnet run 2>&1)
        "$($output[-1])" | Should -Be 'a value' -Because ($output | Out-String)
        Set-Location ..
    }

    It 'have the local KMS as a tool that starts and answers' {
        $tools = Join-Path $sandbox.Root tools
        Set-Content nuget.config "<configuration><packageSources><add key=`"built`" value=`"$packages`" /></packageSources></configuration>"
        $output = dotnet tool install TenantEncryption.LocalKms --version $version --tool-path $tools 2>&1
        $LASTEXITCODE | Should -Be 0 -Because ($output | Out-String)
        & (Join-Path $tools tenantencryption-localkms) --help | Select-Object -First 1 | Should -Not -BeNullOrEmpty
        $kms = Start-LocalKms -Program (Get-ChildItem -Recurse -Force $tools -Filter TenantEncryption.LocalKms.dll)[0].FullName
        try { (Invoke-LocalKms $kms CreateKey @{ Description = 'of the tool' }).KeyMetadata.Enabled | Should -BeTrue } finally { Stop-LocalKms $kms }
    }
}
