//! Canonical XML against the vectors of another implementation.
#![cfg(feature = "xml")]

mod common;

use common::{corpora_path, rows};
use kyso::Limits;
use kyso::encoding::xml::{Canonicalisation, Comments, Method, NodeId, NodeSet, Tree, canonical, read};

/// What the document type of a vector does to it, done by hand: document types are refused.
const DECLARED: &[(&str, &[(&str, &str)])] = &[
    ("31_input", &[("<!DOCTYPE doc SYSTEM \"doc.dtd\">", "")]),
    ("33_input", &[("<!DOCTYPE doc [<!ATTLIST e9 attr CDATA \"default\">]>", ""), ("<e9 ", "<e9 attr='default' ")]),
    ("34_input", NORMALISED),
    ("34_input_validatingParser", NORMALISED),
    ("35_input", &[("&ent1;, &ent2;", "Hello, world")]),
    ("36_input", &[("ISO-8859-1", "UTF-8")]),
    ("37_input", &[("<e2 ", "<e2 xml:space='preserve' ")]),
    ("38_input", &[("<e2 ", "<e2 xml:space='preserve' ")]),
];

/// XML 1.0 §3.3.3: the values of attributes that are declared to be tokens.
const NORMALISED: &[(&str, &str)] = &[
    ("'   A   &#x20;&#13;&#xa;&#9;   B   '", "'A &#13;&#xa;&#9; B'"),
    ("<normId id=' &apos;   &#x20;&#13;&#xa;&#9;   &apos; '", "<normId id='&apos; &#13;&#xa;&#9; &apos;'"),
];

#[test]
fn every_vector_has_its_canonical_form() {
    let Some(folder) = corpora_path("c14n") else { return };
    let mut seen = 0;
    for row in rows(&folder.join("index.tsv")) {
        let input = folder.join(&row["input"]);
        let stem = input.file_stem().unwrap().to_str().unwrap().to_owned();
        let mut text = std::fs::read_to_string(&input).unwrap();
        let has_type = text.contains("<!DOCTYPE");
        let refused = read(text.as_bytes(), &Limits::default()).map(|_| ()).map_err(|malformed| malformed.what.into_owned());
        assert_eq!(refused.is_err(), has_type || stem == "36_input", "{stem}");
        if let Some((_, replaced)) = DECLARED.iter().find(|(name, _)| *name == stem) {
            for (from, to) in *replaced {
                text = text.replace(from, to);
            }
        }
        if let (Some(start), Some(end)) = (text.find("<!DOCTYPE"), text.find("]>")) {
            text.replace_range(start..end + 2, "");
        }
        let tree = read(text.as_bytes(), &Limits::default()).unwrap_or_else(|malformed| panic!("{stem}: {malformed}"));
        let how = Canonicalisation {
            method: if row["algorithm"].contains("C14N11") { Method::Inclusive11 } else { Method::Inclusive },
            comments: if row["algorithm"].contains("WITH_COMMENTS") { Comments::With } else { Comments::Without },
            prefixes: Vec::new(),
        };
        let set = if row["xpath_subset(or file)"].contains("ietf:e1") { section_3_7(&tree) } else { tree.all() };
        let mut written = Vec::new();
        canonical(&tree, &set, &how, &mut |piece: &[u8]| {
            written.extend_from_slice(piece);
            Ok(())
        })
        .unwrap();
        let expected = std::fs::read(folder.join(&row["expected_output_bytes"])).unwrap();
        assert_eq!(String::from_utf8_lossy(&written), String::from_utf8_lossy(&expected), "{}", row["case"]);
        seen += 1;
    }
    assert_eq!(seen, 25);
}

/// The document subset of Canonical XML 1.0 §3.7: `e1` itself without its text and without `e2`, and everything in `E3`.
fn section_3_7(tree: &Tree<'_>) -> NodeSet {
    let of =
        |local: &str| tree.descendants(tree.root()).find(|node: &NodeId| tree.name(*node).is_some_and(|name| name.1 == local)).unwrap();
    NodeSet::union([NodeSet::of([of("e1")]), NodeSet::subtree(tree, of("e3"))])
}
