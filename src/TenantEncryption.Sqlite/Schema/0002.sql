-- Version 2. The grants without which a provider's key is not used, and whether its platform wants FIPS endpoints.

ALTER TABLE key_providers ADD COLUMN grants TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(grants));
ALTER TABLE key_providers ADD COLUMN connection_fips_endpoints INTEGER;
