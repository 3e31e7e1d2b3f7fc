#!/usr/bin/env pwsh
<#
.SYNOPSIS
    Writes the cmdlets' help file (MAML) from the documentation in their sources.
.DESCRIPTION
    Of a cmdlet's class, summary is the synopsis, remarks the description and each example an example; of a parameter's property, summary is its description.
    Syntax, positions, pipeline binding and aliases come from the built module, so that they can't be wrong.
.PARAMETER Module
    The built module.
.PARAMETER Documentation
    The documentation file that the compiler wrote.
.PARAMETER OutFile
    The help file to write.
#>
[CmdletBinding()]
param(
    [string] $Module = (Join-Path $PSScriptRoot '../../../out/TenantEncryption'),
    [string] $Documentation = (Join-Path $PSScriptRoot '../bin/Release/net10.0/TenantEncryption.PowerShell.xml'),
    [string] $OutFile = (Join-Path $PSScriptRoot '../../../module/en-US/TenantEncryption.PowerShell.dll-Help.xml')
)

$ErrorActionPreference = 'Stop'
Set-StrictMode -Version 3

$maml = 'http://schemas.microsoft.com/maml/2004/10'
$command = 'http://schemas.microsoft.com/maml/dev/command/2004/10'
$dev = 'http://schemas.microsoft.com/maml/dev/2004/10'
$common = [System.Management.Automation.PSCmdlet]::CommonParameters
$standard = @{
    WhatIf  = 'Shows what would happen. Nothing is changed.'
    Confirm = 'Asks before the command changes something; -Confirm:$false never asks.'
}

$members = @{}
foreach ($member in ([xml](Get-Content -LiteralPath $Documentation -Raw)).doc.members.member) {
    $members[$member.name] = $member
}

function ConvertTo-Text($Node) {
    if ($null -eq $Node) { return '' }
    $copy = $Node.CloneNode($true)
    foreach ($reference in @($copy.SelectNodes('.//see|.//paramref'))) {
        $name = ($reference.GetAttribute('cref'), $reference.GetAttribute('langword'), $reference.GetAttribute('name')).Where({ $_ }, 'First')[0]
        $null = $reference.ParentNode.ReplaceChild($copy.OwnerDocument.CreateTextNode(($name -replace '^\w:.*\.')), $reference)
    }
    ($copy.InnerText -replace '\s+', ' ').Trim()
}

function Get-Description($Type, $Name) {
    $property = $Type.GetProperty($Name)
    if ($null -eq $property) { return $standard[$Name] }
    $text = ConvertTo-Text $members["P:$($property.DeclaringType.FullName).$Name"].SelectSingleNode('summary')
    if ($text) { $text } else { throw "$($Type.Name).$Name has no documentation." }
}

function Write-Paragraph($Writer, $Element, $Namespace, $Text) {
    $Writer.WriteStartElement($Element, $Namespace)
    $Writer.WriteElementString('para', $maml, $Text)
    $Writer.WriteEndElement()
}

function Write-Parameter($Writer, $Type, $Parameter) {
    $pipeline = @(
        if ($Parameter.ValueFromPipeline) { 'ByValue' }
        if ($Parameter.ValueFromPipelineByPropertyName) { 'ByPropertyName' }
    ) -join ', '
    $Writer.WriteStartElement('parameter', $command)
    $Writer.WriteAttributeString('required', "$($Parameter.IsMandatory)".ToLowerInvariant())
    $Writer.WriteAttributeString('variableLength', "$($Parameter.ParameterType.IsArray)".ToLowerInvariant())
    $Writer.WriteAttributeString('globbing', "$([bool]($Parameter.Attributes | Where-Object { $_ -is [SupportsWildcards] }))".ToLowerInvariant())
    $Writer.WriteAttributeString('pipelineInput', $(if ($pipeline) { "True ($pipeline)" } else { 'False' }))
    $Writer.WriteAttributeString('position', $(if ($Parameter.Position -ge 0) { "$($Parameter.Position)" } else { 'named' }))
    $Writer.WriteAttributeString('aliases', $(if ($Parameter.Aliases.Count) { $Parameter.Aliases -join ', ' } else { 'none' }))
    $Writer.WriteElementString('name', $maml, $Parameter.Name)
    Write-Paragraph $Writer 'description' $maml (Get-Description $Type $Parameter.Name)
    $valueType = [Nullable]::GetUnderlyingType($Parameter.ParameterType) ?? $Parameter.ParameterType
    if ($valueType -ne [switch]) {
        $Writer.WriteStartElement('parameterValue', $command)
        $Writer.WriteAttributeString('required', 'true')
        $Writer.WriteString($valueType.Name)
        $Writer.WriteEndElement()
    }
    if ($valueType.IsEnum) {
        $Writer.WriteStartElement('parameterValueGroup', $command)
        foreach ($name in [Enum]::GetNames($valueType)) { $Writer.WriteElementString('parameterValue', $command, $name) }
        $Writer.WriteEndElement()
    }
    $Writer.WriteEndElement()
}

function Write-Command($Writer, $Cmdlet) {
    $type = $Cmdlet.ImplementingType
    $documented = $members["T:$($type.FullName)"]
    $Writer.WriteStartElement('command', 'command', $command)
    $Writer.WriteStartElement('details', $command)
    $Writer.WriteElementString('name', $command, $Cmdlet.Name)
    $Writer.WriteElementString('verb', $command, $Cmdlet.Verb)
    $Writer.WriteElementString('noun', $command, $Cmdlet.Noun)
    Write-Paragraph $Writer 'description' $maml (ConvertTo-Text $documented.SelectSingleNode('summary'))
    $Writer.WriteEndElement()
    Write-Paragraph $Writer 'description' $maml (ConvertTo-Text $documented.SelectSingleNode('remarks'))

    $all = [ordered]@{}
    $Writer.WriteStartElement('syntax', $command)
    foreach ($set in $Cmdlet.ParameterSets) {
        $Writer.WriteStartElement('syntaxItem', $command)
        $Writer.WriteElementString('name', $maml, $Cmdlet.Name)
        $parameters = $set.Parameters | Where-Object Name -NotIn $common |
            Sort-Object { if ($_.Position -ge 0) { $_.Position } else { [int]::MaxValue } }, { -not $_.IsMandatory }, Name
        foreach ($parameter in $parameters) {
            Write-Parameter $Writer $type $parameter
            $all[$parameter.Name] ??= $parameter
        }
        $Writer.WriteEndElement()
    }
    $Writer.WriteEndElement()

    $Writer.WriteStartElement('parameters', $command)
    foreach ($parameter in $all.Values | Sort-Object Name) { Write-Parameter $Writer $type $parameter }
    $Writer.WriteEndElement()

    $Writer.WriteStartElement('returnValues', $command)
    foreach ($output in $Cmdlet.OutputType) {
        $Writer.WriteStartElement('returnValue', $command)
        $Writer.WriteStartElement('type', $dev)
        $Writer.WriteElementString('name', $maml, $output.Name)
        $Writer.WriteEndElement()
        $Writer.WriteEndElement()
    }
    $Writer.WriteEndElement()

    $Writer.WriteStartElement('examples', $command)
    $number = 0
    foreach ($example in $documented.SelectNodes('example')) {
        $number++
        $Writer.WriteStartElement('example', $command)
        $Writer.WriteElementString('title', $maml, "Example $number")
        $Writer.WriteElementString('code', $dev, $example.SelectSingleNode('code').InnerText.Trim())
        Write-Paragraph $Writer 'remarks' $dev (ConvertTo-Text $example.SelectSingleNode('para'))
        $Writer.WriteEndElement()
    }
    $Writer.WriteEndElement()
    $Writer.WriteEndElement()
}

Import-Module $Module -Force
$settings = [System.Xml.XmlWriterSettings]@{ Indent = $true; NewLineChars = "`n"; Encoding = [System.Text.UTF8Encoding]::new($false) }
$null = New-Item -ItemType Directory -Force (Split-Path $OutFile)
$writer = [System.Xml.XmlWriter]::Create($OutFile, $settings)
try {
    $writer.WriteStartElement('helpItems', 'http://msh')
    $writer.WriteAttributeString('schema', 'maml')
    $writer.WriteAttributeString('xmlns', 'maml', $null, $maml)
    $writer.WriteAttributeString('xmlns', 'dev', $null, $dev)
    foreach ($cmdlet in Get-Command -Module TenantEncryption | Sort-Object Name) { Write-Command $writer $cmdlet }
    $writer.WriteEndElement()
}
finally {
    $writer.Dispose()
}
[System.IO.File]::AppendAllText($OutFile, "`n")
