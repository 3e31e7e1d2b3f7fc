using Amazon.KeyManagementService;
using Amazon.KeyManagementService.Model;
using Amazon.Runtime;
using Amazon.SecurityToken;
using Amazon.SecurityToken.Model;
using TenantEncryption.Aws.Calls;
using TenantEncryption.Kms;
using Tag = Amazon.KeyManagementService.Model.Tag;

namespace TenantEncryption.Aws;

/// <summary>The administrative calls of AWS KMS through the AWS SDK. Lists are read to their last page.</summary>
internal sealed class AwsKmsAdministration(KmsExchange exchange) : IKmsAdministration
{
    // The only policy that a key has (API reference, PutKeyPolicy).
    private const string PolicyName = "default";

    /// <inheritdoc/>
    public Task<KmsAnswer<KmsCaller>> GetCallerAsync(KmsConnection connection, CancellationToken cancellationToken) =>
        exchange.SendAsync(
            connection,
            null,
            "sts:GetCallerIdentity",
            async call =>
            {
                using IAmazonSecurityTokenService sts = call.Entry.OpenSts();
                GetCallerIdentityResponse answer =
                    await sts.GetCallerIdentityAsync(new GetCallerIdentityRequest(), call.Cancellation).ConfigureAwait(false);
                return new KmsAnswer<KmsCaller>(new KmsCaller(answer.Account, answer.Arn), KmsRequest.IdOf(answer));
            },
            cancellationToken);

    /// <inheritdoc/>
    public Task<KmsAnswer> DryRunAsync(
        KmsConnection connection,
        DryRunOperation operation,
        string keyId,
        IReadOnlyDictionary<string, string> encryptionContext,
        CancellationToken cancellationToken) =>
        exchange.SendAsync(
            connection,
            keyId,
            $"kms:{operation}",
            call => PermittedAsync(() => operation switch
            {
                DryRunOperation.GenerateDataKey => call.Client.GenerateDataKeyAsync(
                    new GenerateDataKeyRequest
                    {
                        KeyId = keyId,
                        KeySpec = DataKeySpec.AES_256,
                        EncryptionContext = KmsRequest.Pairs(encryptionContext),
                        DryRun = true,
                    },
                    call.Cancellation),
                DryRunOperation.GenerateDataKeyWithoutPlaintext => call.Client.GenerateDataKeyWithoutPlaintextAsync(
                    new GenerateDataKeyWithoutPlaintextRequest
                    {
                        KeyId = keyId,
                        KeySpec = DataKeySpec.AES_256,
                        EncryptionContext = KmsRequest.Pairs(encryptionContext),
                        DryRun = true,
                    },
                    call.Cancellation),
                DryRunOperation.Decrypt => call.Client.DecryptAsync(
                    new DecryptRequest
                    {
                        KeyId = keyId,
                        EncryptionContext = KmsRequest.Pairs(encryptionContext),
                        DryRun = true,
                        DryRunModifiers = [DryRunModifierType.IGNORE_CIPHERTEXT.Value],
                    },
                    call.Cancellation),
                _ => call.Client.EncryptAsync(
                    new EncryptRequest
                    {
                        KeyId = keyId,
                        Plaintext = new MemoryStream([0]),
                        EncryptionContext = KmsRequest.Pairs(encryptionContext),
                        DryRun = true,
                    },
                    call.Cancellation),
            }),
            cancellationToken);

    /// <inheritdoc/>
    public Task<KmsKeyDescription> CreateKeyAsync(KmsConnection connection, NewKmsKey key, CancellationToken cancellationToken) =>
        exchange.SendAsync(
            connection,
            null,
            "kms:CreateKey",
            async call =>
            {
                var request = new CreateKeyRequest
                {
                    Policy = key.Policy,
                    Description = key.Description,
                    KeySpec = KeySpec.SYMMETRIC_DEFAULT,
                    KeyUsage = KeyUsageType.ENCRYPT_DECRYPT,
                    MultiRegion = key.MultiRegion,
                    Tags = Tags(key.Tags),
                };
                CreateKeyResponse answer = await call.Once.CreateKeyAsync(request, call.Cancellation).ConfigureAwait(false);
                return KeyFacts.Of(answer.KeyMetadata, answer, call);
            },
            cancellationToken);

    /// <inheritdoc/>
    public Task<KmsKeyDescription> ReplicateKeyAsync(
        KmsConnection connection, string keyId, string replicaRegion, NewKmsKey replica, CancellationToken cancellationToken) =>
        exchange.SendAsync(
            connection,
            keyId,
            "kms:ReplicateKey",
            async call =>
            {
                var request = new ReplicateKeyRequest
                {
                    KeyId = keyId,
                    ReplicaRegion = replicaRegion,
                    Policy = replica.Policy,
                    Description = replica.Description,
                    Tags = Tags(replica.Tags),
                };
                ReplicateKeyResponse answer = await call.Client.ReplicateKeyAsync(request, call.Cancellation).ConfigureAwait(false);
                return KeyFacts.Of(answer.ReplicaKeyMetadata, answer, call);
            },
            cancellationToken);

    /// <inheritdoc/>
    public Task<KmsAnswer> CreateAliasAsync(KmsConnection connection, string aliasName, string keyId, CancellationToken cancellationToken) =>
        DoAsync(
            connection,
            keyId,
            "kms:CreateAlias",
            async call => await call.Client.CreateAliasAsync(
                new CreateAliasRequest { AliasName = aliasName, TargetKeyId = keyId }, call.Cancellation).ConfigureAwait(false),
            cancellationToken);

    /// <inheritdoc/>
    public Task<KmsAnswer> DeleteAliasAsync(KmsConnection connection, string aliasName, CancellationToken cancellationToken) =>
        DoAsync(
            connection,
            aliasName,
            "kms:DeleteAlias",
            async call => await call.Client.DeleteAliasAsync(
                new DeleteAliasRequest { AliasName = aliasName }, call.Cancellation).ConfigureAwait(false),
            cancellationToken);

    /// <inheritdoc/>
    public Task<KmsAnswer<IReadOnlyList<string>>> ListAliasesAsync(
        KmsConnection connection, string keyId, CancellationToken cancellationToken) =>
        ListAsync(
            connection,
            keyId,
            "kms:ListAliases",
            async (call, marker) =>
            {
                ListAliasesResponse answer = await call.Client.ListAliasesAsync(
                    new ListAliasesRequest { KeyId = keyId, Marker = marker }, call.Cancellation).ConfigureAwait(false);
                return (answer, (answer.Aliases ?? []).Select(alias => alias.AliasName), answer.NextMarker);
            },
            cancellationToken);

    /// <inheritdoc/>
    public Task<KmsAnswer<string>> GetKeyPolicyAsync(KmsConnection connection, string keyId, CancellationToken cancellationToken) =>
        exchange.SendAsync(
            connection,
            keyId,
            "kms:GetKeyPolicy",
            async call =>
            {
                GetKeyPolicyResponse answer = await call.Client.GetKeyPolicyAsync(
                    new GetKeyPolicyRequest { KeyId = keyId, PolicyName = PolicyName }, call.Cancellation).ConfigureAwait(false);
                return new KmsAnswer<string>(answer.Policy ?? throw call.Incomplete(answer, "no policy"), KmsRequest.IdOf(answer));
            },
            cancellationToken);

    /// <inheritdoc/>
    public Task<KmsAnswer> PutKeyPolicyAsync(KmsConnection connection, string keyId, string policy, CancellationToken cancellationToken) =>
        DoAsync(
            connection,
            keyId,
            "kms:PutKeyPolicy",
            async call => await call.Client.PutKeyPolicyAsync(
                new PutKeyPolicyRequest { KeyId = keyId, PolicyName = PolicyName, Policy = policy }, call.Cancellation).ConfigureAwait(false),
            cancellationToken);

    /// <inheritdoc/>
    public Task<KmsAnswer<KmsLastUsage>> GetLastUsageAsync(KmsConnection connection, string keyId, CancellationToken cancellationToken) =>
        exchange.SendAsync(
            connection,
            keyId,
            "kms:GetKeyLastUsage",
            async call =>
            {
                GetKeyLastUsageResponse answer = await call.Client.GetKeyLastUsageAsync(
                    new GetKeyLastUsageRequest { KeyId = keyId }, call.Cancellation).ConfigureAwait(false);
                return new KmsAnswer<KmsLastUsage>(
                    new KmsLastUsage(
                        KeyFacts.Utc(answer.KeyLastUsage?.Timestamp),
                        answer.KeyLastUsage?.Operation?.Value,
                        answer.KeyLastUsage?.CloudTrailEventId,
                        answer.KeyLastUsage?.KmsRequestId,
                        KeyFacts.Utc(answer.TrackingStartDate)),
                    KmsRequest.IdOf(answer));
            },
            cancellationToken);

    /// <inheritdoc/>
    public Task<KmsAnswer<KmsRotation>> GetRotationAsync(KmsConnection connection, string keyId, CancellationToken cancellationToken) =>
        exchange.SendAsync(
            connection,
            keyId,
            "kms:GetKeyRotationStatus",
            async call =>
            {
                GetKeyRotationStatusResponse answer = await call.Client.GetKeyRotationStatusAsync(
                    new GetKeyRotationStatusRequest { KeyId = keyId }, call.Cancellation).ConfigureAwait(false);
                return new KmsAnswer<KmsRotation>(
                    new KmsRotation(answer.KeyRotationEnabled ?? false, answer.RotationPeriodInDays, KeyFacts.Utc(answer.NextRotationDate)),
                    KmsRequest.IdOf(answer));
            },
            cancellationToken);

    /// <inheritdoc/>
    public Task<KmsAnswer> SetRotationAsync(KmsConnection connection, string keyId, bool enabled, CancellationToken cancellationToken) =>
        DoAsync(
            connection,
            keyId,
            enabled ? "kms:EnableKeyRotation" : "kms:DisableKeyRotation",
            async call => enabled
                ? await call.Client.EnableKeyRotationAsync(
                    new EnableKeyRotationRequest { KeyId = keyId }, call.Cancellation).ConfigureAwait(false)
                : await call.Client.DisableKeyRotationAsync(
                    new DisableKeyRotationRequest { KeyId = keyId }, call.Cancellation).ConfigureAwait(false),
            cancellationToken);

    /// <inheritdoc/>
    public Task<KmsAnswer> RotateNowAsync(KmsConnection connection, string keyId, CancellationToken cancellationToken) =>
        DoAsync(
            connection,
            keyId,
            "kms:RotateKeyOnDemand",
            async call => await call.Once.RotateKeyOnDemandAsync(
                new RotateKeyOnDemandRequest { KeyId = keyId }, call.Cancellation).ConfigureAwait(false),
            cancellationToken);

    /// <inheritdoc/>
    public Task<KmsAnswer> EnableKeyAsync(KmsConnection connection, string keyId, CancellationToken cancellationToken) =>
        DoAsync(
            connection,
            keyId,
            "kms:EnableKey",
            async call => await call.Client.EnableKeyAsync(new EnableKeyRequest { KeyId = keyId }, call.Cancellation).ConfigureAwait(false),
            cancellationToken);

    /// <inheritdoc/>
    public Task<KmsAnswer> DisableKeyAsync(KmsConnection connection, string keyId, CancellationToken cancellationToken) =>
        DoAsync(
            connection,
            keyId,
            "kms:DisableKey",
            async call => await call.Client.DisableKeyAsync(new DisableKeyRequest { KeyId = keyId }, call.Cancellation).ConfigureAwait(false),
            cancellationToken);

    /// <inheritdoc/>
    public Task<KmsAnswer<DateTimeOffset?>> ScheduleDeletionAsync(
        KmsConnection connection, string keyId, int pendingWindowInDays, CancellationToken cancellationToken) =>
        exchange.SendAsync(
            connection,
            keyId,
            "kms:ScheduleKeyDeletion",
            async call =>
            {
                ScheduleKeyDeletionResponse answer = await call.Client.ScheduleKeyDeletionAsync(
                    new ScheduleKeyDeletionRequest { KeyId = keyId, PendingWindowInDays = pendingWindowInDays },
                    call.Cancellation).ConfigureAwait(false);
                return new KmsAnswer<DateTimeOffset?>(KeyFacts.Utc(answer.DeletionDate), KmsRequest.IdOf(answer));
            },
            cancellationToken);

    /// <inheritdoc/>
    public Task<KmsAnswer> CancelDeletionAsync(KmsConnection connection, string keyId, CancellationToken cancellationToken) =>
        DoAsync(
            connection,
            keyId,
            "kms:CancelKeyDeletion",
            async call => await call.Client.CancelKeyDeletionAsync(
                new CancelKeyDeletionRequest { KeyId = keyId }, call.Cancellation).ConfigureAwait(false),
            cancellationToken);

    /// <inheritdoc/>
    public Task<KmsAnswer> UpdateDescriptionAsync(
        KmsConnection connection, string keyId, string description, CancellationToken cancellationToken) =>
        DoAsync(
            connection,
            keyId,
            "kms:UpdateKeyDescription",
            async call => await call.Client.UpdateKeyDescriptionAsync(
                new UpdateKeyDescriptionRequest { KeyId = keyId, Description = description }, call.Cancellation).ConfigureAwait(false),
            cancellationToken);

    /// <inheritdoc/>
    public Task<KmsAnswer> TagAsync(
        KmsConnection connection, string keyId, IReadOnlyDictionary<string, string> tags, CancellationToken cancellationToken) =>
        DoAsync(
            connection,
            keyId,
            "kms:TagResource",
            async call => await call.Client.TagResourceAsync(
                new TagResourceRequest { KeyId = keyId, Tags = Tags(tags) }, call.Cancellation).ConfigureAwait(false),
            cancellationToken);

    /// <inheritdoc/>
    public async Task<KmsAnswer<IReadOnlyDictionary<string, string>>> ListTagsAsync(
        KmsConnection connection, string keyId, CancellationToken cancellationToken)
    {
        KmsAnswer<IReadOnlyList<Tag>> tags = await ListAsync<Tag>(
            connection,
            keyId,
            "kms:ListResourceTags",
            async (call, marker) =>
            {
                ListResourceTagsResponse answer = await call.Client.ListResourceTagsAsync(
                    new ListResourceTagsRequest { KeyId = keyId, Marker = marker }, call.Cancellation).ConfigureAwait(false);
                return (answer, answer.Tags ?? [], answer.NextMarker);
            },
            cancellationToken).ConfigureAwait(false);
        return new(tags.Value.ToDictionary(tag => tag.TagKey, tag => tag.TagValue, StringComparer.Ordinal), tags.RequestId);
    }

    /// <inheritdoc/>
    public Task<KmsAnswer<KmsGrantToken>> CreateGrantAsync(
        KmsConnection connection, string keyId, NewKmsGrant grant, CancellationToken cancellationToken) =>
        exchange.SendAsync(
            connection,
            keyId,
            "kms:CreateGrant",
            async call =>
            {
                CreateGrantResponse answer =
                    await call.Client.CreateGrantAsync(Request(keyId, grant), call.Cancellation).ConfigureAwait(false);
                return new KmsAnswer<KmsGrantToken>(
                    new KmsGrantToken(answer.GrantId ?? throw call.Incomplete(answer, "no grant id"), answer.GrantToken), KmsRequest.IdOf(answer));
            },
            cancellationToken);

    /// <inheritdoc/>
    public Task<KmsAnswer> DryRunGrantAsync(
        KmsConnection connection, string keyId, NewKmsGrant grant, CancellationToken cancellationToken) =>
        exchange.SendAsync(
            connection,
            keyId,
            "kms:CreateGrant",
            call =>
            {
                CreateGrantRequest request = Request(keyId, grant);
                request.DryRun = true;
                return PermittedAsync(() => call.Client.CreateGrantAsync(request, call.Cancellation));
            },
            cancellationToken);

    /// <inheritdoc/>
    public Task<KmsAnswer<IReadOnlyList<KmsGrant>>> ListGrantsAsync(
        KmsConnection connection, string keyId, CancellationToken cancellationToken) =>
        ListAsync(
            connection,
            keyId,
            "kms:ListGrants",
            async (call, marker) =>
            {
                ListGrantsResponse answer = await call.Client.ListGrantsAsync(
                    new ListGrantsRequest { KeyId = keyId, Marker = marker }, call.Cancellation).ConfigureAwait(false);
                return (answer, (answer.Grants ?? []).Select(Grant), answer.NextMarker);
            },
            cancellationToken);

    /// <inheritdoc/>
    public Task<KmsAnswer<KmsGrant?>> FindGrantAsync(KmsConnection connection, string keyId, string grantId, CancellationToken cancellationToken) =>
        exchange.SendAsync(
            connection,
            keyId,
            "kms:ListGrants",
            async call =>
            {
                ListGrantsResponse answer = await call.Client.ListGrantsAsync(
                    new ListGrantsRequest { KeyId = keyId, GrantId = grantId }, call.Cancellation).ConfigureAwait(false);
                return new KmsAnswer<KmsGrant?>((answer.Grants ?? []).Select(Grant).FirstOrDefault(grant => grant.GrantId == grantId), KmsRequest.IdOf(answer));
            },
            cancellationToken);

    /// <inheritdoc/>
    public Task<KmsAnswer> RevokeGrantAsync(KmsConnection connection, string keyId, string grantId, CancellationToken cancellationToken) =>
        DoAsync(
            connection,
            keyId,
            "kms:RevokeGrant",
            async call => await call.Client.RevokeGrantAsync(
                new RevokeGrantRequest { KeyId = keyId, GrantId = grantId }, call.Cancellation).ConfigureAwait(false),
            cancellationToken);

    /// <inheritdoc/>
    public Task<KmsAnswer> RetireGrantAsync(KmsConnection connection, string keyId, string grantId, CancellationToken cancellationToken) =>
        DoAsync(
            connection,
            keyId,
            "kms:RetireGrant",
            async call => await call.Client.RetireGrantAsync(
                new RetireGrantRequest { KeyId = keyId, GrantId = grantId }, call.Cancellation).ConfigureAwait(false),
            cancellationToken);

    /// <summary>KMS answers a dry run that would have succeeded with an error of its own (API reference, DryRun).</summary>
    private static async Task<KmsAnswer> PermittedAsync(Func<Task> send)
    {
        try
        {
            await send().ConfigureAwait(false);
            return new KmsAnswer((string?)null);
        }
        catch (AmazonServiceException answer) when (answer.ErrorCode == "DryRunOperationException")
        {
            return new KmsAnswer(answer.RequestId);
        }
    }

    private static CreateGrantRequest Request(string keyId, NewKmsGrant grant) => new()
    {
        KeyId = keyId,
        GranteePrincipal = grant.GranteePrincipal,
        GranteeServicePrincipal = grant.GranteeServicePrincipal,
        RetiringPrincipal = grant.RetiringPrincipal,
        RetiringServicePrincipal = grant.RetiringServicePrincipal,
        Operations = [.. grant.Operations],
        Name = grant.Name,
        Constraints = grant.EncryptionContextSubset is null && grant.EncryptionContextEquals is null && grant.SourceArn is null
            ? null
            : new GrantConstraints
            {
                EncryptionContextSubset = KmsRequest.Pairs(grant.EncryptionContextSubset),
                EncryptionContextEquals = KmsRequest.Pairs(grant.EncryptionContextEquals),
                SourceArn = grant.SourceArn,
            },
    };

    private static KmsGrant Grant(GrantListEntry entry) => new()
    {
        GrantId = entry.GrantId,
        KeyArn = entry.KeyId,
        Name = entry.Name,
        GranteePrincipal = entry.GranteePrincipal,
        GranteeServicePrincipal = entry.GranteeServicePrincipal,
        RetiringPrincipal = entry.RetiringPrincipal,
        RetiringServicePrincipal = entry.RetiringServicePrincipal,
        SourceArn = entry.Constraints?.SourceArn,
        IssuingAccount = entry.IssuingAccount,
        Operations = entry.Operations ?? [],
        EncryptionContextSubset = entry.Constraints?.EncryptionContextSubset,
        EncryptionContextEquals = entry.Constraints?.EncryptionContextEquals,
        CreatedAt = KeyFacts.Utc(entry.CreationDate),
    };

    private static List<Tag>? Tags(IReadOnlyDictionary<string, string> tags) =>
        tags.Count == 0 ? null : [.. tags.Select(tag => new Tag { TagKey = tag.Key, TagValue = tag.Value })];

    private Task<KmsAnswer> DoAsync(
        KmsConnection connection,
        string keyId,
        string operation,
        Func<KmsRequest, Task<AmazonWebServiceResponse>> send,
        CancellationToken cancellationToken) =>
        exchange.SendAsync(
            connection,
            keyId,
            operation,
            async call => new KmsAnswer(KmsRequest.IdOf(await send(call).ConfigureAwait(false))),
            cancellationToken);

    private Task<KmsAnswer<IReadOnlyList<T>>> ListAsync<T>(
        KmsConnection connection,
        string keyId,
        string operation,
        Func<KmsRequest, string?, Task<(AmazonWebServiceResponse Answer, IEnumerable<T> Items, string? NextMarker)>> page,
        CancellationToken cancellationToken) =>
        exchange.SendAsync(
            connection,
            keyId,
            operation,
            async call =>
            {
                var items = new List<T>();
                string? marker = null;
                while (true)
                {
                    (AmazonWebServiceResponse answer, IEnumerable<T> found, string? next) = await page(call, marker).ConfigureAwait(false);
                    items.AddRange(found);
                    if (string.IsNullOrEmpty(next))
                    {
                        return new KmsAnswer<IReadOnlyList<T>>(items, KmsRequest.IdOf(answer));
                    }

                    marker = next;
                }
            },
            cancellationToken);
}
