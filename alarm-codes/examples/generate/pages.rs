//! The pages for people and the list of kinds in the schema.

use std::fmt::Write as _;

use super::{COMMAND, Fail, Row};

pub(super) fn kinds_md(kinds: &[&Row]) -> Result<String, Fail> {
    let mut out = format!(
        "# Kinds\n\nGenerated from `data/alarm-taxonomy.csv`; do not edit, rerun `{COMMAND}`.\n\n\
         {} kinds. ⚕ marks the medical border: check the medical-device boundary before a product builds logic on it.\n\n\
         | kind | class | default priority | definition |\n|---|---|---|---|\n",
        kinds.len()
    );
    for k in kinds {
        let mark = if k.medical_border { " ⚕" } else { "" };
        writeln!(
            out,
            "| `{}`{mark} | {} | {} | {} |",
            k.kind, k.class, k.priority, k.note
        )?;
    }
    Ok(out)
}

pub(super) fn crosswalk_md(mapped: &[&Row]) -> Result<String, Fail> {
    let mut out = format!(
        "# Crosswalk\n\nGenerated from `data/alarm-taxonomy.csv`; do not edit, rerun `{COMMAND}`.\n\n\
         {} rows. The notation of the codes is explained in `data/README.md`. `?` marks a row that no public source \
         confirms, or on which sources disagree.\n",
        mapped.len()
    );
    let mut systems: Vec<&str> = Vec::new();
    for row in mapped {
        if !systems.contains(&row.system.as_str()) {
            systems.push(&row.system);
        }
    }
    let cell = |text: &str| text.replace('|', "\\|");
    for name in systems {
        let title = if name == "*" { "Every system" } else { name };
        write!(
            out,
            "\n## {title}\n\n| profile | code | kind | relation | direction | cleared by | note | source |\n|---|---|---|---|---|---|---|---|\n"
        )?;
        for row in mapped.iter().filter(|r| r.system == name) {
            let mark = if row.uncertain { " ?" } else { "" };
            writeln!(
                out,
                "| {} | `{}` | `{}` | {}{mark} | {} | {} | {} | {} |",
                row.profile,
                cell(&row.code),
                row.kind,
                row.relation,
                row.direction,
                cell(&row.cleared_by),
                cell(&row.note),
                cell(&row.source),
            )?;
        }
    }
    Ok(out)
}

/// Replaces the list of kinds in the schema and leaves every other byte alone.
pub(super) fn schema(old: &str, kinds: &[&Row]) -> Result<String, Fail> {
    let begin = "\"kind\": {\n      \"enum\": [\n";
    let start = old.find(begin).ok_or("the schema has no list of kinds")? + begin.len();
    let end = start
        + old[start..]
            .find("\n      ]")
            .ok_or("the list of kinds does not end")?;
    let names: Vec<_> = kinds
        .iter()
        .map(|k| format!("        {:?}", k.kind))
        .collect();
    Ok(format!(
        "{}{}{}",
        &old[..start],
        names.join(",\n"),
        &old[end..]
    ))
}
