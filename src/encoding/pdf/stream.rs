//! ISO 32000-2 §7.3.8 — Stream objects: the filters that a stream dictionary lists, and their application in order

use std::borrow::Cow;
use std::sync::Arc;

use super::filter::{self, Output, Parameters};
use super::finding::Problem;
use super::object::{Dictionary, Object};

/// One filter of a stream, with its parameters; `/Crypt` names a crypt filter (§7.4.10).
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Filter {
    pub(super) name: Arc<[u8]>,
    parameters: Parameters,
    crypt: Option<Arc<[u8]>>,
}

/// Gives what an object refers to, or the object.
pub(super) type Resolve<'r> = &'r dyn Fn(&Object) -> Result<Object, Problem>;

/// For dictionaries whose values must be direct (§7.5.8.2).
pub(super) fn direct(object: &Object) -> Result<Object, Problem> {
    match object {
        Object::Reference(_) => Err(Problem::new("indirect", "a reference where only a direct value may stand", 0)),
        _ => Ok(object.clone()),
    }
}

/// More filters than any writer chains.
const MOST_FILTERS: usize = 8;

/// `/Filter` and `/DecodeParms` of a stream that begins at `at`.
pub(super) fn filters(dictionary: &Dictionary, resolve: Resolve<'_>, at: usize) -> Result<Vec<Filter>, Problem> {
    let faulty = |what: &'static str| Problem::new("filter", what, at);
    if dictionary.has(b"F") {
        return Err(Problem::new("external_stream", "the data of a stream are in another file", at));
    }
    let names = elements(resolve(dictionary.entry(b"Filter"))?);
    if names.len() > MOST_FILTERS {
        return Err(faulty("more filters than the limit"));
    }
    let parameters = match dictionary.entry(b"DecodeParms") {
        Object::Null => dictionary.entry(b"DP"),
        parameters => parameters,
    };
    let parameters = elements(resolve(parameters)?);
    let mut filters = Vec::with_capacity(names.len());
    for (index, name) in names.iter().enumerate() {
        let Object::Name(name) = resolve(name)? else { return Err(faulty("a filter that is no name")) };
        let filter = Filter { name, parameters: Parameters::default(), crypt: None };
        filters.push(match resolve(parameters.get(index).unwrap_or(&Object::Null))? {
            Object::Null => filter,
            Object::Dictionary(parameters) => with_parameters(filter, &parameters, resolve)?,
            _ => return Err(faulty("filter parameters that are no dictionary")),
        });
    }
    Ok(filters)
}

/// One value or an array of them.
fn elements(object: Object) -> Vec<Object> {
    match object {
        Object::Null => Vec::new(),
        Object::Array(elements) => elements.to_vec(),
        single => vec![single],
    }
}

fn with_parameters(filter: Filter, dictionary: &Dictionary, resolve: Resolve<'_>) -> Result<Filter, Problem> {
    let mut entries = Vec::new();
    for key in [&b"Predictor"[..], b"Colors", b"BitsPerComponent", b"Columns", b"EarlyChange"] {
        entries.push((key.into(), resolve(dictionary.entry(key))?));
    }
    let crypt = match resolve(dictionary.entry(b"Name"))? {
        Object::Name(name) => Some(name),
        _ => None,
    };
    Ok(Filter { parameters: Parameters::new(&Dictionary::new(entries)), crypt, ..filter })
}

/// The crypt filter that a stream names for itself; without a name it is `/Identity` (table 14).
pub(super) fn crypt_filter(filters: &[Filter]) -> Option<&[u8]> {
    filters.iter().find(|filter| *filter.name == *b"Crypt").map(|filter| filter.crypt.as_deref().unwrap_or(b"Identity"))
}

/// Applies `filters` in order, within `output`.
pub(super) fn decode<'a>(octets: Cow<'a, [u8]>, filters: &[Filter], output: &mut Output) -> Result<Cow<'a, [u8]>, Problem> {
    // Deciphering is done before: a `/Crypt` filter is always the first (§7.4.10).
    let mut decoded = octets;
    for step in filters.iter().filter(|filter| *filter.name != *b"Crypt") {
        decoded = Cow::Owned(filter::decode(&step.name, step.parameters, &decoded, output)?);
    }
    Ok(decoded)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dictionary(entries: Vec<(&[u8], Object)>) -> Arc<Dictionary> {
        let Object::Dictionary(dictionary) = Object::dictionary(entries) else { panic!() };
        dictionary
    }

    #[test]
    fn filters_apply_in_order() {
        let names = Object::Array([Object::name(b"AHx"), Object::name(b"RL")].into());
        let filters = filters(&dictionary(vec![(b"Filter", names)]), &direct, 0).unwrap();
        assert_eq!(&*decode(Cow::Borrowed(b"01 41 42 80>"), &filters, &mut Output { limit: 100, given: 0, at: 0 }).unwrap(), b"AB");
        assert!(decode(Cow::Borrowed(b"01 41 42 80>"), &filters, &mut Output { limit: 3, given: 0, at: 0 }).is_err());
    }

    #[test]
    fn what_is_no_filter_is_refused() {
        assert!(filters(&dictionary(vec![(b"Filter", Object::Integer(1))]), &direct, 0).is_err());
        assert!(filters(&dictionary(vec![(b"F", Object::Integer(1))]), &direct, 0).is_err());
        assert!(filters(&dictionary(vec![(b"Filter", Object::Array(vec![Object::name(b"AHx"); 9].into()))]), &direct, 0).is_err());
    }

    #[test]
    fn a_crypt_filter_without_name_is_identity() {
        let filters = filters(&dictionary(vec![(b"Filter", Object::name(b"Crypt"))]), &direct, 0).unwrap();
        assert_eq!(crypt_filter(&filters), Some(&b"Identity"[..]));
    }
}
