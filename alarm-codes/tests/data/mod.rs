//! The data file, read row by row.

use std::collections::HashMap;
use std::path::Path;

/// Column name to cell.
pub(crate) type Row = HashMap<String, String>;

/// Every row of the data file.
pub(crate) fn rows() -> Vec<Row> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("data/alarm-taxonomy.csv");
    let mut reader = csv::Reader::from_path(path).expect("the data file is there");
    reader
        .deserialize()
        .map(|row| row.expect("a whole row"))
        .collect()
}

/// Writes `a|b` out as the codes that it stands for.
#[allow(dead_code, reason = "not every test that reads the data needs it")]
pub(crate) fn spread(code: &str) -> Vec<String> {
    let mut out = vec![String::new()];
    for (i, part) in code.split(';').enumerate() {
        let (name, values) = match part.split_once('=') {
            Some((name, values)) => (format!("{name}="), values),
            None => (String::new(), part),
        };
        let separator = if i == 0 { "" } else { ";" };
        out = out
            .iter()
            .flat_map(|head| {
                let name = name.clone();
                values
                    .split('|')
                    .map(move |v| format!("{head}{separator}{name}{v}"))
            })
            .collect();
    }
    out
}
