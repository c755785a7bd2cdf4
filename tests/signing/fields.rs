//! Signature fields: ISO 32000-2 §12.7.4, §12.7.5.5.

use kyso::Profile;
use kyso::creation::{Appearance, FieldLock, Permission};
use kyso::encoding::pdf::Reference;

use super::files::{objects, plain, table, updated, with, with_field};
use super::read_back::{open, signature};
use super::{profile, refusal, signed};

/// A profile for the field that [`with_field`] makes.
fn leader() -> Profile {
    profile().field("leader")
}

fn refused_field(more: &str, profile: &Profile) -> &'static str {
    refusal(&table(&with_field(more), ""), profile)
}

#[test]
fn an_existing_field_is_filled_and_stays_where_it_is() {
    let file = table(&with_field(""), "");
    let output = signed(&file, &leader()).unwrap();
    let read = signature(&output, "leader");
    assert_eq!(read.field.entry(b"Rect").as_array().unwrap()[0].as_integer(), Some(300));
    let changed: Vec<u32> = open(&output).revisions()[1].entries().map(|(number, _)| number).filter(|number| *number < 8).collect();
    assert_eq!(changed, [6, 7], "the form for its flags, the field for its value");
}

#[test]
fn a_field_of_that_name_that_does_not_exist_is_made() {
    let file = table(&with_field(""), "");
    signature(&signed(&file, &profile().field("seal")).unwrap(), "seal");
    assert_eq!(refusal(&file, &profile().field("office.seal")), "field.name");
    assert_eq!(refusal(&file, &profile().field("")), "field.name");
}

#[test]
fn a_new_name_is_one_that_no_field_has() {
    let file = table(&with(with_field(""), &[(7, "<< /FT /Tx /T (Signature1) >>")]), "");
    signature(&signed(&file, &profile()).unwrap(), "Signature2");
}

#[test]
fn a_field_is_found_by_its_fully_qualified_name() {
    let parent = with(with_field("/Parent 8 0 R"), &[(6, "<< /Fields [8 0 R] >>"), (8, "<< /T (office) /FT /Sig /Kids [7 0 R] >>")]);
    let parent = table(&parent, "");
    assert_eq!(refusal(&parent, &profile().field("office.leader")), "signed");
    assert_eq!(refusal(&parent, &profile().field("office")), "field.type");
    assert_eq!(refusal(&parent, &profile().field("leader")), "signed", "a new field of that name");
}

#[test]
fn a_field_whose_kids_loop_is_read_once() {
    let file = table(&with(with_field("/Kids [7 0 R]"), &[]), "");
    assert_eq!(refusal(&file, &leader()), "signed");
}

#[test]
fn a_field_that_is_signed_read_only_or_of_another_type_is_refused() {
    assert_eq!(refused_field("", &leader()), "signed");
    assert_eq!(refused_field("/Ff 1", &leader()), "field.read_only");
    assert_eq!(refusal(&table(&with(with_field(""), &[(7, "<< /FT /Tx /T (leader) >>")]), ""), &leader()), "field.type");
    let once = signed(&table(&with_field(""), ""), &leader()).unwrap();
    assert_eq!(refusal(&once, &leader()), "field.signed");
}

#[test]
fn the_lock_of_a_field_becomes_the_transform_of_its_signature() {
    let file = table(&with_field("/Lock << /Type /SigFieldLock /Action /Include /Fields [(name) (date)] >>"), "");
    let transform = signature(&signed(&file, &leader()).unwrap(), "leader").transform(b"FieldMDP").unwrap();
    assert!(transform.entry(b"Action").is_name(b"Include"));
    assert_eq!(transform.entry(b"Fields").as_array().unwrap().len(), 2);
}

#[test]
fn a_new_field_gets_the_lock_asked_for() {
    let locking = profile().lock(FieldLock::Exclude(vec!["seal".into()])).lock_document(Permission::P2);
    let output = signed(&table(&plain(), ""), &locking).unwrap();
    let read = signature(&output, "Signature1");
    assert!(read.transform(b"FieldMDP").unwrap().entry(b"Action").is_name(b"Exclude"));
    assert!(read.field.entry(b"Lock").as_reference().is_some(), "an indirect object (table 235)");
    let lock = open(&output).latest().value(&read.field, b"Lock").unwrap();
    assert_eq!(lock.as_dictionary().unwrap().entry(b"P").as_integer(), Some(2));
    let only_document = signature(&signed(&table(&plain(), ""), &profile().lock_document(Permission::P2)).unwrap(), "Signature1");
    assert!(only_document.transform(b"FieldMDP").is_none());
}

#[test]
fn an_existing_field_has_the_lock_asked_for_or_is_refused() {
    let own = "/Lock << /Type /SigFieldLock /Action /Include /Fields [(date)] >>";
    let include = |name: &str| FieldLock::Include(vec![name.to_owned()]);
    assert_eq!(refused_field(own, &leader().lock(include("date"))), "signed");
    assert_eq!(refused_field(own, &leader().lock(include("name"))), "field.lock");
    assert_eq!(refused_field(own, &leader().lock(include("date")).lock_document(Permission::P2)), "field.lock");
    assert_eq!(refused_field("", &leader().lock(include("date"))), "signed");
    assert_eq!(refused_field("", &leader().lock_document(Permission::P2)), "field.lock");
}

#[test]
fn of_two_fields_of_one_name_none_is_signed() {
    let twin = |name: &str| {
        let twin = format!("<< /FT /Sig /T ({name}) /Rect [0 0 1 1] >>");
        table(&with(with_field(""), &[(6, "<< /Fields [7 0 R 8 0 R] >>"), (8, &twin)]), "")
    };
    assert_eq!(refusal(&twin("other"), &leader()), "signed");
    assert_eq!(refusal(&twin("leader"), &leader()), "document.damaged");
}

#[test]
fn an_appearance_goes_to_the_widget_of_a_field_that_has_it_as_a_kid() {
    let objects = with(
        with_field(""),
        &[(7, "<< /FT /Sig /T (leader) /Kids [8 0 R] >>"), (8, "<< /Subtype /Widget /Rect [10 10 60 40] /Parent 7 0 R >>")],
    );
    let appearance = Appearance { content: b"0 0 m".to_vec(), ..Appearance::default() };
    let output = signed(&table(&objects, ""), &leader().appearance(appearance)).unwrap();
    let widget = open(&output).latest().object(Reference { number: 8, generation: 0 }).unwrap();
    assert!(widget.as_dictionary().unwrap().has(b"AP"));
    assert!(!signature(&output, "leader").field.has(b"AP"));
}

/// `/Ff` says which seed values are rules: bit by bit of table 237.
#[test]
fn required_seed_values_are_met_or_refused() {
    let seed = |entries: &str, profile: &Profile| refused_field(&format!("/SV << /Type /SV {entries} >>"), profile);
    let reason = |text: &str| leader().reason(text);
    for (entries, profile, expected) in [
        ("/Filter /Adobe.PPKLite /Ff 1", leader(), "signed"),
        ("/Filter /Entrust.PPKEF /Ff 1", leader(), "field.seed_value"),
        ("/Filter /Entrust.PPKEF /Ff 0", leader(), "signed"),
        ("/SubFilter [/adbe.pkcs7.detached /ETSI.CAdES.detached] /Ff 2", leader(), "signed"),
        ("/SubFilter [/adbe.pkcs7.detached] /Ff 2", leader(), "field.seed_value"),
        ("/SubFilter [/adbe.pkcs7.detached]", leader(), "signed"),
        ("/V 3 /Ff 4", leader(), "signed"),
        ("/V 4 /Ff 4", leader(), "field.seed_value"),
        ("/Reasons [(Approved) (Seen)] /Ff 8", reason("Seen"), "signed"),
        ("/Reasons [(Approved) (Seen)] /Ff 8", reason("Other"), "field.seed_value"),
        ("/Reasons [(Approved) (Seen)] /Ff 8", leader(), "field.seed_value"),
        ("/Reasons [(.)] /Ff 8", leader(), "signed"),
        ("/Reasons [(.)] /Ff 8", reason("."), "field.seed_value"),
        ("/LegalAttestation [(x)] /Ff 16", leader(), "signed"),
        ("/LegalAttestation [(x)] /Ff 16", leader().certify(Permission::P2), "field.seed_value"),
        ("/AddRevInfo true /Ff 32", leader(), "field.seed_value"),
        ("/AddRevInfo false /Ff 32", leader(), "signed"),
        ("/DigestMethod [(SHA256) (SHA512)] /Ff 64", leader(), "signed"),
        ("/DigestMethod [(SHA512)] /Ff 64", leader(), "field.seed_value"),
        ("/LockDocument /false /Ff 128", leader(), "signed"),
        ("/LockDocument /true /Ff 128", leader(), "field.seed_value"),
        ("/LockDocument /true /Ff 128", leader().certify(Permission::P1), "signed"),
        ("/LockDocument /false /Ff 128", leader().certify(Permission::P1), "field.seed_value"),
        ("/AppearanceFilter (x) /Ff 256", leader(), "field.seed_value"),
        ("/MDP << /P 0 >>", leader(), "signed"),
        ("/MDP << /P 0 >>", leader().certify(Permission::P2), "field.seed_value"),
        ("/MDP << /P 2 >>", leader().certify(Permission::P2), "signed"),
        ("/MDP << /P 2 >>", leader().certify(Permission::P3), "field.seed_value"),
        ("/TimeStamp << /URL (http://tsa.example) /Ff 1 >>", leader(), "field.seed_value"),
        ("/TimeStamp << /URL (http://tsa.example) >>", leader(), "signed"),
        ("/Cert << /KeyUsage [(1)] /Ff 32 >>", leader(), "signed"),
        ("/Cert << /KeyUsage [(0)] /Ff 32 >>", leader(), "field.seed_value"),
        ("/Cert << /Subject [<3000>] /Ff 1 >>", leader(), "field.seed_value"),
        ("/Cert << /Subject [<3000>] >>", leader(), "signed"),
        ("/Cert << /Issuer [<3000>] /Ff 2 >>", leader(), "field.seed_value"),
        ("/Cert << /OID [(1.2.3)] /Ff 4 >>", leader(), "field.seed_value"),
        ("/Cert << /SubjectDN [<< /CN (x) >>] /Ff 8 >>", leader(), "field.seed_value"),
        ("/Cert << /SubjectDN [<< /CN (x) >> << /cn (leader) >>] /Ff 8 >>", leader(), "signed"),
    ] {
        assert_eq!(seed(entries, &profile), expected, "{entries}");
    }
}

#[test]
fn a_field_of_an_update_counts_as_it_is_now() {
    let read_only = objects(&[(7, "<< /Type /Annot /Subtype /Widget /FT /Sig /T (leader) /Rect [0 0 1 1] /Ff 1 >>")]);
    assert_eq!(refusal(&updated(table(&with_field(""), ""), &read_only, ""), &leader()), "field.read_only");
}

/// Each field the kid of the one before.
fn nested_fields(depth: u32) -> Vec<u8> {
    let kids = |number: u32| if number < 10 + depth { format!("/Kids [{} 0 R]", number + 1) } else { String::new() };
    let fields: Vec<(u32, String)> = (10..=10 + depth).map(|number| (number, format!("<< /T (f) /FT /Tx {} >>", kids(number)))).collect();
    let fields: Vec<(u32, &str)> = fields.iter().map(|(number, text)| (*number, text.as_str())).collect();
    table(&with(with(with_field(""), &[(6, "<< /Fields [7 0 R 10 0 R] >>")]), &fields), "")
}

#[test]
fn fields_nest_as_deep_as_the_limit_and_no_deeper() {
    assert_eq!(refusal(&nested_fields(250), &leader()), "signed");
    assert_eq!(refusal(&nested_fields(300), &leader()), "document.damaged");
}

#[test]
fn names_that_grow_out_of_one_string_are_stopped() {
    let many = |count: usize| {
        let name = format!("({})", "n".repeat(100_000));
        let field = "<< /T 9 0 R /FT /Tx >>".repeat(count);
        table(&with(with_field(""), &[(6, &format!("<< /Fields [7 0 R {field}] >>")), (9, &name)]), "")
    };
    assert_eq!(refusal(&many(100), &leader()), "signed");
    assert_eq!(refusal(&many(1_000), &leader()), "document.damaged");
}
