//! What earlier signatures permit: ISO 32000-2 §12.8.2.2, §12.8.2.4.

use kyso::Profile;
use kyso::creation::{FieldLock, Permission};

use super::files::{plain, table, with_field};
use super::read_back::{catalog_entry, signature};
use super::{profile, refusal, signed};

fn after(first: &Profile, second: &Profile) -> &'static str {
    refusal(&signed(&table(&plain(), ""), first).unwrap(), second)
}

#[test]
fn a_certification_is_in_the_signature_and_in_the_catalog() {
    for (permission, value) in [(Permission::P1, 1), (Permission::P2, 2), (Permission::P3, 3)] {
        let output = signed(&table(&plain(), ""), &profile().certify(permission)).unwrap();
        let read = signature(&output, "Signature1");
        assert_eq!(read.transform(b"DocMDP").unwrap().entry(b"P").as_integer(), Some(value));
        let permissions = catalog_entry(&output, b"Perms");
        assert_eq!(permissions.as_dictionary().unwrap().entry(b"DocMDP"), read.field.entry(b"V"));
    }
    assert!(signature(&signed(&table(&plain(), ""), &profile()).unwrap(), "Signature1").transform(b"DocMDP").is_none());
}

#[test]
fn a_certified_document_is_signed_unless_it_permits_no_change() {
    assert_eq!(after(&profile().certify(Permission::P1), &profile()), "permission.no_changes");
    assert_eq!(after(&profile().certify(Permission::P2), &profile()), "signed");
    assert_eq!(after(&profile().certify(Permission::P3), &profile()), "signed");
}

#[test]
fn a_certification_comes_first() {
    assert_eq!(after(&profile(), &profile().certify(Permission::P2)), "certification.not_first");
    assert_eq!(after(&profile().certify(Permission::P3), &profile().certify(Permission::P2)), "certification.not_first");
}

#[test]
fn a_locked_field_is_not_signed_and_one_that_is_not_locked_is() {
    let locking = |lock| profile().field("leader").lock(lock);
    let seal = profile().field("seal");
    let named = || vec!["seal".to_owned()];
    assert_eq!(after(&locking(FieldLock::All), &seal), "permission.field_locked");
    assert_eq!(after(&locking(FieldLock::Include(named())), &seal), "permission.field_locked");
    assert_eq!(after(&locking(FieldLock::Include(named())), &profile().field("other")), "signed");
    assert_eq!(after(&locking(FieldLock::Exclude(named())), &seal), "signed");
    assert_eq!(after(&locking(FieldLock::Exclude(named())), &profile().field("other")), "permission.field_locked");
}

#[test]
fn the_lock_of_a_signed_field_can_close_the_document() {
    let closing = |permission| profile().lock(FieldLock::Include(Vec::new())).lock_document(permission);
    assert_eq!(after(&closing(Permission::P1), &profile()), "permission.no_changes");
    assert_eq!(after(&closing(Permission::P2), &profile()), "signed");
}

#[test]
fn the_lock_of_a_field_that_is_not_signed_locks_nothing() {
    let file = table(&with_field("/Lock << /Type /SigFieldLock /Action /All /P 1 >>"), "");
    assert_eq!(refusal(&file, &profile().field("seal")), "signed");
    let once = signed(&file, &profile().field("leader")).unwrap();
    assert_eq!(refusal(&once, &profile().field("seal")), "permission.no_changes");
}
