#Requires -Modules @{ ModuleName = 'Pester'; ModuleVersion = '5.0' }
BeforeAll {
    Import-Module (Join-Path $PSScriptRoot 'Sandbox.psm1')
    $sandbox = Enter-Sandbox
    $qlikRole = 'arn:aws:iam::338144066592:role/byok-encryption-proxy-role'
    $keyArn = 'arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab'

    # What Tableau's Key Policy dialog shows; the account of its own example has letters, which no AWS account has.
    $tableau = @'
{
    "Version": "2012-10-17",
    "Id": "sfdc-key-access-policy",
    "Statement": [
{ "Sid": "AllowSalesforceShieldKeyBroker1234567890abc", "Effect": "Allow", "Principal": { "AWS": "arn:aws:sts::123456789012:assumed-role/EkmAwsKmsAccessRole/session12" }, "Action": [ "kms:GenerateDataKey*", "kms:Decrypt" ], "Resource": "*", "Condition": { "StringEquals": { "kms:EncryptionContext:sf-auth": "abcdefghij" } } }
] }
'@

    function Get-Code([scriptblock] $Script) {
        try { & $Script; 'none' } catch { $_.FullyQualifiedErrorId -replace ',.*' }
    }

    # A tenant of Qlik Cloud with a registered key of its own, without a replica or, in eu-north-1, where none is asked for.
    function New-QlikProvider([string] $TenantId, [string] $KeyArn, [string] $Organization) {
        $null = New-EncryptionTenant $TenantId -Platform qlik-cloud -Organization $Organization
        New-KeyProvider -TenantId $TenantId -Name "$TenantId-cmk" -KeyArn ($KeyArn ? $KeyArn : (New-LocalKey $sandbox).Arn) -EndpointUrl $sandbox.LocalKms.Url
    }
}

AfterAll {
    Exit-Sandbox $sandbox
}

Describe 'Get-KeyPolicy' {
    It 'of a platform needs neither a key, nor an account, nor a store' {
        $run = Invoke-Runbook "`$env:TENANTENCRYPTION_HOME = '$($sandbox.Root)/none'; Get-KeyPolicy -Platform qlik-cloud -TenantId t1, t2 -StatementOnly -AsJson -WarningAction SilentlyContinue"
        $run.Errors | Should -BeNullOrEmpty
        $statement = $run.Output | ConvertFrom-Json
        $statement.Principal.AWS | Should -HaveCount 4
        $statement.Condition.StringEquals.'kms:EncryptionContext:TenantId' | Should -Be 't1', 't2'
        Join-Path $sandbox.Root none | Should -Not -Exist
    }

    It 'shows the JSON by default, which is the same text as -AsJson' {
        $policy = Get-KeyPolicy -Platform qlik-cloud-government -TenantId t1 -StatementOnly
        ($policy | Out-String -Width 400).Trim() -split '\r?\n' | Should -Be ($policy.Json -split '\n')
        ($policy.Json | ConvertFrom-Json).Sid | Should -HaveCount 2
    }

    It 'is whole with the key''s ARN and administrators' {
        $policy = Get-KeyPolicy -Platform qlik-cloud -TenantId t1 -KeyArn $keyArn -Administrator arn:aws:iam::111122223333:role/KeyAdmin
        $policy.Statements.Sid | Select-Object -First 2 | Should -Be 'Enable IAM User Permissions', 'Allow access for Key Administrators'
        $policy | Test-KeyPolicy -TenantId t1 -KeyArn $keyArn -Quiet | Should -BeTrue
    }

    It 'names what is missing and where it comes from' {
        { Get-KeyPolicy -Platform tableau-cloud -ErrorAction Stop } | Should -Throw -ErrorId 'PLACEHOLDER_MISSING,*' -ExpectedMessage '*SidSuffix*SfAuth*'
        { Get-KeyPolicy -Platform amazon-q-business -ErrorAction Stop } | Should -Throw -ErrorId 'PLACEHOLDER_MISSING,*' -ExpectedMessage "*AdminRole*Region, from the key's ARN*"
        { Get-KeyPolicy -Platform qlik-cloud -TenantId a -Parameter @{ Nonsense = 1 } -ErrorAction Stop } | Should -Throw -ErrorId 'INVALID_INPUT,*' -ExpectedMessage '*TenantIds*'
    }

    It 'takes what Tableau shows as <_>' -ForEach 'text', 'a file' {
        Set-Content tableau.json $tableau
        $from = $_ -eq 'text' ? $tableau : './tableau.json'
        $statement = Get-KeyPolicy -Platform tableau-cloud -From $from -StatementOnly -AsJson
        ($statement | ConvertFrom-Json | ConvertTo-Json -Depth 9 -Compress) | Should -Be (($tableau | ConvertFrom-Json).Statement[0] | ConvertTo-Json -Depth 9 -Compress)
    }

    It 'names the difference when it is not what Tableau shows' {
        { Get-KeyPolicy -Platform tableau-cloud -From ($tableau -replace 'sf-auth', 'sf-other') -ErrorAction Stop } |
            Should -Throw -ErrorId 'TEMPLATE_MISMATCH,*' -ExpectedMessage '*lacks kms:EncryptionContext:sf-auth*'
        Get-Code { Get-KeyPolicy -Platform tableau-cloud -From '{ no' -ErrorAction Stop } | Should -Be 'MALFORMED_POLICY'
        Get-Code { Get-KeyPolicy -Platform tableau-cloud -From nofile.json -ErrorAction Stop } | Should -Be 'SOURCE_NOT_FOUND'
    }

    It 'warns of several tenants, and that KMS would refuse an example account' {
        Get-KeyPolicy -Platform qlik-cloud -TenantId a, b -KeyArn $keyArn -WarningVariable warnings -WarningAction SilentlyContinue | Out-Null
        "$warnings" | Should -BeLike '*2 tenants share the key*'
        Get-KeyPolicy -Platform tableau-cloud -From ($tableau -replace '123456789012', '123456789abc') -KeyArn $keyArn -WarningVariable warnings -WarningAction SilentlyContinue | Out-Null
        "$warnings" | Should -BeLike '*KMS would refuse*123456789abc*'
    }
}

Describe 'Set-KeyPolicy' {
    It 'makes a refused key work, changes nothing the second time, and shows the difference before' {
        $provider = New-QlikProvider acme
        $live = Get-KeyPolicy $provider -Live -AsJson
        Test-KeyPolicy $live -Platform qlik-cloud -TenantId acme | ForEach-Object Code | Should -Be 'POLICY_DENIED'

        $whatIf = Invoke-Runbook "`$env:TENANTENCRYPTION_HOME = '$env:TENANTENCRYPTION_HOME'; Set-KeyPolicy acme-cmk -WhatIf"
        $whatIf.Output | Should -BeLike '*--- eu-west-1 (live)*+            "acme"*'
        Get-KeyPolicy $provider -Live -AsJson | Should -Be $live

        $provider | Set-KeyPolicy -Confirm:$false | Should -BeNullOrEmpty
        (Get-KeyPolicy $provider -Live | Test-KeyPolicy -TenantId acme).Code | Should -Be 'SUCCESS'
        (Get-KeyPolicy $provider -Merged).Changes | Should -BeNullOrEmpty
        $before = @(Get-EncryptionEvent -Type *keypolicy.updated).Count
        Set-KeyPolicy $provider -Confirm:$false
        @(Get-EncryptionEvent -Type *keypolicy.updated).Count | Should -Be $before
    }

    It 'keeps the statements of others and the tenants that are listed' {
        $key = (New-LocalKey $sandbox).Arn
        $first = New-QlikProvider one $key
        $null = New-QlikProvider two $key
        Set-KeyPolicy $first -Confirm:$false
        $change = (Get-KeyPolicy two-cmk -Merged -WarningAction SilentlyContinue).Changes
        $change.Added | Should -Be 'Condition StringEquals kms:EncryptionContext:TenantId two'
        "$($change.Kind)" | Should -Be 'Updated'
        $policy = Set-KeyPolicy two-cmk -Confirm:$false -PassThru -WarningAction SilentlyContinue
        $policy.Statements[0].Sid | Should -Be 'Enable IAM User Permissions'
        ($policy.Json | ConvertFrom-Json).Statement[1].Condition.StringEquals.'kms:EncryptionContext:TenantId' | Should -Be 'one', 'two'
    }

    It 'asks, and where it can''t says so and puts nothing' {
        $provider = New-QlikProvider asked
        $run = Invoke-Runbook "`$env:TENANTENCRYPTION_HOME = '$env:TENANTENCRYPTION_HOME'; Set-KeyPolicy asked-cmk -ErrorVariable e -ErrorAction SilentlyContinue; `$e[0].FullyQualifiedErrorId" -Option '-NonInteractive'
        $run.Output | Should -BeLike '*CONFIRMATION_REQUIRED,*'
        (Get-KeyPolicy $provider -Live).Statements | Should -HaveCount 1
    }

    It 'refuses a key of two organisations on Qlik' {
        $null = New-EncryptionTenant beta -Platform qlik-cloud -Organization Beta
        $null = New-QlikProvider alpha -Organization Alpha
        { Set-KeyPolicy alpha-cmk -TenantId alpha, beta -Confirm:$false -ErrorAction Stop } | Should -Throw -ErrorId 'KEY_SHARED_ACROSS_ORGANIZATIONS,*'
    }

    It 'sets every region of a multi-Region key' {
        $key = (Invoke-LocalKms $sandbox.LocalKms CreateKey @{ MultiRegion = $true }).KeyMetadata.Arn
        $null = Invoke-LocalKms $sandbox.LocalKms ReplicateKey @{ KeyId = $key; ReplicaRegion = 'eu-west-3' }
        $provider = New-QlikProvider everywhere $key
        (Set-KeyPolicy $provider -Confirm:$false -PassThru).Region | Should -Be 'eu-west-1', 'eu-west-3'
        foreach ($policy in Get-KeyPolicy $provider -Live) {
            Test-KeyPolicy $policy -TenantId everywhere -KeyArn $policy.KeyArn -Quiet | Should -BeTrue
        }
    }

    It 'names the internal KMS and an unknown tenant' {
        $null = New-QlikProvider known
        Get-Code { Get-KeyProvider -TenantId known -Type Internal | Set-KeyPolicy -Confirm:$false -ErrorAction Stop } | Should -Be 'INVALID_INPUT'
        Get-Code { Set-KeyPolicy known-cmk -TenantId nobody -Confirm:$false } | Should -Be 'TENANT_NOT_FOUND'
    }
}

Describe 'Test-KeyPolicy' {
    BeforeAll {
        $right = Get-KeyPolicy -Platform qlik-cloud -TenantId t1 -KeyArn $keyArn
    }

    It 'finds <Code> when <Name>' -ForEach @(
        @{ Name = 'an action is missing'; From = '"kms:Decrypt",'; To = ''; Code = 'POLICY_DENIED'; Finding = 'MISSING_ACTION' }
        @{ Name = 'a role is missing'; From = '338144066592:role/byok-encryption'; To = '111122223333:role/byok-encryption'; Code = 'POLICY_DENIED'; Finding = 'MISSING_PRINCIPAL' }
        @{ Name = 'the tenant is another one'; From = '"t1"'; To = '"t2"'; Code = 'POLICY_DENIED'; Finding = 'WRONG_CONTEXT_VALUE' }
        @{ Name = 'the context key is another one'; From = ':TenantId"'; To = ':Tenant"'; Code = 'POLICY_DENIED'; Finding = 'WRONG_CONTEXT_KEY' }
        @{ Name = 'any tenant will do'; From = 'StringEquals'; To = 'StringNotEquals'; Code = 'POLICY_DENIED'; Finding = 'CONTEXT_NOT_ENFORCED' }
        @{ Name = 'the account is left out'; From = '"kms:\*"'; To = '"kms:Describe*"'; Code = 'POLICY_LOCKOUT'; Finding = 'ACCOUNT_LOCKED_OUT' }
        @{ Name = 'a statement is malformed'; From = '"Effect": "Allow"'; To = '"Effect": "allow"'; Code = 'MALFORMED_POLICY'; Finding = 'MALFORMED_STATEMENT' }
        @{ Name = 'the JSON is malformed'; From = '"Resource": "\*",'; To = '"Resource": "*"'; Code = 'MALFORMED_POLICY'; Finding = 'MALFORMED_JSON' }
    ) {
        $result = $right.Json -replace $From, $To | Test-KeyPolicy -Platform qlik-cloud -TenantId t1 -KeyArn $keyArn
        $result.Success | Should -BeFalse
        $result.Code | Should -Be $Code
        $result.Findings.Code | Should -Contain $Finding
    }

    It 'tells line and column' {
        Set-Content policy.json ($right.Json -replace '"t1"', '"t2"')
        $finding = (Test-KeyPolicy -Path policy.json -Platform qlik-cloud -TenantId t1).Findings | Where-Object Code -eq 'WRONG_CONTEXT_VALUE'
        $line = (Get-Content policy.json)[$finding.Line - 1]
        $line.Substring($finding.Column - 1) | Should -BeLike '"kms:EncryptionContext:TenantId"*'
    }

    It 'gives one Boolean with -Quiet' {
        $right, ($right.Json -replace '"t1"', '"t2"') | Test-KeyPolicy -Platform qlik-cloud -TenantId t1 -Quiet | Should -Be $false
        $right, $right | Test-KeyPolicy -TenantId t1 -Quiet | Should -Be $true
    }

    It 'decides one request and names the statement' {
        $allowed = Test-KeyPolicy $right -Principal $qlikRole -Action kms:Decrypt -EncryptionContext @{ TenantId = 't1' }
        "$($allowed.Decision)" | Should -Be 'Allowed'
        $allowed.Statement | Should -BeLike "Enable Qlik's proxy roles*"
        $denied = Test-KeyPolicy $right -Principal $qlikRole -Action kms:Decrypt -EncryptionContext @{ TenantId = 't2' }
        "$($denied.Decision)" | Should -Be 'Denied'
        $denied.Reason | Should -BeLike "*nearest is statement 1*the request has 't2'*"
        Test-KeyPolicy $right -Principal $qlikRole -Action kms:PutKeyPolicy -Quiet | Should -BeFalse
    }

    It 'takes a policy that came back from a file, and gives enums as text' {
        $right | Export-Clixml policy.clixml
        Import-Clixml policy.clixml | Test-KeyPolicy -TenantId t1 -Quiet | Should -BeTrue
        Test-KeyPolicy ($right.Json -replace '"t1"', '"t2"') -Platform qlik-cloud -TenantId t1 | Export-Clixml result.clixml
        $back = Import-Clixml result.clixml
        $back.Findings[0].Severity | Should -Be 'Error'
        $back.Findings[0].Severity | Should -BeOfType [string]
    }

    It 'says what it can''t take' {
        Get-Code { Get-Item . | Test-KeyPolicy -Platform qlik-cloud -ErrorAction Stop } | Should -Be 'INVALID_INPUT'
        Get-Code { Test-KeyPolicy $right.Json -ErrorAction Stop } | Should -Be 'INVALID_INPUT'
        Get-Code { Test-KeyPolicy $right -Principal nobody -Action kms:Decrypt -ErrorAction Stop } | Should -Be 'INVALID_ARN'
        Get-Code { Test-KeyPolicy $right -Principal $qlikRole -Action 'kms:*' -ErrorAction Stop } | Should -Be 'INVALID_INPUT'
        Get-Code { Test-KeyPolicy -Path none.json -Platform qlik-cloud -TenantId t1 -ErrorAction Stop } | Should -Be 'SOURCE_NOT_FOUND'
    }
}
