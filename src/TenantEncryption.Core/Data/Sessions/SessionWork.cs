using TenantEncryption.Changes;
using TenantEncryption.Data.Protecting;
using TenantEncryption.Data.Reading;
using TenantEncryption.Data.Wraps;
using TenantEncryption.Envelope;
using TenantEncryption.Files;
using TenantEncryption.Keys;
using TenantEncryption.Spaces;

namespace TenantEncryption.Data;

/// <summary>What sessions do with files.</summary>
internal sealed record FileWork(FileProtector Protector, ObjectProtector ObjectProtector, ReachableSpaces Spaces, FileUnprotector Unprotector, FileTester Tester, IFileEffects Effects, TimeProvider Time);

/// <summary>What sessions do with values in memory.</summary>
internal sealed record ValueWork(
    UnitOfWork Work, KeyLeases Leases, WrapReservations Reservations, MaterialsSource Materials, MessageWriter Writer, TenantMessageReader Reader);
