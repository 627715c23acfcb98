//! Handles `null` in the service's JSON.

use serde::{Deserialize, Deserializer};

/// Reads `null` like an absent field.
pub(crate) fn null_as_default<'de, D: Deserializer<'de>, Field: Deserialize<'de> + Default>(
    deserializer: D,
) -> Result<Field, D::Error> {
    Option::deserialize(deserializer).map(Option::unwrap_or_default)
}
