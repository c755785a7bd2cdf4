//! Validation policies, by name or from a file

use std::path::Path;

use kyso::Policy;

use crate::exit::Failure;
use crate::files;

/// The policy of that name, else the one in the file of that name.
pub fn named(name: &str) -> Result<Policy, Failure> {
    if let Some(policy) = Policy::named(name) {
        return Ok(policy);
    }
    let path = Path::new(name);
    if !path.exists() {
        let known: Vec<&str> = Policy::built_in().collect();
        return Err(Failure::usage(format!("{name}: neither a built-in policy ({}) nor a file", known.join(", "))));
    }
    Policy::from_json(&files::read(path)?).map_err(|malformed| Failure::unreadable(path, malformed))
}
