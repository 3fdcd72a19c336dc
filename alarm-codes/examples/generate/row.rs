//! Reading the data file.

use std::path::Path;

use super::Fail;

/// One line of the data file.
#[derive(Debug)]
pub(super) struct Row {
    pub(super) kind: String,
    pub(super) class: String,
    pub(super) priority: String,
    pub(super) medical_border: bool,
    pub(super) system: String,
    pub(super) profile: String,
    pub(super) code: String,
    pub(super) relation: String,
    pub(super) direction: String,
    pub(super) uncertain: bool,
    pub(super) note: String,
    pub(super) source: String,
    pub(super) cleared_by: String,
}

impl Row {
    pub(super) fn decodes(&self) -> bool {
        self.direction != "encode"
    }

    pub(super) fn encodes(&self) -> bool {
        self.direction != "decode"
    }
}

pub(super) fn read(root: &Path) -> Result<Vec<Row>, Fail> {
    let mut reader = csv::Reader::from_path(root.join("data/alarm-taxonomy.csv"))?;
    let expected = "kind,class,default_priority,medical_border,system,profile,code,relation,\
                    direction,uncertain,note,source,cleared_by";
    let header = reader.headers()?.iter().collect::<Vec<_>>().join(",");
    if header != expected {
        return Err(format!("unexpected header: {header}").into());
    }
    let mut rows = Vec::new();
    for record in reader.records() {
        let record = record?;
        let text = |i: usize| record[i].to_owned();
        let flag = |i: usize| match &record[i] {
            "yes" => Ok(true),
            "no" => Ok(false),
            other => Err(format!("not yes or no: {other}")),
        };
        rows.push(Row {
            kind: text(0),
            class: text(1),
            priority: text(2),
            medical_border: flag(3)?,
            system: text(4),
            profile: text(5),
            code: text(6),
            relation: text(7),
            direction: text(8),
            uncertain: flag(9)?,
            note: text(10),
            source: text(11),
            cleared_by: text(12),
        });
    }
    Ok(rows)
}
