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

    function Expand-Part([string] $Package, [string] $Name = '*') {
        $folder = Join-Path $sandbox.Root "parts/$Package"
        if (-not (Test-Path $folder)) { [IO.Compression.ZipFile]::ExtractToDirectory((Join-Path $packages $Package), $folder) }
        Get-ChildItem -LiteralPath $folder -Recurse -File -Filter $Name
    }

    function Get-Bill([string] $Package) { Expand-Part $Package bom.cdx.json | Get-Content -Raw | ConvertFrom-Json }

    # The hashes of what the packages of others have that a bill names, in the folder to which NuGet unpacked them.
    function Get-HashOfOthers($Bill) {
        foreach ($component in $Bill.components.Where{ $_.purl -and $_.name -notlike 'TenantEncryption.*' }) {
            $folder = Join-Path $env:NUGET_FALLBACK_PACKAGES $component.name.ToLowerInvariant() $component.version
            (Get-ChildItem -Recurse -File $folder -Include *.dll, *.so, *.dylib | Get-FileHash).Hash
        }
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
        ([xml] (Expand-Part "TenantEncryption.$version.nupkg" *.nuspec | Get-Content -Raw)).package.metadata.icon | Should -Be 'icon.png'
        $files = (Get-ChildItem -Recurse -File $installed).Where{ $_.Name -ne 'PSGetModuleInfo.xml' }.FullName
        @($manifest.FileList | Sort-Object) | Should -Be @($files | Sort-Object)

        $null = New-EncryptionTenant installed
        $run = Invoke-Runbook -Module (Join-Path $installed TenantEncryption.psd1) "'a value' | Protect-TenantData -TenantId installed | Unprotect-TenantData; (Get-Module TenantEncryption).ModuleBase"
        $run.Errors | Should -BeNullOrEmpty
        $run.Output -split '\r?\n' | Should -Be 'a value', $installed
    }
}

Describe 'The bill of materials' {
    It 'of the module names the package of each file of others that it brings, with its licence' {
        $bill = Get-Bill "TenantEncryption.$version.nupkg"
        $others = Expand-Part "TenantEncryption.$version.nupkg" | Where-Object { $_.Extension -in '.dll', '.so', '.dylib' -and $_.Name -notlike 'TenantEncryption.*' -and $_.FullName -notlike '*images*' }
        $others.Count | Should -BeGreaterThan 15
        $known = Get-HashOfOthers $bill
        $others.Where{ (Get-FileHash $_).Hash -notin $known }.Name | Should -BeNullOrEmpty
        $bill.components.Where{ $_.purl -and -not $_.licenses }.name | Should -BeNullOrEmpty
    }

    It 'of the module names each assembly of our own' {
        $own = Expand-Part "TenantEncryption.$version.nupkg" TenantEncryption.*.dll | Where-Object FullName -NotLike *images* | ForEach-Object BaseName | Sort-Object
        @((Get-Bill "TenantEncryption.$version.nupkg").components.name -like 'TenantEncryption.*' | Sort-Object) | Should -Be $own
    }

    It 'of <_> names each package that it asks for' -ForEach 'Envelope', 'KeyPolicies', 'Core', 'Sql', 'Sqlite', 'PostgreSql', 'Aws', 'S3', 'Hosting', 'DataProtection' {
        $asked = ([xml] (Expand-Part "TenantEncryption.$_.$version.nupkg" *.nuspec | Get-Content -Raw)).package.metadata.dependencies.group.dependency.id
        $asked | Should -Not -BeNullOrEmpty
        $named = (Get-Bill "TenantEncryption.$_.$version.nupkg").components.name
        $asked | Where-Object { $_ -notin $named } | Should -BeNullOrEmpty
    }

    It 'of the local KMS names the package of each file of others that it brings' {
        $others = Expand-Part "TenantEncryption.LocalKms.$version.nupkg" *.dll | Where-Object Name -NotLike TenantEncryption.*
        $known = Get-HashOfOthers (Get-Bill "TenantEncryption.LocalKms.$version.nupkg")
        @($others.Where{ (Get-FileHash $_).Hash -in $known }.Name) | Should -Be $others.Name
    }

    It 'names nothing that only a build needs' {
        $packed = Get-ChildItem $packages -Filter *.nupkg | ForEach-Object { Get-Bill $_.Name }
        $packed.Count | Should -Be 13
        $packed.components.name | Should -Not -Contain 'Microsoft.CodeAnalysis.PublicApiAnalyzers'
        $packed.components.name | Should -Not -Contain 'PowerShellStandard.Library'
    }
}

Describe 'What is packed' {
    It 'is what lies in src' {
        $solution = (Get-Content -Raw (Join-Path $repository build/Shipped.slnf) | ConvertFrom-Json).solution.projects
        @($solution -like 'src/*' | Sort-Object) | Should -Be @(Get-ChildItem (Join-Path $repository src/*/*.csproj) | ForEach-Object { "src/$($_.BaseName)/$($_.Name)" } | Sort-Object)
    }

    It 'says nothing of when or where it was: each part of <_> has the time of the commit' -ForEach 'TenantEncryption', 'TenantEncryption.Core', 'TenantEncryption.LocalKms' {
        $zip = [IO.Compression.ZipFile]::OpenRead((Join-Path $packages "$_.$version.nupkg"))
        try { $times = $zip.Entries.LastWriteTime.DateTime | Sort-Object -Unique } finally { $zip.Dispose() }
        @($times).Count | Should -Be 1
        # A ZIP file counts every other second.
        [Math]::Abs(($times - [DateTimeOffset]::FromUnixTimeSeconds((git -C $repository log -1 --format=%ct)).UtcDateTime).TotalSeconds) | Should -BeLessThan 2
    }

    It 'has the sources of <_> in its symbols, as the product has no address from which a debugger could take them' -ForEach 'Abstractions', 'Core', 'LocalKms' {
        $symbols = Expand-Part "TenantEncryption.$_.$version.snupkg" "TenantEncryption.$_.pdb"
        $provider = [Reflection.Metadata.MetadataReaderProvider]::FromPortablePdbStream([IO.File]::OpenRead($symbols))
        try {
            $reader = $provider.GetMetadataReader()
            $embedded = [guid] '0e8a571b-6926-466e-b4ad-8ab04611f5fe'
            $documents = @($reader.Documents)
            $documents.Count | Should -BeGreaterThan 10
            $without = foreach ($handle in $documents) {
                $kinds = foreach ($information in $reader.GetCustomDebugInformation([Reflection.Metadata.EntityHandle] $handle)) { $reader.GetGuid($reader.GetCustomDebugInformation($information).Kind) }
                if ($embedded -notin $kinds) { $reader.GetString($reader.GetDocument($handle).Name) }
            }
            $without | Should -BeNullOrEmpty
        }
        finally { $provider.Dispose() }
    }
}

Describe 'The address of the product, once it has one' {
    BeforeAll {
        $address = 'https://example.org/tenantencryption'
        $trial = (New-Item -ItemType Directory (Join-Path $sandbox.Root trial)).FullName
        # As its build left it: nothing but what names the address is made anew.
        $common = "-p:ProductUrl=$address", '-p:Configuration=Release', '-p:BuildProjectReferences=false', '-v:q', '-nologo', '-nodeReuse:false'
        $env:NUGET_PACKAGES = $env:NUGET_FALLBACK_PACKAGES
        try {
            $made = dotnet msbuild (Join-Path $repository src/TenantEncryption.PowerShell) -t:MakeModuleFiles @common "-p:ModuleFilesPath=$trial/" 2>&1
            $made += dotnet msbuild (Join-Path $repository src/TenantEncryption.Abstractions) -t:Pack @common -p:NoBuild=true "-p:PackageOutputPath=$trial" 2>&1
        }
        finally { $env:NUGET_PACKAGES = $places.NUGET_PACKAGES }
    }

    It 'is in the manifest' {
        $data = (Import-PowerShellDataFile (Join-Path $trial TenantEncryption.psd1)).PrivateData.PSData
        $data.ProjectUri | Should -Be $address -Because ($made | Out-String)
        $data.LicenseUri, $data.IconUri | Should -Be "$address/blob/HEAD/LICENSE", "$address/raw/HEAD/docs/pictures/icon.png"
    }

    It 'is where the help of each cmdlet goes on' {
        $help = [xml] (Get-Content -Raw (Join-Path $trial en-US/TenantEncryption.PowerShell.dll-Help.xml))
        $help.helpItems.ChildNodes.relatedLinks.Count | Should -Be (Import-PowerShellDataFile $sandbox.Module).CmdletsToExport.Count
        $help.helpItems.ChildNodes.relatedLinks.navigationLink.uri | Sort-Object -Unique | Should -Be "$address/blob/HEAD/docs/cmdlets.md"
    }

    It 'is in the packages' {
        [IO.Compression.ZipFile]::ExtractToDirectory((Join-Path $trial "TenantEncryption.Abstractions.$version.nupkg"), (Join-Path $trial package))
        $metadata = ([xml] (Get-Content -Raw (Join-Path $trial package/*.nuspec))).package.metadata
        $metadata.projectUrl, $metadata.repository.url | Should -Be $address, $address
    }

    It 'is nowhere until then' {
        (Import-PowerShellDataFile $sandbox.Module).PrivateData.PSData.Keys | Should -Not -Contain 'ProjectUri'
        (Get-Help Get-KeyProvider).PSObject.Properties.Name | Should -Not -Contain 'relatedLinks'
        ([xml] (Expand-Part "TenantEncryption.Core.$version.nupkg" *.nuspec | Get-Content -Raw)).package.metadata.projectUrl | Should -BeNullOrEmpty
    }
}

Describe 'The package of <_>' -ForEach 'Abstractions', 'Envelope', 'KeyPolicies', 'Core', 'Sql', 'Sqlite', 'PostgreSql', 'Aws', 'S3', 'Hosting', 'DataProtection' {
    It 'has the assembly, its documentation, a page, a picture, and symbols beside it' {
        $entries = Get-Entry "TenantEncryption.$_.$version.nupkg"
        foreach ($entry in "lib/net10.0/TenantEncryption.$_.dll", "lib/net10.0/TenantEncryption.$_.xml", 'README.md', 'icon.png') { $entries | Should -Contain $entry }
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
