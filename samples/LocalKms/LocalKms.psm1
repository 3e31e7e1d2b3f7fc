<#
    Runs the local KMS and calls it, signed, with nothing but PowerShell. The access key "local" with the secret "local" is the root of the account
    111122223333 there. It is for samples and tests: its keys protect nothing.
#>
Set-StrictMode -Version 3

$service = 'kms'

function Get-Hash([string] $Text) {
    [Convert]::ToHexString([System.Security.Cryptography.SHA256]::HashData([Text.Encoding]::UTF8.GetBytes($Text))).ToLowerInvariant()
}

function Get-Mac([byte[]] $Key, [string] $Text) {
    , [System.Security.Cryptography.HMACSHA256]::HashData($Key, [Text.Encoding]::UTF8.GetBytes($Text))
}

<#
.SYNOPSIS
    Starts a local KMS on a free port.
.PARAMETER Program
    TenantEncryption.LocalKms.dll.
.OUTPUTS
    An object with Url and Process.
#>
function Start-LocalKms {
    [CmdletBinding()]
    param(
        [string] $Program = (Join-Path $PSScriptRoot '../../src/TenantEncryption.LocalKms/bin/Release/net10.0/TenantEncryption.LocalKms.dll')
    )

    $start = [System.Diagnostics.ProcessStartInfo]::new('dotnet')
    foreach ($argument in $Program, '--urls', 'http://127.0.0.1:0') { $start.ArgumentList.Add($argument) }
    $start.RedirectStandardOutput = $true
    $start.UseShellExecute = $false
    $process = [System.Diagnostics.Process]::Start($start)
    while ($null -ne ($line = $process.StandardOutput.ReadLine())) {
        if ($line -match 'Listening on (?<url>\S+)') {
            return [pscustomobject]@{ Url = $Matches.url.TrimEnd('/'); Process = $process }
        }
    }
    throw "The local KMS did not start (exit code $($process.ExitCode)). Was $Program built?"
}

<#
.SYNOPSIS
    Stops a local KMS.
#>
function Stop-LocalKms {
    [CmdletBinding()]
    param([Parameter(Mandatory)] $LocalKms)

    $LocalKms.Process.Kill()
    $LocalKms.Process.WaitForExit()
    $LocalKms.Process.Dispose()
}

<#
.SYNOPSIS
    Calls an operation of AWS KMS with Signature Version 4 (AWS General Reference, "Create a signed AWS API request").
.EXAMPLE
    (Invoke-LocalKms $kms CreateKey @{ Description = 'a master key' }).KeyMetadata.Arn
#>
function Invoke-LocalKms {
    [CmdletBinding()]
    param(
        [Parameter(Mandatory)] $LocalKms,
        [Parameter(Mandatory)] [string] $Operation,
        [hashtable] $Request = @{},
        [string] $Region = 'eu-west-1',
        # Whose call it is: an access key that is its own secret, such as that of the account's root.
        [string] $AccessKey = 'local'
    )

    $uri = [uri] $LocalKms.Url
    $body = $Request | ConvertTo-Json -Depth 9 -Compress
    $time = [DateTime]::UtcNow.ToString("yyyyMMdd'T'HHmmss'Z'", [cultureinfo]::InvariantCulture)
    $scope = "$($time.Substring(0, 8))/$Region/$service/aws4_request"
    $canonical = @(
        'POST', '/', ''
        'content-type:application/x-amz-json-1.1'
        "host:$($uri.Authority)"
        "x-amz-date:$time"
        "x-amz-target:TrentService.$Operation"
        ''
        'content-type;host;x-amz-date;x-amz-target'
        (Get-Hash $body)
    ) -join "`n"
    $key = Get-Mac ([Text.Encoding]::UTF8.GetBytes("AWS4$AccessKey")) $time.Substring(0, 8)
    foreach ($part in $Region, $service, 'aws4_request') { $key = Get-Mac $key $part }
    $signature = [Convert]::ToHexString((Get-Mac $key (('AWS4-HMAC-SHA256', $time, $scope, (Get-Hash $canonical)) -join "`n"))).ToLowerInvariant()

    $web = @{
        Uri                  = $uri
        Method               = 'Post'
        Body                 = [Text.Encoding]::UTF8.GetBytes($body)
        ContentType          = 'application/x-amz-json-1.1'
        SkipHeaderValidation = $true
        Headers              = @{
            'X-Amz-Date'    = $time
            'X-Amz-Target'  = "TrentService.$Operation"
            'Authorization' = "AWS4-HMAC-SHA256 Credential=$AccessKey/$scope, SignedHeaders=content-type;host;x-amz-date;x-amz-target, Signature=$signature"
        }
    }
    $answer = Invoke-WebRequest @web
    $text = if ($answer.Content -is [byte[]]) { [Text.Encoding]::UTF8.GetString($answer.Content) } else { $answer.Content }
    if ($text) { $text | ConvertFrom-Json }
}

<#
.SYNOPSIS
    Has calls of a local KMS go wrong from now on, as its README tells; without a plan, none.
.EXAMPLE
    Set-LocalKmsFault $kms @{ regionsDown = @('eu-west-1') }
#>
function Set-LocalKmsFault {
    [CmdletBinding()]
    param(
        [Parameter(Mandatory)] $LocalKms,
        [hashtable] $Plan = @{}
    )

    $null = Invoke-RestMethod -Method Put -Uri "$($LocalKms.Url)/_localkms/faults" -Body ($Plan | ConvertTo-Json)
}

Export-ModuleMember -Function Start-LocalKms, Stop-LocalKms, Invoke-LocalKms, Set-LocalKmsFault
