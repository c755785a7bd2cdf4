//! What criterion stored.

/// The median of this run in nanoseconds.
pub fn median(name: &str) -> Option<f64> {
    let folder = name.replace(['/', '\\', '?', '*', '"', ':', '<', '>', '|'], "_");
    let target = std::env::var("CARGO_TARGET_DIR").unwrap_or_else(|_| concat!(env!("CARGO_MANIFEST_DIR"), "/target").into());
    let estimates = std::fs::read(format!("{target}/criterion/{folder}/new/estimates.json")).ok()?;
    let estimates: serde_json::Value = serde_json::from_slice(&estimates).ok()?;
    estimates["median"]["point_estimate"].as_f64()
}
