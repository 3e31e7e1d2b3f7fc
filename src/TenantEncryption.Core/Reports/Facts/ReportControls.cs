using static TenantEncryption.Reports.ReportCoverage;
using static TenantEncryption.Reports.ReportSections;

namespace TenantEncryption.Reports;

/// <summary>Which part of a report is evidence for which control: requirements 3.6 and 3.7 of PCI DSS 4.0.1, Articles 6 and 7 of Delegated Regulation (EU) 2024/1774.</summary>
internal static class ReportControls
{
    private const string Pci = "PCI DSS 4.0.1";
    private const string Dora = "DORA RTS (EU) 2024/1774";

    public static IReadOnlyList<ReportedControl> All { get; } =
    [
        new(Pci, "3.6.1", "Procedures protect the keys of stored account data against disclosure and misuse.", InPart, [Cryptography, EachTenant],
            "How keys are sealed, and who may use each master key (with live facts). The procedures themselves are yours."),
        new(Pci, "3.6.1.1", "Service providers: a description of the cryptographic architecture: algorithms, protocols, key strength and expiry, use of each key, and an inventory of key management systems.", InPart, [Cryptography, Coverage, EachTenant],
            "Algorithms, lengths, cryptoperiods, each key and its use, and each KMS with type and region. Not shown: that production and test have other keys, and protocols outside of this software."),
        new(Pci, "3.6.1.2", "Secret keys are stored in few forms: under a key-encrypting key as strong and kept elsewhere, in a secure device, or as shares.", Shown, [Cryptography, EachTenant],
            "Key-encryption keys are stored sealed under a share of the provider's; data keys wrapped in the messages. A master key stays in AWS KMS; the root of the internal KMS is kept as the store's facts say."),
        new(Pci, "3.6.1.3", "Access to cleartext key components is restricted to the fewest custodians.", InPart, [EachTenant],
            "Who may use each master key, by policy and grants (with live facts). Who can run processes that lease keys is your operating system's and IAM's."),
        new(Pci, "3.6.1.4", "Keys are stored in the fewest possible locations.", InPart, [Coverage, History],
            "The store, its root key and each provider are named. Copies of the store, as in backups, are not known to it."),
        new(Pci, "3.7.1", "Strong keys are generated.", Shown, [Cryptography],
            "All keys have 256 bits, from AWS KMS or the random source of the system's cryptographic library."),
        new(Pci, "3.7.2", "Keys are distributed securely.", InPart, [Cryptography, EachTenant],
            "No key is sent in the clear by this software; shares come from AWS KMS over TLS. TLS's key exchange is in CloudTrail, by request id."),
        new(Pci, "3.7.3", "Keys are stored securely.", Shown, [Cryptography, EachTenant],
            "As 3.6.1.2. Memory of processes is described in the security guide, not here."),
        new(Pci, "3.7.4", "Keys are changed at the end of their cryptoperiod.", InPart, [EachTenant],
            "Each key's begin, end, use and limit, and each rotation. Key-encryption keys end by use (2^30 wraps); an end by time is your policy, and master keys rotate by AWS's settings (with live facts)."),
        new(Pci, "3.7.5", "Keys are retired, replaced or destroyed when their strength is weakened, or when they are suspected or known to be compromised.", InPart, [Migrations, EachTenant, History],
            "Migrations, deactivations, removals with the number of keys destroyed, and deletions of master keys that were scheduled here. That a key was suspected is yours to record."),
        new(Pci, "3.7.6", "Manual operations with cleartext keys are under split knowledge and dual control.", NotCovered, [],
            "This software has no operation in which a person handles a cleartext key, but the passphrase of a root key's backup."),
        new(Pci, "3.7.7", "Unauthorized substitution of keys is prevented.", Shown, [EachTenant, Log],
            "Each tenant's events carry a digest of its keys and providers, which is compared at every use; the log's verification is dated here."),
        new(Pci, "3.7.8", "Key custodians acknowledge their responsibilities.", NotCovered, [], "A matter of your staff."),
        new(Pci, "3.7.9", "Service providers: guidance on keys for customers who share them.", NotCovered, [], "Guidance is yours; the pages of this software's documentation may serve for it."),
        new(Dora, "6(1)–(2)", "A policy on encryption of data at rest, in transit and in use, from classification and risk.", NotCovered, [], "The policy is yours. What is encrypted at rest by this software is what depends on its keys."),
        new(Dora, "6(2)(a)", "Data at rest is encrypted.", InPart, [Coverage, Cryptography], "The messages under each key. Data that was never given to this software is not known to it."),
        new(Dora, "6(2)(b)–(c)", "Data in use, and network connections, are encrypted.", NotCovered, [], "Not this software's part, but for its calls of AWS KMS, which go over TLS."),
        new(Dora, "6(3)", "Techniques are chosen by leading practices and standards.", Shown, [Cryptography], "Each algorithm with its length and the standard of its limit."),
        new(Dora, "6(4)", "Cryptographic technology can be updated or changed.", InPart, [Cryptography, Migrations], "Messages carry their algorithm suite, and a migration that re-encrypts writes them anew. When to do so is your decision."),
        new(Dora, "6(5)", "Mitigations are recorded with reasons.", InPart, [Exceptions, Limits], "What is out of order and what is not covered is listed; your reasons are not."),
        new(Dora, "7(1)", "Keys are managed through their whole life: generated, renewed, stored, backed up, archived, retrieved, transmitted, retired, revoked, destroyed.", Shown, [EachTenant, Migrations, History],
            "The life of each key and provider, from the log. Copies of keys in backups of the store are not known to it."),
        new(Dora, "7(2)", "Controls protect keys against loss, unauthorised access, disclosure and change.", InPart, [EachTenant, Log, Limits], "Who may use a key (with live facts), the dated tests, and the verification of state and log."),
        new(Dora, "7(3)", "Methods replace keys that are lost, compromised or damaged.", InPart, [Migrations, EachTenant], "Migrations that were made, and drills of revocation and of a lost region with how long each step took. A lost master key can't be replaced: what it alone opens is gone."),
        new(Dora, "7(4)–(5)", "A register of certificates and their devices, and their renewal in time.", NotCovered, [], "This software has no certificates."),
    ];
}
