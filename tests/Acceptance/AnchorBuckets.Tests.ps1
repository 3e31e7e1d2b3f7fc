#Requires -Modules @{ ModuleName = 'Pester'; ModuleVersion = '5.0' }
# docs/guides/anchors.md is followed as it stands, with moto_server in the place of Amazon S3; and what the cmdlets have beside it.
BeforeDiscovery {
    $missing = $IsWindows -or -not (Get-Command moto_server -ErrorAction Ignore)
}

BeforeAll {
    Import-Module (Join-Path $PSScriptRoot 'Sandbox.psm1')
    Import-Module (Join-Path $PSScriptRoot 'Pages.psm1')
    $sandbox = Enter-Sandbox
    $page = Join-Path $PSScriptRoot '../../docs/guides/anchors.md' | Convert-Path

    # What the page's administrator does with the AWS CLI.
    function New-Bucket([string] $Name, [switch] $Locked) {
        $headers = if ($Locked) { @{ 'x-amz-bucket-object-lock-enabled' = 'true' } } else { @{} }
        $null = Invoke-RestMethod -Method Put "$($moto.Url)/$Name" -Headers $headers
        if ($Locked) {
            $null = Invoke-RestMethod -Method Put "$($moto.Url)/${Name}?object-lock" -ContentType application/xml -Body '<ObjectLockConfiguration><ObjectLockEnabled>Enabled</ObjectLockEnabled><Rule><DefaultRetention><Mode>COMPLIANCE</Mode><Days>365</Days></DefaultRetention></Rule></ObjectLockConfiguration>'
            $null = Invoke-RestMethod -Method Put "$($moto.Url)/${Name}?versioning" -ContentType application/xml -Body '<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>'
        }
    }

    if (Get-Command moto_server -ErrorAction Ignore) { $moto = Start-MotoServer }
}

AfterAll {
    Exit-Sandbox $sandbox
    if ($moto) { $moto.Process.Kill(); $moto.Process.WaitForExit() }
}

Describe 'Anchors in a bucket' -Skip:$missing {
    BeforeAll {
        $environment = "`$env:AWS_ENDPOINT_URL_S3 = '$($moto.Url)'; `$env:AWS_REGION = 'us-east-1'"
    }

    It 'are as the guide says' {
        New-Bucket acme-audit -Locked
        New-Bucket acme-scratch
        $folder = Join-Path $pwd guide
        foreach ($name in 'desk', 'store', 'config') { $null = New-Item -ItemType Directory (Join-Path $folder $name) }
        $set = "$environment; `$env:TENANTENCRYPTION_HOME = '$folder/store'; `$env:XDG_CONFIG_HOME = '$folder/config'; Remove-Item -ErrorAction Ignore env:TENANTENCRYPTION_STORE"
        $run = Invoke-Runbook "$set; Remove-Module TenantEncryption; & '$(Join-Path $PSScriptRoot Invoke-Page.ps1)' -Page '$page' -Folder '$folder/desk'"
        if ($run.Output -notmatch '(?s)BLOCKS (?<blocks>\[.*)') { throw "The page came to no end: $($run.Errors) $($run.Output)" }
        $blocks = $Matches.blocks | ConvertFrom-Json
        $blocks.Count | Should -Be @(Get-PageBlock $page).Count
        foreach ($block in $blocks) {
            $where = "line $($block.Line), of`n$($block.Code)"
            if ($null -ne $block.Printed) { $block.AsPrinted | Should -BeTrue -Because "$where`nit printed`n$($block.Output)" }
            else { $block.Problems | Should -BeNullOrEmpty -Because $where }
        }
        (Invoke-WebRequest "$($moto.Url)/acme-audit?list-type=2&prefix=anchors/").Content | Should -BeLike '*/000000000001.json</Key>*/000000000002.json</Key>*'
    }

    It 'are made by one of several that come at once, put where they lack, and found when they are hidden' {
        New-Bucket acme-more -Locked
        $file = Join-Path $sandbox.Root anchors.jsonl
        $run = Invoke-Runbook @"
$environment
`$null = New-EncryptionTenant acme
`$place = 's3://acme-more/anchors/'
`$one = New-EncryptionAnchor -Bucket `$place -Interval 01:00:00
`$null = Update-KeyEncryptionKey acme
`$same = New-EncryptionAnchor -Bucket `$place -Interval 01:00:00
`$two = New-EncryptionAnchor '$file'
`$whatIf = New-EncryptionAnchor -Bucket `$place -WhatIf
`$again = New-EncryptionAnchor -Bucket `$place -RetentionMode Governance -RetentionDays 7
"NUMBERS `$(`$one.Number) `$(`$same.Number) `$(`$two.Number) `$(`$again.Number) `$(@(`$whatIf).Count)"
"BOTH `$((Test-EncryptionEventLog -Anchor s3://acme-more/anchors, '$file').Anchors)"
foreach (`$wrong in { New-EncryptionAnchor s3://acme-more/anchors }, { New-EncryptionAnchor -RetentionDays 7 }, { New-EncryptionAnchor -Bucket `$place -RetentionDays 7 }, { New-EncryptionAnchor -Bucket nothing }) {
    try { `$null = & `$wrong; 'WRONG none' } catch { "WRONG `$(`$_.FullyQualifiedErrorId.Split(',')[0])" }
}
`$key = "anchors/`$(`$one.StoreId)/000000000001.json"
`$null = Invoke-RestMethod -Method Delete "$($moto.Url)/acme-more/`$key" -SkipHeaderValidation -Headers @{ Authorization = 'AWS4-HMAC-SHA256 Credential=local/20260101/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=0' }
`$hidden = Test-EncryptionEventLog -Anchor s3://acme-more/anchors
"HIDDEN `$(`$hidden.Code) `$(`$hidden.Detail)"
"@
        $run.Output | Should -BeLike "*NUMBERS 1 1 2 2 0*" -Because $run.Errors
        $run.Output | Should -BeLike '*BOTH 2*'
        ([regex]::Matches($run.Output, 'WRONG (\w+)')).ForEach{ $_.Groups[1].Value } | Should -Be (@('INVALID_INPUT') * 4)
        $run.Output | Should -BeLike '*HIDDEN EVENT_LOG_ALTERED The anchors: *000000000001.json* was deleted: a delete marker hides it.*'
    }
}
