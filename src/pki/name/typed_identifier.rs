//! RFC 4519 §2.39 — `UID` with the kind of number before a colon, as Vietnamese certificates have it

/// An identifier whose kind stands before it: `MST:0400260612-001`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TypedIdentifier {
    /// `MST`, `CCCD`, `CMND`, `MNS`, .. in capitals
    pub kind: String,
    /// What follows the colon, branch included.
    pub value: String,
}

impl TypedIdentifier {
    pub(super) fn from_text(text: &str) -> Option<Self> {
        let (kind, value) = text.split_once(':')?;
        let (kind, value) = (kind.trim(), value.trim());
        let named = !kind.is_empty() && kind.chars().all(|c| c.is_ascii_alphanumeric());
        named.then(|| Self { kind: kind.to_ascii_uppercase(), value: value.to_owned() })
    }

    /// Of a tax code of thirteen digits the last three, which number a branch or subordinate unit: `0400260612-001`.
    pub fn branch(&self) -> Option<&str> {
        (self.kind == "MST").then(|| tax_code(&self.value)).flatten().and_then(|(_, branch)| branch)
    }

    /// Whether the number is written as its kind is. Of kinds without a known form only the empty one is not.
    pub fn is_well_formed(&self) -> bool {
        let digits = |counts: &[usize]| counts.contains(&self.value.len()) && is_number(&self.value);
        match self.kind.as_str() {
            "MST" => tax_code(&self.value).is_some() || digits(&[12]),
            "CCCD" => digits(&[12]),
            "CMND" => digits(&[9, 12]),
            "MNS" => digits(&[7]),
            _ => !self.value.is_empty(),
        }
    }
}

/// A tax code of ten digits, and the branch of one of thirteen, with or without the hyphen between.
fn tax_code(value: &str) -> Option<(&str, Option<&str>)> {
    let (code, rest) = value.split_at_checked(10)?;
    let branch = match (rest.strip_prefix('-').unwrap_or(rest), rest) {
        ("", "") => None,
        (branch, _) if branch.len() == 3 && is_number(branch) => Some(branch),
        _ => return None,
    };
    is_number(code).then_some((code, branch))
}

fn is_number(text: &str) -> bool {
    text.bytes().all(|octet| octet.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::super::tests::name;
    use super::*;
    use crate::encoding::der::tag;
    use crate::pki::object_id;

    fn identifier(text: &str) -> TypedIdentifier {
        TypedIdentifier::from_text(text).unwrap()
    }

    /// `E=syt@.., UID=MST:.., UID=MNS:.., CN=.., O=..`: the form of a province's department, with a comma in its name.
    #[test]
    fn several_identifiers_stand_in_one_name() {
        let uid = |text| (object_id::USER_ID, tag::UTF8_STRING, text);
        let name = name(&[
            &[(object_id::COUNTRY, tag::PRINTABLE_STRING, "VN")],
            &[(object_id::COMMON_NAME, tag::UTF8_STRING, "VĂN PHÒNG, MST:0000000000")],
            &[uid("MST:0400260612")],
            &[uid("MNS:1047665")],
            &[uid("cccd: 048000000001")],
            &[uid("1047665")],
        ]);
        let typed: Vec<_> = name.typed_identifiers().into_iter().map(|id| (id.kind, id.value)).collect();
        let expected = [("MST", "0400260612"), ("MNS", "1047665"), ("CCCD", "048000000001")];
        assert_eq!(typed, expected.map(|(kind, value)| (kind.to_owned(), value.to_owned())));
        assert_eq!(name.common_name(), Some("VĂN PHÒNG, MST:0000000000"));
    }

    #[test]
    fn a_tax_code_may_name_a_branch() {
        assert_eq!(identifier("MST:0400260612-001").branch(), Some("001"));
        assert_eq!(identifier("MST:0400260612001").branch(), Some("001"));
        for without in ["MST:0400260612", "MST:0400260612-1", "MST:0400260612-", "MST:040026061-001", "MNS:0400260612-001"] {
            assert_eq!(identifier(without).branch(), None, "{without}");
        }
    }

    #[test]
    fn numbers_have_the_form_of_their_kind() {
        for good in
            ["MST:0400260612", "MST:0400260612-001", "MST:048000000001", "CCCD:048000000001", "CMND:200000001", "MNS:1047665", "BHXH:x"]
        {
            assert!(identifier(good).is_well_formed(), "{good}");
        }
        for bad in ["MST:", "MST:04002606", "MST:0400260612-0x1", "CCCD:04800000001", "CCCD:Nguyễn Văn A", "CMND:20000000a", "MNS:", "PID:"]
        {
            assert!(!identifier(bad).is_well_formed(), "{bad}");
        }
        for untyped in ["0400260612", ":0400260612", "mã số:1"] {
            assert_eq!(TypedIdentifier::from_text(untyped), None, "{untyped}");
        }
    }
}
