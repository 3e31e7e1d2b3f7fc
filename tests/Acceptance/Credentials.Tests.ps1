#Requires -Modules @{ ModuleName = 'Pester'; ModuleVersion = '5.0' }
<#
    As whom the module calls AWS, told by the endpoint's own log of callers. Whatever would leave this machine goes to a proxy that is not there.
#>
BeforeAll {
    Import-Module (Join-Path $PSScriptRoot 'Sandbox.psm1')
    $variables = 'HOME', 'AWS_CONFIG_FILE', 'AWS_SHARED_CREDENTIALS_FILE', 'AWS_ENDPOINT_URL_STS', 'AWS_ENDPOINT_URL_SSO', 'AWS_ENDPOINT_URL_SSO_OIDC', 'HTTPS_PROXY', 'HTTP_PROXY', 'NO_PROXY'
    $before = @{}
    foreach ($name in $variables) { $before[$name] = [Environment]::GetEnvironmentVariable($name) }

    $sandbox = Enter-Sandbox
    $key = New-LocalKey $sandbox
    $url = $sandbox.LocalKms.Url
    # The SDK watches a folder below it as long as the process lives, and Windows removes none that is watched: there it is one that stays, all but empty.
    $env:HOME = $IsWindows ? (Join-Path ([IO.Path]::GetTempPath()) "te-acceptance-home-$([guid]::NewGuid().ToString('N'))") : (Join-Path $sandbox.Root 'home')
    $aws = (New-Item -ItemType Directory (Join-Path $env:HOME '.aws')).FullName
    # Where the SDK looks for sign-ins. Windows lets nobody say where a user's profile is: there it is the user's own, in which only what has our names is touched.
    $cache = New-Item -ItemType Directory -Force (Join-Path ([Environment]::GetFolderPath('UserProfile')) '.aws/sso/cache')
    $corp = "te-acceptance-$([guid]::NewGuid().ToString('N'))"
    $env:AWS_CONFIG_FILE = Join-Path $aws 'config'
    $env:AWS_SHARED_CREDENTIALS_FILE = Join-Path $aws 'credentials'
    $env:AWS_ENDPOINT_URL_STS = $url
    $env:HTTPS_PROXY = $env:HTTP_PROXY = 'http://127.0.0.1:9'
    $env:NO_PROXY = '127.0.0.1'

    $allow = @{ use = @{ Version = '2012-10-17'; Statement = @(@{ Effect = 'Allow'; Action = 'kms:*', 'sts:*'; Resource = '*' }) } }
    $trust = @{ Version = '2012-10-17'; Statement = @(@{
                Effect = 'Allow'; Principal = @{ AWS = '111122223333' }; Action = 'sts:AssumeRole'
                Condition = @{ StringEquals = @{ 'sts:ExternalId' = 'customer-7' } }
            })
    }
    $null = Invoke-WebRequest "$url/_localkms/principals" -Method Put -ContentType application/json -Body (@{
            principals = @(
                @{ arn = 'arn:aws:iam::111122223333:user/alice'; accessKeys = @(@{ id = 'alice'; secret = 'alice-secret' }); policies = $allow }
                @{ arn = 'arn:aws:iam::111122223333:user/temporary'; accessKeys = @(
                        @{ id = 'temporary'; secret = 'temporary-secret'; sessionToken = 'the-session' }
                        @{ id = 'over'; secret = 'over-secret'; sessionToken = 'the-session'; expires = '2020-01-01T00:00:00Z' }
                    ); policies = $allow
                }
                @{ arn = 'arn:aws:iam::111122223333:role/Operator'; policies = $allow; trustPolicy = $trust }
                @{ arn = 'arn:aws:sts::111122223333:assumed-role/AWSReservedSSO_Operator/alice'; policies = $allow; accessKeys = @(
                        @{ id = 'ASIASSO'; secret = 'sso-secret'; sessionToken = 'sso-session' })
                }
            )
        } | ConvertTo-Json -Depth 20)

    # Who made the latest call, as CloudTrail would have it.
    function Get-Caller {
        $event = [Text.Encoding]::UTF8.GetString((Invoke-WebRequest "$url/_localkms/events?max=1").Content).Trim() | ConvertFrom-Json
        @($event)[-1].userIdentity.arn
    }

    # Looks at the key in a session of its own, and gives who that was.
    function Get-CallerOf([hashtable] $Parameters = @{}) {
        Disconnect-TenantEncryption
        $null = Get-MasterKey $key.Arn -EndpointUrl $url @Parameters -ErrorAction Stop
        Get-Caller
    }

    function Set-Profile([string] $Config, [string] $Credentials = '') {
        Set-Content $env:AWS_CONFIG_FILE $Config
        Set-Content $env:AWS_SHARED_CREDENTIALS_FILE $Credentials
    }

    function New-Session([string] $Id, [string] $Secret, [string] $Token) {
        $session = @{ Credential = [pscredential]::new($Id, (ConvertTo-SecureString $Secret -AsPlainText -Force)) }
        if ($Token) { $session.SessionToken = ConvertTo-SecureString $Token -AsPlainText -Force }
        $session
    }
}

AfterAll {
    Remove-Item -LiteralPath $aws -Recurse -Force
    Exit-Sandbox $sandbox
    foreach ($name in $variables) { [Environment]::SetEnvironmentVariable($name, $before[$name] ?? [NullString]::Value) }
}

Describe 'The default chain' {
    BeforeEach {
        $keys = $env:AWS_ACCESS_KEY_ID, $env:AWS_SECRET_ACCESS_KEY
    }

    AfterEach {
        $env:AWS_ACCESS_KEY_ID, $env:AWS_SECRET_ACCESS_KEY = $keys
        Remove-Item -ErrorAction Ignore env:AWS_SESSION_TOKEN, env:AWS_PROFILE
        Set-Profile ''
    }

    It 'reads the environment' {
        $env:AWS_ACCESS_KEY_ID, $env:AWS_SECRET_ACCESS_KEY = 'alice', 'alice-secret'
        Get-CallerOf | Should -Be 'arn:aws:iam::111122223333:user/alice'
    }

    It 'reads a session token of the environment' {
        $env:AWS_ACCESS_KEY_ID, $env:AWS_SECRET_ACCESS_KEY, $env:AWS_SESSION_TOKEN = 'temporary', 'temporary-secret', 'the-session'
        Get-CallerOf | Should -Be 'arn:aws:iam::111122223333:user/temporary'
    }

    It 'reads the profile that AWS_PROFILE names, and the default one' {
        Remove-Item env:AWS_ACCESS_KEY_ID, env:AWS_SECRET_ACCESS_KEY
        Set-Profile '' "[work]`naws_access_key_id = alice`naws_secret_access_key = alice-secret`n[default]`naws_access_key_id = local`naws_secret_access_key = local"
        $env:AWS_PROFILE = 'work'
        Get-CallerOf | Should -Be 'arn:aws:iam::111122223333:user/alice'
        Remove-Item env:AWS_PROFILE
        Get-CallerOf | Should -Be 'arn:aws:iam::111122223333:root'
    }

    It 'that finds nothing is CREDENTIALS_INVALID within seconds' {
        Remove-Item env:AWS_ACCESS_KEY_ID, env:AWS_SECRET_ACCESS_KEY
        Set-Profile ''
        $watch = [Diagnostics.Stopwatch]::StartNew()
        { Get-CallerOf } | Should -Throw -ErrorId 'CREDENTIALS_INVALID,*'
        $watch.Elapsed.TotalSeconds | Should -BeLessThan 15
    }
}

Describe 'A profile' {
    It 'has keys of its own, which win over the environment' {
        Set-Profile '' "[customer]`naws_access_key_id = alice`naws_secret_access_key = alice-secret"
        Get-CallerOf @{ ProfileName = 'customer' } | Should -Be 'arn:aws:iam::111122223333:user/alice'
    }

    It 'has a program that gives them' -Skip:$IsWindows {
        $program = Join-Path $sandbox.Root 'give-keys'
        Set-Content $program "#!/bin/sh`necho '{ `"Version`": 1, `"AccessKeyId`": `"temporary`", `"SecretAccessKey`": `"temporary-secret`", `"SessionToken`": `"the-session`" }'"
        chmod +x $program
        Set-Profile "[profile program]`ncredential_process = $program"
        Get-CallerOf @{ ProfileName = 'program' } | Should -Be 'arn:aws:iam::111122223333:user/temporary'
    }

    It 'has a role with an external id' {
        Set-Profile "[profile operator]`nrole_arn = arn:aws:iam::111122223333:role/Operator`nsource_profile = alice`nexternal_id = customer-7`nregion = eu-west-1" "[alice]`naws_access_key_id = alice`naws_secret_access_key = alice-secret"
        Get-CallerOf @{ ProfileName = 'operator' } | Should -BeLike 'arn:aws:sts::111122223333:assumed-role/Operator/*'
    }

    It 'that is not there is CREDENTIALS_INVALID and named' {
        { Get-CallerOf @{ ProfileName = 'nobody' } } | Should -Throw "*'nobody'*" -ErrorId 'CREDENTIALS_INVALID,*'
    }

    It 'of a provider is used whenever the provider is' {
        Set-Profile '' "[customer]`naws_access_key_id = alice`naws_secret_access_key = alice-secret"
        $null = New-EncryptionTenant profiled
        $provider = New-KeyProvider -TenantId profiled -Name cmk -KeyArn $key.Arn -EndpointUrl $url -ProfileName customer -Activate
        $provider.Status | Should -Be 'Active'
        Get-Caller | Should -Be 'arn:aws:iam::111122223333:user/alice'
        ($provider | Test-KeyProvider).Code | Should -Be 'SUCCESS'
    }
}

Describe 'A role' {
    It 'is assumed with its external id, by the credentials at hand' {
        Get-CallerOf @{ RoleArn = 'arn:aws:iam::111122223333:role/Operator'; ExternalId = 'customer-7' } |
            Should -Be 'arn:aws:sts::111122223333:assumed-role/Operator/TenantEncryption'
    }

    It 'is not assumed <name>' -ForEach @(
        @{ name = 'without it'; role = @{ RoleArn = 'arn:aws:iam::111122223333:role/Operator' } }
        @{ name = 'with another one'; role = @{ RoleArn = 'arn:aws:iam::111122223333:role/Operator'; ExternalId = 'customer-8' } }
        @{ name = 'when there is none'; role = @{ RoleArn = 'arn:aws:iam::111122223333:role/Nobody'; ExternalId = 'customer-7' } }
    ) {
        { Get-CallerOf $role } | Should -Throw "*$($role.RoleArn)*" -ErrorId 'CREDENTIALS_INVALID,*'
    }

    It 'is stored with a provider and assumed in a later session' {
        $null = New-EncryptionTenant role
        $null = New-KeyProvider -TenantId role -Name cmk -KeyArn $key.Arn -EndpointUrl $url -RoleArn arn:aws:iam::111122223333:role/Operator -ExternalId customer-7 -Activate
        $run = Invoke-Runbook "'x' | Protect-TenantData -TenantId role | Unprotect-TenantData; (Test-KeyProvider cmk -TenantId role).Code"
        $run.Output -split '\r?\n' | Should -Be 'x', 'SUCCESS'
        Get-Caller | Should -Be 'arn:aws:sts::111122223333:assumed-role/Operator/TenantEncryption'
    }

    It 'of an STS that does not answer is KMS_UNREACHABLE' {
        $sts = $env:AWS_ENDPOINT_URL_STS
        $env:AWS_ENDPOINT_URL_STS = 'http://127.0.0.1:9'
        try { { Get-CallerOf @{ RoleArn = 'arn:aws:iam::111122223333:role/Operator' } } | Should -Throw '*STS*' -ErrorId 'KMS_UNREACHABLE,*' }
        finally { $env:AWS_ENDPOINT_URL_STS = $sts }
    }
}

Describe 'Connect-TenantEncryption -Credential' {
    AfterEach {
        Disconnect-TenantEncryption
    }

    It 'takes long-lived and temporary keys' {
        foreach ($session in (New-Session alice alice-secret), (New-Session temporary temporary-secret the-session)) {
            Connect-TenantEncryption credentials -Create @session
            $null = Get-MasterKey $key.Arn -EndpointUrl $url
            Get-Caller | Should -Be "arn:aws:iam::111122223333:user/$($session.Credential.UserName)"
        }
    }

    It 'assumes a role with them' {
        $session = New-Session temporary temporary-secret the-session
        Connect-TenantEncryption credentials -Create @session
        $null = Get-MasterKey $key.Arn -EndpointUrl $url -RoleArn arn:aws:iam::111122223333:role/Operator -ExternalId customer-7
        Get-Caller | Should -Be 'arn:aws:sts::111122223333:assumed-role/Operator/TenantEncryption'
    }

    It 'is CREDENTIALS_INVALID <name>, and prints no secret' -ForEach @(
        @{ name = 'with a wrong secret'; id = 'alice'; secret = 'not-alice'; token = '' }
        @{ name = 'with a wrong token'; id = 'temporary'; secret = 'temporary-secret'; token = 'another-session' }
        @{ name = 'without the token'; id = 'temporary'; secret = 'temporary-secret'; token = '' }
        @{ name = 'when they are over'; id = 'over'; secret = 'over-secret'; token = 'the-session' }
    ) {
        $session = New-Session $id $secret $token
        Connect-TenantEncryption credentials -Create @session
        $caught = $null
        try { Get-MasterKey $key.Arn -EndpointUrl $url -ErrorAction Stop } catch { $caught = $_ }
        $caught.FullyQualifiedErrorId | Should -BeLike 'CREDENTIALS_INVALID,*'
        "$caught $($caught.Exception)" | Should -Not -BeLike "*$secret*"
    }
}

Describe 'An SSO profile' {
    BeforeAll {
        # The portal of IAM Identity Center: GetRoleCredentials, for the holder of a token.
        $probe = [System.Net.Sockets.TcpListener]::new([ipaddress]::Loopback, 0)
        $probe.Start()
        $portalUrl = "http://127.0.0.1:$($probe.LocalEndpoint.Port)"
        $probe.Stop()
        # It listens before the job has begun: the first call may come sooner.
        $listening = [System.Net.HttpListener]::new()
        $listening.Prefixes.Add("$portalUrl/")
        $listening.Start()
        $portal = Start-ThreadJob -ArgumentList $listening {
            param($listener)
            while ($true) {
                $call = $listener.GetContext()
                $granted = $call.Request.Headers['x-amz-sso_bearer_token'] -eq 'the-token' -and
                    $call.Request.RawUrl -match 'account_id=111122223333' -and $call.Request.RawUrl -match 'role_name=Operator'
                $answer = if ($granted) {
                    @{ roleCredentials = @{
                            accessKeyId = 'ASIASSO'; secretAccessKey = 'sso-secret'; sessionToken = 'sso-session'
                            expiration = [DateTimeOffset]::UtcNow.AddHours(1).ToUnixTimeMilliseconds()
                        }
                    }
                }
                else {
                    $call.Response.StatusCode = 401
                    $call.Response.Headers['x-amzn-ErrorType'] = 'UnauthorizedException'
                    @{ message = 'Session token not found or invalid' }
                }
                $body = [Text.Encoding]::UTF8.GetBytes(($answer | ConvertTo-Json))
                $call.Response.ContentType = 'application/json'
                $call.Response.OutputStream.Write($body)
                $call.Response.Close()
            }
        }
        $env:AWS_ENDPOINT_URL_SSO = $env:AWS_ENDPOINT_URL_SSO_OIDC = $portalUrl
        Set-Profile @"
[profile session]
sso_session = $corp
sso_account_id = 111122223333
sso_role_name = Operator
[sso-session $corp]
sso_region = us-east-1
sso_start_url = https://$corp.awsapps.com/start
sso_registration_scopes = sso:account:access
[profile legacy]
sso_account_id = 111122223333
sso_role_name = Operator
sso_region = us-east-1
sso_start_url = https://$corp.awsapps.com/start
[profile chained]
role_arn = arn:aws:iam::111122223333:role/Operator
source_profile = session
external_id = customer-7
region = eu-west-1
"@

        # What "aws sso login" leaves behind: a token for the session's name, or for the start URL.
        function Set-SsoToken([string] $Token, [DateTime] $Until) {
            foreach ($name in $corp, "https://$corp.awsapps.com/start") {
                $file = [Convert]::ToHexString([System.Security.Cryptography.SHA1]::HashData([Text.Encoding]::UTF8.GetBytes($name))).ToLowerInvariant()
                Remove-Item -ErrorAction Ignore (Join-Path $cache "$file.json")
                if ($Token) {
                    @{ startUrl = "https://$corp.awsapps.com/start"; region = 'us-east-1'; accessToken = $Token; expiresAt = $Until.ToString('yyyy-MM-ddTHH:mm:ssZ') } |
                        ConvertTo-Json | Set-Content (Join-Path $cache "$file.json")
                }
            }
        }
    }

    AfterAll {
        Set-SsoToken '' ([DateTime]::UtcNow)
        # The listener waits in the runtime, where stopping the job does not reach it: a last call wakes it.
        $stopping = $portal.StopJobAsync()
        try { $null = Invoke-WebRequest $portalUrl -SkipHttpErrorCheck -TimeoutSec 5 } catch { $null = $_ }
        $portal | Wait-Job -Timeout 10 | Remove-Job -Force
    }

    It 'signs calls with what the portal gives for the token (<_>)' -ForEach 'session', 'legacy' {
        Set-SsoToken 'the-token' ([DateTime]::UtcNow.AddHours(1))
        Get-CallerOf @{ ProfileName = $_ } | Should -Be 'arn:aws:sts::111122223333:assumed-role/AWSReservedSSO_Operator/alice'
    }

    It 'is the source of a role' {
        Set-SsoToken 'the-token' ([DateTime]::UtcNow.AddHours(1))
        Get-CallerOf @{ ProfileName = 'chained' } | Should -BeLike 'arn:aws:sts::111122223333:assumed-role/Operator/*'
    }

    It 'is CREDENTIALS_INVALID <name>' -ForEach @(
        @{ name = 'before a sign-in'; token = ''; hours = 1 }
        @{ name = 'when the sign-in is over'; token = 'the-token'; hours = -1 }
        @{ name = 'when the portal refuses'; token = 'another'; hours = 1 }
    ) {
        Set-SsoToken $token ([DateTime]::UtcNow.AddHours($hours))
        { Get-CallerOf @{ ProfileName = 'session' } } | Should -Throw "*'session'*" -ErrorId 'CREDENTIALS_INVALID,*'
    }

    It 'is KMS_UNREACHABLE when the portal does not answer' {
        Set-SsoToken 'the-token' ([DateTime]::UtcNow.AddHours(1))
        $env:AWS_ENDPOINT_URL_SSO = 'http://127.0.0.1:9'
        try { { Get-CallerOf @{ ProfileName = 'session' } } | Should -Throw -ErrorId 'KMS_UNREACHABLE,*' }
        finally { $env:AWS_ENDPOINT_URL_SSO = $portalUrl }
    }
}
