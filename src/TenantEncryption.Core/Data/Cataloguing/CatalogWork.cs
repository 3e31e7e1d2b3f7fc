using TenantEncryption.Changes;
using TenantEncryption.Data.Reading;
using TenantEncryption.Files;
using TenantEncryption.Spaces;

namespace TenantEncryption.Data.Cataloguing;

/// <summary>What an update of the catalog works with.</summary>
internal sealed record CatalogWork(UnitOfWork Work, TenantMessageReader Reader, ContextKeys ContextKeys, ReachableSpaces Spaces, IObjectSpace Space, IFileEffects Effects, TimeProvider Time);
