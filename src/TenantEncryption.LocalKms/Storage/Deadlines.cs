using TenantEncryption.LocalKms.Keys;

namespace TenantEncryption.LocalKms.Storage;

/// <summary>What happens to keys by itself when its time has come.</summary>
internal static class Deadlines
{
    /// <summary>The changes that are due now. Those that they lead to come with the next call.</summary>
    public static List<Change> Due(KmsState state, DateTimeOffset now)
    {
        var changes = new List<Change>();
        foreach (KmsKey key in state.Keys)
        {
            if (key.State == KeyState.PendingDeletion && key.DeletionDate <= now)
            {
                Delete(state, key, changes);
            }
            else if (key.State == KeyState.PendingReplicaDeletion && !state.Related(key).Any(other => other.IsReplica))
            {
                changes.Add(new Change
                {
                    PutKey = key with
                    {
                        State = KeyState.PendingDeletion,
                        DeletionDate = now.AddDays(key.PendingWindowInDays!.Value),
                        PendingWindowInDays = null,
                    },
                });
            }
            else if (key.SettlesAt <= now)
            {
                changes.Add(new Change { PutKey = key with { State = key.SettledState, SettlesAt = null } });
            }
            else if (key.NextRotation <= now)
            {
                Rotate(state, key, changes);
            }
        }

        changes.AddRange(state.Grants.Where(grant => grant.EndsAt <= now).Select(grant => new Change { DropGrant = grant }));
        return changes;
    }

    private static void Delete(KmsState state, KmsKey key, List<Change> changes)
    {
        changes.Add(new Change { DropKey = key.Arn });
        changes.AddRange(state.AliasesOf(key).Select(alias => new Change { DropAlias = alias.Arn }));
    }

    private static void Rotate(KmsState state, KmsKey key, List<Change> changes)
    {
        DateTimeOffset due = key.NextRotation!.Value;
        DateTimeOffset next = due.AddDays(key.RotationPeriodInDays!.Value);
        if (key.IsReplica)
        {
            return;
        }

        KeyMaterial material = KeyMaterial.Generate(due);
        changes.AddRange(Family(state, key).Select(member => new Change
        {
            PutKey = member with { Materials = member.Materials.Add(material), NextRotation = member.NextRotation is null ? null : next },
        }));
    }

    /// <summary>The key and, where it is a multi-Region key, all that share its material.</summary>
    public static IEnumerable<KmsKey> Family(KmsState state, KmsKey key) => key.MultiRegion ? state.Related(key) : [key];
}
