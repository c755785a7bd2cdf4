//! ISO 32000-2 §12.6.3 — Format actions (table 199): whether a text is what the usual scripts make of a value
//!
//! No script is run. Those of one library are in nearly every form; what each makes of a value is known, and which numbers and letters must be
//! in it is what is asked here.

use super::variable_text::letters;

/// Whether `shown` is `value` as `script` formats it; `None` for a script that is not known.
pub(super) fn is_formatted(value: &str, shown: &str, script: &str) -> Option<bool> {
    let (function, arguments) = call(script)?;
    match function {
        "AFNumber_Format" => {
            let currency: String = arguments.get(4).map_or(String::new(), |currency| currency.trim_matches(['"', '\'']).to_owned());
            Some(is_number(value, &shown.replacen(currency.trim(), "", 1), decimals(&arguments)?, 0))
        }
        "AFPercent_Format" => Some(is_number(value, &shown.replacen('%', "", 1), decimals(&arguments)?, 2)),
        "AFSpecial_Format" => Some(digits(value) == digits(shown) && letters(value.chars()) == letters(shown.chars())),
        "AFDate_Format" | "AFDate_FormatEx" => {
            let order = parts(&date_format(function, &arguments));
            // Where either of them does not say which is which, they are only looked for.
            let is_other = day_and_month(value, &order).zip(day_and_month(shown, &order)).is_some_and(|(value, shown)| value != shown);
            Some(is_date(value, shown, false) && !is_other)
        }
        "AFTime_Format" | "AFTime_FormatEx" => Some(is_date(value, shown, true)),
        _ => None,
    }
}

/// The one call that a script consists of, with its arguments.
fn call(script: &str) -> Option<(&str, Vec<&str>)> {
    let script = script.trim().trim_end_matches(';').trim_end();
    let (function, rest) = script.split_once('(')?;
    let arguments = rest.strip_suffix(')')?;
    // Another call behind it, or within.
    (!arguments.contains(['(', ')', ';'])).then(|| (function.trim(), arguments.split(',').map(str::trim).collect()))
}

fn decimals(arguments: &[&str]) -> Option<usize> {
    arguments.first()?.parse().ok().filter(|decimals| *decimals <= 20)
}

fn digits(text: &str) -> String {
    text.chars().filter(char::is_ascii_digit).collect()
}

/// Whether the digits are those of the number, as many behind the point as said: rounded, the point moved to the right.
fn is_number(value: &str, shown: &str, decimals: usize, shift: usize) -> bool {
    // Separators, signs and brackets aside nothing else is shown.
    let is_of_number =
        |character: char| character.is_ascii_digit() || character.is_whitespace() || "+-(),.'\u{a0}\u{202f}’".contains(character);
    if !shown.chars().all(is_of_number) {
        return false;
    }
    if value.trim().is_empty() {
        return digits(shown).is_empty();
    }
    let is_negative = value.trim_start().starts_with('-');
    let says_negative = shown.contains(['-', '(']);
    let point = value.rfind(['.', ',']).unwrap_or(value.len());
    let (whole, part) = (value.get(..point).unwrap_or_default(), value.get(point..).unwrap_or_default().trim_start_matches(['.', ',']));
    if !value.trim().trim_start_matches('-').chars().all(|character| character.is_ascii_digit() || matches!(character, '.' | ',')) {
        return false;
    }
    // One digit more than is shown, to round by.
    let wanted = decimals.saturating_add(shift).saturating_add(1);
    let part: String = digits(part).chars().chain(std::iter::repeat('0')).take(wanted).collect();
    let number = format!("{}{part}", digits(whole)).parse::<u128>().ok();
    let Some(number) = number else { return false };
    let shown = digits(shown).parse::<u128>();
    // Red in the place of a sign is one of the styles.
    (is_negative || !says_negative)
        && shown.is_ok_and(|shown| shown == number / 10 || shown == (number / 10).saturating_add(1) && number % 10 >= 5)
}

/// Months by the letters that their names begin with.
const MONTHS: [&str; 12] = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

/// Whether every number that is shown is one of the value, each of them once. A year may have two digits on one of the sides where all numbers are
/// shown: else its end could be taken for a day. Hours may be those of a half day.
fn is_date(value: &str, shown: &str, is_time: bool) -> bool {
    let (mut value, shown) = (numbers(value), numbers(shown));
    if shown.is_empty() != value.is_empty() || shown.len() > value.len() {
        return false;
    }
    let has_year = |numbers: &[u32]| numbers.iter().any(|number| *number > 99);
    let of_two_digits = shown.len() == value.len() && has_year(&shown) != has_year(&value);
    let mut take = |is: &dyn Fn(u32) -> bool| value.iter().position(|own| is(*own)).map(|at| value.swap_remove(at)).is_some();
    let others: Vec<u32> = shown.into_iter().filter(|number| !take(&|own| own == *number)).collect();
    let is_year = |own: u32, number: u32| of_two_digits && (own % 100 == number || number % 100 == own);
    let is_hour = |own: u32, number: u32| is_time && own == number.saturating_add(12);
    others.into_iter().all(|number| take(&|own| is_year(own, number) || is_hour(own, number)))
}

/// The numbers of a date, months by name among them.
fn numbers(text: &str) -> Vec<u32> {
    named_numbers(text).into_iter().map(|(number, _)| number).collect()
}

/// The same, and whether each is a month by its name.
fn named_numbers(text: &str) -> Vec<(u32, bool)> {
    let words = text.split(|character: char| !character.is_alphanumeric()).filter(|word| !word.is_empty());
    let number = |word: &str| {
        let month = MONTHS.iter().zip(1..).find(|(month, _)| word.to_ascii_lowercase().starts_with(**month)).map(|(_, number)| number);
        word.parse().ok().map(|number| (number, false)).or(month.map(|month| (month, true)))
    };
    words.filter_map(number).collect()
}

/// What a number of a date is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    Day,
    Month,
    Year,
}

/// The formats that the library knows by a number.
const DATE_FORMATS: [&str; 14] = [
    "m/d",
    "m/d/yy",
    "mm/dd/yy",
    "mm/yy",
    "d-mmm",
    "d-mmm-yy",
    "dd-mmm-yy",
    "yy-mm-dd",
    "mmm-yy",
    "mmmm-yy",
    "mmm d, yyyy",
    "mmmm d, yyyy",
    "m/d/yy h:MM tt",
    "m/d/yy HH:MM",
];

fn date_format(function: &str, arguments: &[&str]) -> String {
    let written = arguments.join(",");
    let known = || written.parse().ok().and_then(|index: usize| DATE_FORMATS.get(index)).map(|format| (*format).to_owned());
    if function == "AFDate_Format" { known().unwrap_or_default() } else { written }
}

/// The numbers of a date in the order of `format`; a day of the week is none.
fn parts(format: &str) -> Vec<Part> {
    let letters: Vec<char> = format.chars().collect();
    let part = |run: &[char]| match run {
        ['d'] | ['d', 'd'] => Some(Part::Day),
        ['m', ..] => Some(Part::Month),
        ['y', ..] => Some(Part::Year),
        _ => None,
    };
    letters.chunk_by(|one, other| one == other).filter_map(part).collect()
}

/// Day and month of a date that is written in this order, or year, month and day.
fn day_and_month(text: &str, order: &[Part]) -> Option<(u32, u32)> {
    const LAST_DAY: u32 = 31;
    const YEAR_FIRST: [Part; 3] = [Part::Year, Part::Month, Part::Day];
    let numbers = named_numbers(text);
    let (begins_with_year, has_year) = (numbers.first()?.0 > LAST_DAY, numbers.iter().any(|(number, _)| *number > LAST_DAY));
    let order = match order.first()? {
        Part::Year if has_year && !begins_with_year => return None,
        Part::Day | Part::Month if begins_with_year => &YEAR_FIRST,
        _ => order,
    };
    let (mut day, mut month) = (None, numbers.iter().find(|(_, is_named)| *is_named).map(|(month, _)| *month));
    let is_open = |part: &&Part| month.is_none() || **part != Part::Month;
    let order: Vec<Part> = order.iter().filter(is_open).copied().collect();
    for (part, (number, _)) in order.iter().zip(numbers.iter().filter(|(_, is_named)| !is_named)) {
        match part {
            Part::Day => day = Some(*number),
            Part::Month => month = Some(*number),
            Part::Year => {}
        }
    }
    // A year has twelve months: whoever says another one means the day.
    let (day, month) = (day?, month?);
    Some(if month > 12 { (month, day) } else { (day, month) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_keep_their_digits() {
        let script = "AFNumber_Format(2, 0, 0, 0, \"$\", true);";
        for (value, shown) in [("2000", "$2,000.00"), ("2000.5", "2,000.50"), ("2.005", "2.01"), ("-3", "-3.00"), ("", "")] {
            assert_eq!(is_formatted(value, shown, script), Some(true), "{value} {shown}");
        }
        for (value, shown) in
            [("2000", "9,000.00"), ("2000", "20,000.00"), ("2000", "free"), ("2000", "-2,000.00"), ("13/QD", "99"), ("", "1")]
        {
            assert_eq!(is_formatted(value, shown, script), Some(false), "{value} {shown}");
        }
        assert_eq!(is_formatted("0.25", "25 %", "AFPercent_Format(0, 0)"), Some(true));
        assert_eq!(is_formatted("0.25", "75 %", "AFPercent_Format(0, 0)"), Some(false));
    }

    #[test]
    fn dates_keep_their_numbers() {
        let script = "AFDate_FormatEx(\"d mmm yyyy\")";
        for (value, shown) in [("23/11/2026", "23 Nov 2026"), ("23/11/26", "23.11.2026"), ("23/11/2026", "23 Nov")] {
            assert_eq!(is_formatted(value, shown, script), Some(true), "{value} {shown}");
        }
        for (value, shown) in [
            ("23/11/2026", "24 Nov 2026"),
            ("23/11/2026", "23 Nov 2036"),
            ("23/11/2026", ""),
            ("13/QD", "99/QD"),
            ("23/11/2026", "26 Nov 2026"),
            ("23/11/2026", "26 Nov"),
            ("23/11/2026", "11 Nov 2026"),
            ("23/11/2026", "26 Nov 2023"),
        ] {
            assert_eq!(is_formatted(value, shown, script), Some(false), "{value} {shown}");
        }
    }

    #[test]
    fn days_are_no_months() {
        let day_first = "AFDate_FormatEx(\"dd/mm/yyyy\")";
        for (value, shown, script) in [
            ("03/04/2026", "03/04/2026", day_first),
            ("2026-04-03", "03/04/2026", day_first),
            ("3/4/26", "03/04/2026", day_first),
            ("04/23/2026", "23/04/2026", day_first),
            ("3 Apr 2026", "03/04/2026", day_first),
            ("ngay 03 thang 04 nam 2026", "03/04/2026", day_first),
            ("04/03/2026", "Apr 3, 2026", "AFDate_FormatEx(\"mmm d, yyyy\")"),
            ("4/3", "3-Apr", "AFDate_Format(0)"),
            ("03/04/2026", "26-04-03", "AFDate_Format(7)"),
            ("3-Apr-05", "3-Apr-05", "AFDate_Format(5)"),
            ("Friday, 03/04/2026", "Friday 03/04/2026", "AFDate_FormatEx(\"dddd dd/mm/yyyy\")"),
        ] {
            assert_eq!(is_formatted(value, shown, script), Some(true), "{value} {shown}");
        }
        for (value, shown, script) in [
            ("03/04/2026", "04/03/2026", day_first),
            ("2026-04-03", "04/03/2026", day_first),
            ("3 Apr 2026", "04/03/2026", day_first),
            ("04/03/2026", "Mar 4, 2026", "AFDate_FormatEx(\"mmm d, yyyy\")"),
            ("4/3", "4-Mar", "AFDate_Format(0)"),
            ("3-Apr-05", "5-Apr-03", "AFDate_Format(5)"),
        ] {
            assert_eq!(is_formatted(value, shown, script), Some(false), "{value} {shown}");
        }
    }

    #[test]
    fn hours_may_be_those_of_a_half_day() {
        assert_eq!(is_formatted("14:30", "2:30 pm", "AFTime_Format(1)"), Some(true));
        assert_eq!(is_formatted("14:30", "3:30 pm", "AFTime_Format(1)"), Some(false));
    }

    #[test]
    fn other_scripts_are_not_known() {
        for script in ["", "event.value = 1", "AFNumber_Format(2); x()", "AFNumber_Format(x())", "Other(2)"] {
            assert_eq!(is_formatted("1", "1", script), None, "{script}");
        }
    }
}
