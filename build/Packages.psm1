<#
    What out/packages has beyond what `dotnet pack` makes: the module as the Gallery takes it, bills of materials; and whether all of it can be made again, byte for byte.
#>
$repository = Split-Path $PSScriptRoot
$out = Join-Path $repository 'out'

# The time of all that is packed: that of the commit, as https://reproducible-builds.org/specs/source-date-epoch/ has it.
function Get-SourceTime {
    [DateTimeOffset]::FromUnixTimeSeconds($env:SOURCE_DATE_EPOCH ?? (git -C $repository log -1 --format=%ct))
}

# The bills of materials of the packages and of the module, by CycloneDX, in a folder: what they stand on when they run, and not what only their build needs.
function Export-BillOfMaterials([string] $Folder, [IO.FileInfo[]] $PackageProject) {
    Remove-Item -LiteralPath $Folder -Recurse -Force -ErrorAction Ignore
    dotnet tool update CycloneDX --version 6.3.1 --tool-path (Join-Path $out 'tools') | Out-Host
    foreach ($project in $PackageProject) { Export-Bill (Join-Path $Folder "$($project.BaseName).cdx.json") $project.BaseName $project.FullName '--set-nuget-purl' }

    $cmdlets = Join-Path $repository 'src/TenantEncryption.PowerShell/TenantEncryption.PowerShell.csproj'
    $known = dotnet msbuild $cmdlets -getItem:Adapter -getProperty:PowerShellAssemblies | Out-String | ConvertFrom-Json
    # What PowerShell has is not the module's, and what cmdlets compile against has no code.
    $others = 'PowerShellStandard.Library', $known.Properties.PowerShellAssemblies.Trim(';').Replace(';', ',') -join ','
    Export-Bill (Join-Path $Folder 'module.cdx.json') 'TenantEncryption' ($cmdlets, $known.Items.Adapter.FullPath | Write-Output) '--exclude-filter', $others
}

# Of several projects: they are the components of one that they make together.
function Export-Bill([string] $Path, [string] $Name, [string[]] $Project, [string[]] $Option) {
    $made = Join-Path (Split-Path $Path) 'one.json'
    $bills = @(foreach ($one in $Project) {
        $null = & (Join-Path $out 'tools/dotnet-CycloneDX') $one --output (Split-Path $made) --filename (Split-Path -Leaf $made) --output-format Json --spec-version 1.6 --no-serial-number `
            --disable-package-restore --exclude-dev --include-project-references --include-license-text --set-name (Split-Path -LeafBase $one) --set-version (Get-Version) --set-type Library @Option
        Get-Content -Raw $made | ConvertFrom-Json -DateKind String
        Remove-Item $made
    })
    $bill = $bills[0]
    $components = @($bills.components)
    $dependencies = @($bills.dependencies)
    if ($bills.Count -gt 1) {
        $own = @($bills.metadata.component)
        $whole = [pscustomobject] [ordered] @{ type = 'library'; 'bom-ref' = "$Name@$(Get-Version)"; name = $Name; version = Get-Version }
        $components += $own
        $dependencies += [pscustomobject] @{ ref = $whole.'bom-ref'; dependsOn = $own.'bom-ref' }
        $bill.metadata.component = $whole
    }
    $bill.metadata.timestamp = (Get-SourceTime).UtcDateTime.ToString('yyyy-MM-ddTHH:mm:ssZ')
    $bill.components = @($components | Sort-Object bom-ref -Unique -Culture en-US)
    $bill.dependencies = @($dependencies | Group-Object ref | Sort-Object Name -Culture en-US | ForEach-Object {
        $dependsOn = @($_.Group | Where-Object { $_.PSObject.Properties['dependsOn'] } | ForEach-Object dependsOn | Sort-Object -Unique -Culture en-US)
        [pscustomobject] [ordered] @{ ref = $_.Name; dependsOn = $dependsOn }
    })
    [IO.File]::WriteAllText($Path, ($bill | ConvertTo-Json -Depth 32))
}

function Get-Version { dotnet msbuild (Join-Path $repository 'src/TenantEncryption.Core') -getProperty:Version }

# The module as the Gallery takes it: its manifest names each of its files.
function Export-Module([string] $Module, [string] $Bill, [string] $Destination) {
    $staged = Join-Path $out 'staged/TenantEncryption'
    Remove-Item -LiteralPath (Split-Path $staged) -Recurse -Force -ErrorAction Ignore
    $null = New-Item -ItemType Directory (Split-Path $staged)
    Copy-Item -LiteralPath $Module -Destination $staged -Recurse
    Copy-Item -LiteralPath $Bill -Destination (Join-Path $staged 'bom.cdx.json')
    Copy-Item -LiteralPath (Join-Path $repository 'docs/pictures/icon.png') -Destination $staged

    $manifest = Join-Path $staged 'TenantEncryption.psd1'
    $text = [IO.File]::ReadAllText($manifest)
    [IO.File]::WriteAllText($manifest, $text.Replace('FileList             = @()', "FileList             = @($((Get-Part $staged | ForEach-Object { "'$_'" }) -join ', '))"))
    $package = Compress-PSResource -Path $staged -DestinationPath $Destination -PassThru
    Edit-Package $package.FullName
}

# Of what PSResourceGet packed: with the icon, and without that which tells of the machine and of the moment.
function Edit-Package([string] $Package) {
    $folder = Join-Path $out 'staged/package'
    [IO.Compression.ZipFile]::ExtractToDirectory($Package, $folder)
    $nuspec = Get-Item (Join-Path $folder '*.nuspec')
    [IO.File]::WriteAllText($nuspec, [IO.File]::ReadAllText($nuspec).Replace('    <licenseUrl>', "    <icon>icon.png</icon>`n    <licenseUrl>"))
    Remove-Item (Join-Path $folder 'package') -Recurse
    $relations = Join-Path $folder '_rels/.rels'
    [IO.File]::WriteAllText($relations, ([IO.File]::ReadAllText($relations) -replace '\s*<Relationship [^>]*core-properties[^>]*>'))
    # In the order in which the file system gave the files.
    $types = Join-Path $folder '[Content_Types].xml'
    $document = [xml] [IO.File]::ReadAllText($types)
    foreach ($type in @($document.DocumentElement.ChildNodes | Sort-Object OuterXml -Culture en-US)) { $null = $document.DocumentElement.AppendChild($type) }
    $document.Save($types)

    Remove-Item $Package
    $zip = [IO.Compression.ZipFile]::Open($Package, 'Create')
    try {
        foreach ($part in Get-Part $folder) {
            $entry = $zip.CreateEntry($part, 'SmallestSize')
            $entry.LastWriteTime = Get-SourceTime
            $stream = $entry.Open()
            try { $stream.Write([IO.File]::ReadAllBytes((Join-Path $folder $part))) } finally { $stream.Dispose() }
        }
    }
    finally { $zip.Dispose() }
}

# The files below a folder as a package names them, in an order that no culture and no file system has a say in.
function Get-Part([string] $Folder) {
    [string[]] $parts = Get-ChildItem -LiteralPath $Folder -Recurse -File -Force | ForEach-Object { [IO.Path]::GetRelativePath($Folder, $_.FullName).Replace('\', '/') }
    [Array]::Sort($parts, [StringComparer]::Ordinal)
    $parts
}

# The sources as they are here, changes that aren't committed included, in another folder.
function Copy-Source([string] $Destination) {
    git clone --quiet --shared --no-checkout $repository $Destination
    git -C $Destination remote remove origin
    foreach ($file in git -C $repository ls-files --cached --others --exclude-standard) {
        $from = Join-Path $repository $file
        if (-not (Test-Path -LiteralPath $from)) { continue }
        $to = Join-Path $Destination $file
        $null = [IO.Directory]::CreateDirectory((Split-Path $to))
        [IO.File]::Copy($from, $to)
    }
}

# What differs between two folders of packages, in a line each.
function Compare-Package([string] $Folder, [string] $Other) {
    foreach ($name in @(Get-Part $Folder) + @(Get-Part $Other) | Sort-Object -Unique) {
        $hashes = foreach ($one in $Folder, $Other) { (Get-FileHash -LiteralPath (Join-Path $one $name) -ErrorAction Ignore).Hash ?? 'missing' }
        if ($hashes[0] -eq $hashes[1]) { continue }
        $parts = foreach ($one in $Folder, $Other) { , (Get-PartHash (Join-Path $one $name)) }
        $differing = $parts[0].Keys + $parts[1].Keys | Sort-Object -Unique | Where-Object { $parts[0][$_] -ne $parts[1][$_] }
        "$name differs in $($differing ? $differing -join ', ' : 'how it is packed')"
    }
}

function Get-PartHash([string] $Package) {
    $hashes = @{}
    if (-not (Test-Path -LiteralPath $Package)) { return $hashes }
    $zip = [IO.Compression.ZipFile]::OpenRead($Package)
    try { foreach ($entry in $zip.Entries) { $hashes[$entry.FullName] = $entry.Crc32 } } finally { $zip.Dispose() }
    $hashes
}

Export-ModuleMember -Function Get-SourceTime, Export-BillOfMaterials, Export-Module, Copy-Source, Compare-Package
