#!/usr/bin/env pwsh
<#
.SYNOPSIS
    Writes the module's views (Format.ps1xml) and type data (Types.ps1xml) from Views.psd1.
.DESCRIPTION
    Each column has a width, or takes the rest of the line, so that rows appear as they come: PowerShell holds rows back where it has to measure them. What is
    longer than its column goes on in the next line, never cut. Of a value with a type of its own the rule knows the width: of an enum its longest name, of a
    time 'yyyy-MM-dd HH:mm:ss'. Numbers and times are on the right. Times are local and of the invariant calendar, in tables and in lists.
    Times and enums travel through Clixml and jobs as what they are and as their names, and of an object what its list shows.
.PARAMETER Module
    The built module, whose types say what the properties are.
.PARAMETER OutFolder
    Where the files are written.
#>
[CmdletBinding()]
param(
    [string] $Module = (Join-Path $PSScriptRoot '../../../out/TenantEncryption'),
    [string] $OutFolder = (Join-Path $PSScriptRoot '../../../module')
)

$ErrorActionPreference = 'Stop'
Set-StrictMode -Version 3

$source = Import-PowerShellDataFile (Join-Path $PSScriptRoot 'Views.psd1')
Import-Module $Module -Force
$core = (Get-Command -Module TenantEncryption -Name Get-EncryptionTenant).OutputType[0].Type.Assembly

# What a column holds: time, duration, number, yes or no, the names of an enum, a list, a map, or a text.
function Get-Kind([type] $Type) {
    $bare = [Nullable]::GetUnderlyingType($Type) ?? $Type
    if ($bare -eq [DateTimeOffset]) { 'Time' }
    elseif ($bare -eq [TimeSpan]) { 'Duration' }
    elseif ($bare -in [int], [long]) { 'Number' }
    elseif ($bare -eq [bool]) { 'Flag' }
    elseif ($bare.IsEnum) { 'Enum' }
    elseif ($bare -eq [string]) { 'Text' }
    elseif ($bare.Name -like 'IReadOnlyDictionary*') { 'Map' }
    elseif ($bare.Name -like 'IReadOnlyList*') { 'List' }
    else { 'Text' }
}

# The property that a name means, through an alias or not.
function Get-PropertyType($View, [type] $Type, [string] $Name) {
    $real = if ($View['Aliases'] -and $View.Aliases[$Name]) { $View.Aliases[$Name] } else { $Name }
    ($Type.GetProperty($real) ?? $(throw "$($Type.Name) has no property $real.")).PropertyType
}

function Get-Script([string] $Kind, [string] $Name, [string] $Between) {
    switch ($Kind) {
        'Time' { "if (`$_.$Name) { `$_.$Name.LocalDateTime.ToString('yyyy-MM-dd HH:mm:ss', [cultureinfo]::InvariantCulture) }" }
        'List' { "@(`$_.$Name).ForEach{ `"`$_`" } -join $Between" }
        'Map' { "if (`$_.$Name) { @(foreach (`$one in `$_.$Name.GetEnumerator()) { `"`$(`$one.Key) = `$(`$one.Value -join ', ')`" }) -join $Between }" }
    }
}

function Write-Item($Writer, [string] $Element, [string] $Name, [string] $Script, [string] $Label) {
    $Writer.WriteStartElement($Element)
    if ($Label) { $Writer.WriteElementString('Label', $Label) }
    if ($Script) { $Writer.WriteElementString('ScriptBlock', $Script) } else { $Writer.WriteElementString('PropertyName', $Name) }
    $Writer.WriteEndElement()
}

function Read-Column($View, [type] $Type, [string] $Text) {
    $null = $Text -match '^(?:(?<label>\w+):)?(?<name>\w+)(?:=(?<width>\d+|\*))?$'
    $name, $given = $Matches.name, $Matches['width']
    $label = $Matches['label'] ?? $name
    $script = $source.Scripts[$name]
    $kind = if ($script) { if ($name -like '*Count') { 'Number' } else { 'Text' } } else { Get-Kind (Get-PropertyType $View $Type $name) }
    if (-not $script) { $script = if ($kind -eq 'Duration') { "'{0:00}:{1:mm\:ss\.fff}' -f [Math]::Floor(`$_.$name.TotalHours), `$_.$name" } else { Get-Script $kind $name "', '" } }
    $width = switch ($kind) {
        'Time' { 19 }
        'Duration' { 12 }
        'Flag' { 5 }
        'Enum' { $bare = Get-PropertyType $View $Type $name; ([Enum]::GetNames([Nullable]::GetUnderlyingType($bare) ?? $bare).ForEach{ $_.Length } | Measure-Object -Maximum).Maximum }
        default { $given ?? $(throw "$($Type.Name).$name needs a width.") }
    }
    [pscustomobject]@{
        Name = $name; Label = $label; Script = $script; Right = $kind -in 'Number', 'Duration'
        Width = if ($width -eq '*') { 0 } else { [Math]::Max([int]$width, $label.Length) }
    }
}

# The property that a column shows, or from which its script starts.
function Get-ShownProperty([string] $Text) {
    $name = ($Text -split '[:=]').Where({ $_ -match '^[A-Za-z]' })[-1]
    if ($source.Scripts[$name]) { [regex]::Match($source.Scripts[$name], '\$_\.(\w+)').Groups[1].Value } else { $name }
}

function Write-Table($Writer, $View, [type] $Type) {
    $columns = $View.Table | ForEach-Object { Read-Column $View $Type $_ }
    $Writer.WriteStartElement('TableControl')
    $Writer.WriteStartElement('TableHeaders')
    foreach ($column in $columns) {
        $Writer.WriteStartElement('TableColumnHeader')
        $Writer.WriteElementString('Label', $column.Label)
        if ($column.Width) { $Writer.WriteElementString('Width', "$($column.Width)") }
        if ($column.Right) { $Writer.WriteElementString('Alignment', 'Right') }
        $Writer.WriteEndElement()
    }
    $Writer.WriteEndElement()
    $Writer.WriteStartElement('TableRowEntries')
    $Writer.WriteStartElement('TableRowEntry')
    $Writer.WriteElementString('Wrap', $null)
    $Writer.WriteStartElement('TableColumnItems')
    foreach ($column in $columns) { Write-Item $Writer 'TableColumnItem' $column.Name $column.Script }
    foreach ($level in 1..4) { $Writer.WriteEndElement() }
}

function Write-List($Writer, $View, [type] $Type) {
    foreach ($element in 'ListControl', 'ListEntries', 'ListEntry', 'ListItems') { $Writer.WriteStartElement($element) }
    foreach ($name in $View.List) {
        $script = Get-Script (Get-Kind (Get-PropertyType $View $Type $name)) $name '[Environment]::NewLine'
        Write-Item $Writer 'ListItem' $name $script $(if ($script) { $name })
    }
    foreach ($level in 1..4) { $Writer.WriteEndElement() }
}

function Write-Json($Writer) {
    foreach ($element in 'CustomControl', 'CustomEntries', 'CustomEntry', 'CustomItem') { $Writer.WriteStartElement($element) }
    Write-Item $Writer 'ExpressionBinding' 'Json'
    foreach ($level in 1..4) { $Writer.WriteEndElement() }
}

function Write-View($Writer, $View, [type] $Type, [string] $Form) {
    $Writer.WriteStartElement('View')
    $Writer.WriteElementString('Name', "$($View.Type).$Form")
    $Writer.WriteStartElement('ViewSelectedBy')
    $Writer.WriteElementString('TypeName', $View.Type)
    $Writer.WriteEndElement()
    switch ($Form) {
        'Table' { Write-Table $Writer $View $Type }
        'List' { Write-List $Writer $View $Type }
        'Json' { Write-Json $Writer }
    }
    $Writer.WriteEndElement()
}

function Write-Note($Writer, [string] $Name, [string] $Value) {
    $Writer.WriteStartElement('NoteProperty')
    $Writer.WriteElementString('Name', $Name)
    $Writer.WriteElementString('Value', $Value)
    $Writer.WriteEndElement()
}

# A type's members: extra ones, and those in PSStandardMembers that say how it travels.
function Write-Type($Writer, [string] $Name, [hashtable] $Alias, [hashtable] $Note, [hashtable] $Sets = @{}) {
    $Writer.WriteStartElement('Type')
    $Writer.WriteElementString('Name', $Name)
    $Writer.WriteStartElement('Members')
    foreach ($one in $Alias.Keys | Sort-Object) {
        $Writer.WriteStartElement('AliasProperty')
        $Writer.WriteElementString('Name', $one)
        $Writer.WriteElementString('ReferencedMemberName', $Alias[$one])
        $Writer.WriteEndElement()
    }
    $Writer.WriteStartElement('MemberSet')
    $Writer.WriteElementString('Name', 'PSStandardMembers')
    $Writer.WriteStartElement('Members')
    foreach ($one in $Note.Keys | Sort-Object) { Write-Note $Writer $one $Note[$one] }
    foreach ($set in $Sets.Keys | Sort-Object) {
        $Writer.WriteStartElement('PropertySet')
        $Writer.WriteElementString('Name', $set)
        $Writer.WriteStartElement('ReferencedProperties')
        foreach ($one in $Sets[$set]) { $Writer.WriteElementString('Name', $one) }
        $Writer.WriteEndElement()
        $Writer.WriteEndElement()
    }
    foreach ($level in 1..4) { $Writer.WriteEndElement() }
}

function New-Document([string] $Name, [string] $Comment, [scriptblock] $Body) {
    $settings = [System.Xml.XmlWriterSettings]@{ Indent = $true; NewLineChars = "`n"; Encoding = [System.Text.UTF8Encoding]::new($false) }
    $path = Join-Path $OutFolder $Name
    $writer = [System.Xml.XmlWriter]::Create($path, $settings)
    try {
        $writer.WriteStartDocument()
        $writer.WriteComment(" $Comment Made by New-ViewFile.ps1 from Views.psd1. ")
        & $Body $writer
    }
    finally { $writer.Dispose() }
    [System.IO.File]::AppendAllText($path, "`n")
}

New-Document 'TenantEncryption.Format.ps1xml' 'How each output looks.' {
    param($writer)
    $writer.WriteStartElement('Configuration')
    $writer.WriteStartElement('ViewDefinitions')
    foreach ($view in $source.Views) {
        $type = $core.GetType($view.Type, $true)
        $forms = @($view['Default'] ?? 'Table') + @('Table', 'List') | Select-Object -Unique
        foreach ($form in $forms) { Write-View $writer $view $type $form }
    }
    $writer.WriteEndElement()
    $writer.WriteEndElement()
}

New-Document 'TenantEncryption.Types.ps1xml' 'What outputs have beside their properties, and how they travel through Clixml and jobs.' {
    param($writer)
    $writer.WriteStartElement('Types')
    foreach ($view in $source.Views) {
        $alias = $view['Aliases'] ?? @{}
        $note = @{ SerializationMethod = 'SpecificProperties'; SerializationDepth = "$($view['Depth'] ?? 3)" }
        Write-Type $writer $view.Type $alias $note @{
            PropertySerializationSet  = @($view.List) + @($alias.Keys | Sort-Object) | Select-Object -Unique
            # What PowerShell shows of an object that comes after one of another type, where it takes no view.
            DefaultDisplayPropertySet = $view.Table | ForEach-Object { Get-ShownProperty $_ } | Select-Object -Unique
        }
    }
    foreach ($enum in $core.GetExportedTypes() | Where-Object IsEnum | Sort-Object FullName) { Write-Type $writer $enum.FullName @{} @{ SerializationMethod = 'String' } }
    Write-Type $writer 'Deserialized.System.DateTimeOffset' @{} @{ TargetTypeForDeserialization = 'TenantEncryption.PowerShell.Hosting.SerializedTime' }
    $writer.WriteEndElement()
}
