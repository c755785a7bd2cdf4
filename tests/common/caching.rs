//! A verdict that was asked for with and without a cache.

use std::sync::LazyLock;

use kyso::path::Cache;
use kyso::{Context, Document, Report};

/// What every document of the suite taught.
static SHARED: LazyLock<Cache> = LazyLock::new(Cache::new);

/// The report without a cache, after asking again with one that other documents have filled, and once more when it has learned this one: all
/// must be one, octet by octet.
pub fn verified(document: &Document<'_>, context: &Context<'_>) -> Report {
    let report = kyso::verify(document, context);
    let json = report.to_json();
    for _ in 0..2 {
        assert_eq!(json, kyso::verify_with_cache(document, context, &SHARED).to_json(), "a cache changes nothing");
    }
    report
}
