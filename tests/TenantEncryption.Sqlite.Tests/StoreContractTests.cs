using TenantEncryption.StoreContract;

namespace TenantEncryption.Sqlite.Tests;

public sealed class AnchorElectionTests : AnchorElectionContract<TemporaryStore>;

public sealed class AnchorTableTests : AnchorTableContract<TemporaryStore>;

public sealed class CatalogTableTests : CatalogTableContract<TemporaryStore>;

public sealed class EventTableTests : EventTableContract<TemporaryStore>;

public sealed class KeyTableTests : KeyTableContract<TemporaryStore>;

public sealed class MigrationTableTests : MigrationTableContract<TemporaryStore>;

public sealed class RangeTableTests : RangeTableContract<TemporaryStore>;

public sealed class ProviderTableTests : ProviderTableContract<TemporaryStore>;

public sealed class SessionTableTests : SessionTableContract<TemporaryStore>;

public sealed class SettingsTableTests : SettingsTableContract<TemporaryStore>;

public sealed class SeveralProcessesTests : SeveralProcessesContract<TemporaryStore>;

public sealed class StoreOpeningTests : StoreOpeningContract<TemporaryStore>;

public sealed class StoreTransactionTests : StoreTransactionContract<TemporaryStore>;

public sealed class TenantTableTests : TenantTableContract<TemporaryStore>;
