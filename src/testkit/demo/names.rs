//! X.520 — the names of everybody in the demonstration: invented, formed as Vietnamese certificates form them

use crate::testkit::name::{COMMON_NAME, COUNTRY, EMAIL, LOCALITY, Name, ORGANISATION, TITLE, USER_ID};

pub(super) fn root_name() -> Name {
    Name::of([(COUNTRY, "VN"), (ORGANISATION, "Kyso Demo"), (COMMON_NAME, "Kyso Demo Root CA")])
}

pub(super) fn second_root_name() -> Name {
    Name::of([(COUNTRY, "VN"), (ORGANISATION, "Kyso Demo"), (COMMON_NAME, "Kyso Demo Root CA G2")])
}

pub(super) fn issuing_name() -> Name {
    Name::of([(COUNTRY, "VN"), (ORGANISATION, "Kyso Demo"), (COMMON_NAME, "Chứng thực số Kyso Demo")])
}

pub(super) fn service(kind: &str) -> Name {
    Name::of([(COUNTRY, "VN"), (ORGANISATION, "Kyso Demo"), (COMMON_NAME, &format!("Kyso Demo {kind}"))])
}

pub(super) fn leader_name() -> Name {
    person("Nguyễn Văn A", "CCCD:000000000001")
}

pub(super) fn former_leader_name() -> Name {
    person("Trần Thị B", "CCCD:000000000002")
}

fn person(common_name: &str, id: &str) -> Name {
    Name::of([
        (COUNTRY, "VN"),
        (LOCALITY, "Đông Hải"),
        (ORGANISATION, "ỦY BAN NHÂN DÂN PHƯỜNG HOA SEN"),
        (TITLE, "Chủ tịch"),
        (COMMON_NAME, common_name),
        (USER_ID, id),
    ])
}

/// As the province organisations of the government's second generation are named: tax number and budget-unit number.
pub(super) fn organisation_name() -> Name {
    Name::of([
        (COUNTRY, "VN"),
        (LOCALITY, "Đông Hải"),
        (ORGANISATION, "ỦY BAN NHÂN DÂN TỈNH ĐÔNG HẢI"),
        (COMMON_NAME, "ỦY BAN NHÂN DÂN PHƯỜNG HOA SEN"),
        (USER_ID, "MNS:0000001"),
        (USER_ID, "MST:0000000001"),
        (EMAIL, "phuonghoasen@donghai.example"),
    ])
}
