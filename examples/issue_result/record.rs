//! The result as data: what a one-stop system would hand over. Everybody in it is invented; the law it cites is real.

use kyso::Time;

/// A decision of the chairman of a commune's people's committee.
pub struct Record {
    /// `Mã kết quả`: under this number the electronic original is found again (NĐ 45/2020 Art 14).
    pub result_code: &'static str,
    pub organisation: [&'static str; 2],
    pub number: &'static str,
    pub place_and_date: String,
    pub subject: &'static str,
    pub authority: &'static str,
    pub grounds: [&'static str; 3],
    pub articles: [(&'static str, &'static str); 3],
    pub recipients: [&'static str; 4],
    pub signatory_title: &'static str,
    pub signatory: &'static str,
    pub issued: Time,
}

impl Record {
    /// A monthly social pension, decided at `issued`.
    pub fn demo(issued: Time) -> Self {
        Self {
            result_code: "000.00.01.H99-261105-0042-KQ1",
            organisation: ["ỦY BAN NHÂN DÂN", "PHƯỜNG HOA SEN"],
            number: "Số: 158/QĐ-UBND",
            place_and_date: place_and_date(issued),
            subject: "Về việc hưởng trợ cấp hưu trí xã hội hàng tháng",
            authority: "CHỦ TỊCH ỦY BAN NHÂN DÂN PHƯỜNG HOA SEN",
            grounds: [
                "Căn cứ Luật Tổ chức chính quyền địa phương ngày 16 tháng 6 năm 2025;",
                "Căn cứ Luật Bảo hiểm xã hội ngày 29 tháng 6 năm 2024 và Nghị định số 176/2025/NĐ-CP ngày 30 tháng 6 năm 2025 \
                 của Chính phủ quy định chi tiết và hướng dẫn thi hành một số điều của Luật Bảo hiểm xã hội về trợ cấp hưu trí xã hội;",
                "Theo đề nghị của Trưởng phòng Văn hóa - Xã hội.",
            ],
            articles: [
                (
                    "Điều 1.",
                    "Bà Lê Thị C, sinh ngày 03 tháng 02 năm 1950, số định danh cá nhân 000000000003, thường trú tại tổ dân phố số 5, \
                     phường Hoa Sen, tỉnh Đông Hải, được hưởng trợ cấp hưu trí xã hội hàng tháng với mức 500.000 đồng/tháng \
                     (năm trăm nghìn đồng một tháng), kể từ tháng 12 năm 2026.",
                ),
                (
                    "Điều 2.",
                    "Chánh Văn phòng Hội đồng nhân dân và Ủy ban nhân dân phường, Trưởng phòng Văn hóa - Xã hội, Giám đốc Trung tâm \
                     Phục vụ hành chính công phường Hoa Sen và bà Lê Thị C chịu trách nhiệm thi hành Quyết định này.",
                ),
                ("Điều 3.", "Quyết định này có hiệu lực kể từ ngày ký./."),
            ],
            recipients: ["Như Điều 2;", "Sở Y tế tỉnh Đông Hải;", "Kho dữ liệu điện tử của bà Lê Thị C;", "Lưu: VT, VHXH."],
            signatory_title: "CHỦ TỊCH",
            signatory: "Nguyễn Văn A",
            issued,
        }
    }
}

/// The day in Vietnam; days under ten and the first two months have a zero before them (NĐ 30/2020, Annex I).
fn place_and_date(issued: Time) -> String {
    let (year, month, day, ..) = issued.plus_seconds(7 * 3600).civil();
    let month = if month < 3 { format!("0{month}") } else { month.to_string() };
    format!("Hoa Sen, ngày {day:02} tháng {month} năm {year}")
}
