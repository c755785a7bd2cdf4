//! RFC 3339 — Times in the files that a relying party writes: policies, trust stores

use serde::{Deserialize, Deserializer, Serializer};

use crate::time::Time;

pub(super) fn serialize<S: Serializer>(time: &Option<Time>, serializer: S) -> Result<S::Ok, S::Error> {
    match time {
        Some(time) => serializer.collect_str(time),
        None => serializer.serialize_none(),
    }
}

pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Time>, D::Error> {
    let text = Option::<String>::deserialize(deserializer)?;
    text.map(|text| Time::from_rfc3339(&text).map_err(serde::de::Error::custom)).transpose()
}
