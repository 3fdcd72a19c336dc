//! From the data file to tables and pages. Shared by the command and by the test that compares.

use std::collections::{BTreeMap, HashMap};
use std::error::Error;
use std::fmt::Write as _;
use std::path::Path;

use alarm_codes::{Profile, System};

#[path = "pages.rs"]
mod pages;
#[path = "row.rs"]
mod row;

use pages::{crosswalk_md, kinds_md, schema};
use row::{Row, read};

const COMMAND: &str = "cargo run -p alarm-codes --example generate";

type Fail = Box<dyn Error>;

fn camel(name: &str) -> String {
    name.split(['_', '-', '.', ' '])
        .flat_map(|part| {
            let mut chars = part.chars();
            chars
                .next()
                .map(|c| c.to_ascii_uppercase())
                .into_iter()
                .chain(chars)
        })
        .collect()
}

fn system(name: &str) -> Result<System, Fail> {
    System::from_name(name)
        .ok_or_else(|| format!("add system {name} to src/system.rs first").into())
}

fn profile(name: &str) -> Result<Profile, Fail> {
    Profile::from_name(name)
        .ok_or_else(|| format!("add profile {name} to src/system.rs first").into())
}

/// Everything that follows from the data file: path below the crate, and content.
pub(crate) fn generate(root: &Path) -> Result<Vec<(&'static str, String)>, Fail> {
    let rows = read(root)?;
    let kinds: Vec<&Row> = rows.iter().filter(|r| r.system == "definition").collect();
    for row in &rows {
        let kind = kinds.iter().find(|k| k.kind == row.kind);
        let kind = kind.ok_or_else(|| format!("{} has no definition row", row.kind))?;
        let same = kind.class == row.class
            && kind.priority == row.priority
            && kind.medical_border == row.medical_border;
        if !same {
            return Err(format!("{} {} disagrees with its definition", row.kind, row.code).into());
        }
    }
    let mapped: Vec<&Row> = rows.iter().filter(|r| r.system != "definition").collect();
    let schema_path = root.join("schema/event.schema.json");
    Ok(vec![
        ("src/generated/kinds.rs", kinds_rs(&kinds)?),
        (
            "src/generated/tables.rs",
            Tables::build(&kinds, &mapped)?.print()?,
        ),
        ("docs/kinds.md", kinds_md(&kinds)?),
        ("docs/crosswalk.md", crosswalk_md(&mapped)?),
        (
            "schema/event.schema.json",
            schema(&std::fs::read_to_string(schema_path)?, &kinds)?,
        ),
    ])
}

fn kinds_rs(kinds: &[&Row]) -> Result<String, Fail> {
    let mut out = format!("// Generated from data/alarm-taxonomy.csv. Rerun: {COMMAND}\n\n");
    out.push_str("use crate::class::Class;\nuse crate::names::names;\n");
    out.push_str("use crate::priority::Priority;\n\nnames! {\n");
    out.push_str("    /// What can happen (taxonomy reference section 5).\n");
    out.push_str("    #[non_exhaustive]\n    pub enum Kind (\"kind\") {\n");
    for k in kinds {
        let border = if k.medical_border {
            " Medical border."
        } else {
            ""
        };
        writeln!(out, "        /// {}", k.note)?;
        writeln!(out, "        ///")?;
        writeln!(
            out,
            "        /// Class {}, priority {}.{border}",
            k.class, k.priority
        )?;
        writeln!(out, "        {} = {:?},", camel(&k.kind), k.kind)?;
    }
    out.push_str("    }\n}\n\n");
    out.push_str("pub(crate) struct Facts {\n    pub(crate) class: Class,\n");
    out.push_str("    pub(crate) default_priority: Priority,\n");
    out.push_str("    pub(crate) medical_border: bool,\n");
    out.push_str("    pub(crate) definition: &'static str,\n}\n\n");
    writeln!(out, "pub(crate) static FACTS: [Facts; {}] = [", kinds.len())?;
    for k in kinds {
        writeln!(
            out,
            "    Facts {{ class: Class::{}, default_priority: Priority::{}, medical_border: {}, definition: {:?} }},",
            camel(&k.class),
            camel(&k.priority),
            k.medical_border,
            k.note
        )?;
    }
    out.push_str("];\n");
    Ok(out)
}

/// `dty=0004;stc=0010` and its relatives, read apart.
#[derive(Default)]
struct Scaip {
    mty: Option<String>,
    dty: Vec<u32>,
    stc: Vec<u32>,
    lco: Option<u32>,
    cha: Option<u32>,
}

impl Scaip {
    fn read(code: &str) -> Result<Self, Fail> {
        let mut out = Self::default();
        for part in code.split(';') {
            let (name, value) = part
                .split_once('=')
                .ok_or_else(|| format!("{code}: no ="))?;
            let numbers = || -> Result<Vec<u32>, Fail> {
                if value == "*" {
                    return Ok(Vec::new());
                }
                value
                    .split('|')
                    .map(|v| v.parse().map_err(|_| format!("{code}: {v}").into()))
                    .collect()
            };
            match name {
                "mty" => out.mty = Some(value.to_owned()),
                "dty" => out.dty = numbers()?,
                "stc" => out.stc = numbers()?,
                "lco" => out.lco = Some(value.parse()?),
                "cha" => out.cha = Some(value.parse()?),
                _ => return Err(format!("{code}: unknown part {name}").into()),
            }
        }
        Ok(out)
    }
}

type ScaipKey = (Profile, Option<u32>, Option<u32>, Option<u32>);

struct Hit {
    row: usize,
    phase: &'static str,
    clears: Vec<String>,
}

impl Hit {
    fn print(&self) -> String {
        let clears: Vec<_> = self
            .clears
            .iter()
            .map(|k| format!("Kind::{}", camel(k)))
            .collect();
        format!(
            "Hit {{ row: {}, phase: Phase::{}, clears: &[{}] }}",
            self.row,
            self.phase,
            clears.join(", ")
        )
    }
}

#[derive(Default)]
struct Tables {
    rows: Vec<String>,
    scaip: BTreeMap<ScaipKey, Hit>,
    contact_id: BTreeMap<(Profile, u16, Option<u8>), Hit>,
    sia: BTreeMap<(Profile, String), Hit>,
    sia_restores: BTreeMap<(Profile, String), Hit>,
    ieee: BTreeMap<(Profile, u16, Option<String>), Hit>,
    numbers: BTreeMap<(System, Profile, u64), Hit>,
    states: BTreeMap<(Profile, u32, u32), Hit>,
    texts: BTreeMap<(System, Profile, String), Hit>,
    encode: BTreeMap<(usize, System, Profile, u8, bool, usize), ()>,
    unmapped: usize,
}

/// A code may decode to one kind only: a second row for the same code is an error in the data.
fn put<K: Ord>(table: &mut BTreeMap<K, Hit>, key: K, row: &Row, hit: Hit) -> Result<(), Fail> {
    if !row.decodes() || row.relation == "none" {
        return Ok(());
    }
    match table.insert(key, hit) {
        None => Ok(()),
        Some(_) => Err(format!("{} {} {} decodes twice", row.system, row.profile, row.code).into()),
    }
}

/// A code that ends conditions; two rows may name the same one, and then it ends both.
fn put_end<K: Ord>(
    table: &mut BTreeMap<K, Hit>,
    key: K,
    row: &Row,
    index: usize,
) -> Result<(), Fail> {
    if !row.decodes() {
        return Ok(());
    }
    let hit = table.entry(key).or_insert(Hit {
        row: index,
        phase: "End",
        clears: Vec::new(),
    });
    if hit.phase != "End" {
        return Err(format!("{}: a code both begins and ends", row.code).into());
    }
    if !hit.clears.contains(&row.kind) {
        hit.clears.push(row.kind.clone());
    }
    Ok(())
}

impl Tables {
    fn build(kinds: &[&Row], mapped: &[&Row]) -> Result<Self, Fail> {
        let order: HashMap<&str, usize> = kinds
            .iter()
            .enumerate()
            .map(|(i, k)| (k.kind.as_str(), i))
            .collect();
        let mut tables = Self::default();
        for (index, row) in mapped.iter().enumerate() {
            let pattern = if row.system == "*" {
                tables.unmapped = index;
                "Pattern::None".to_owned()
            } else {
                tables.add(index, row)?
            };
            let system = match row.system.as_str() {
                "*" => "None".to_owned(),
                name => format!("Some(System::{:?})", system(name)?),
            };
            tables.rows.push(format!(
                "    Row {{ kind: Kind::{}, system: {system}, profile: Profile::{:?}, code: {:?}, relation: Relation::{}, direction: Direction::{}, uncertain: {}, note: {:?}, source: {:?}, pattern: {pattern} }},",
                camel(&row.kind),
                profile(&row.profile)?,
                row.code,
                camel(&row.relation),
                camel(&row.direction),
                row.uncertain,
                row.note,
                row.source,
            ));
            if row.encodes() && row.system != "*" {
                let rank = match row.relation.as_str() {
                    "equal" => 0,
                    "code-broader" => 1,
                    "overlap" => 2,
                    "code-narrower" => 3,
                    "none" => 4,
                    other => return Err(format!("unknown relation {other}").into()),
                };
                let key = (
                    order[row.kind.as_str()],
                    system_of(row)?,
                    profile(&row.profile)?,
                    rank,
                    row.uncertain,
                    index,
                );
                tables.encode.insert(key, ());
            }
        }
        tables.check_none_rows()?;
        Ok(tables)
    }

    /// A kind that has no code in a list cannot have one there as well.
    fn check_none_rows(&self) -> Result<(), Fail> {
        let mut seen: HashMap<_, Vec<u8>> = HashMap::new();
        for (kind, system, profile, rank, ..) in self.encode.keys() {
            seen.entry((kind, system, profile)).or_default().push(*rank);
        }
        match seen
            .iter()
            .find(|(_, ranks)| ranks.contains(&4) && ranks.len() > 1)
        {
            Some((key, _)) => Err(format!("{key:?}: a row without code beside other rows").into()),
            None => Ok(()),
        }
    }

    fn add(&mut self, index: usize, row: &Row) -> Result<String, Fail> {
        let p = profile(&row.profile)?;
        let phase = if row.kind == "cancel" { "End" } else { "Start" };
        let hit = || Hit {
            row: index,
            phase,
            clears: Vec::new(),
        };
        if row.code == "-" {
            return Ok("Pattern::None".to_owned());
        }
        if !row.cleared_by.is_empty() && row.system != "scaip" {
            return Err(format!("{}: cleared_by is read for scaip only", row.code).into());
        }
        let code = row.code.as_str();
        let s = system(&row.system)?;
        match row.system.as_str() {
            "scaip" => self.add_scaip(index, row, p),
            "contact-id" => {
                let (qualifier, numbers) = match code.split_once(':') {
                    Some((q, numbers)) => (Some(q.parse::<u8>()?), numbers),
                    None => (None, code),
                };
                let numbers: Vec<u16> = numbers
                    .split('|')
                    .map(str::parse)
                    .collect::<Result<_, _>>()?;
                for number in &numbers {
                    put(&mut self.contact_id, (p, *number, qualifier), row, hit())?;
                }
                let events: Vec<_> = numbers.iter().map(|n| format!("event({n})")).collect();
                let qualifier =
                    qualifier.map_or("None".to_owned(), |q| format!("Some(qualifier({q}))"));
                Ok(format!(
                    "Pattern::ContactId(ContactIdPattern {{ qualifier: {qualifier}, events: &[{}] }})",
                    events.join(", ")
                ))
            }
            "sia-dc03" => {
                let (raise, restore) = match code.split_once('/') {
                    Some((raise, restore)) => (raise, Some(restore)),
                    None => (code, None),
                };
                put(&mut self.sia, (p, raise.to_owned()), row, hit())?;
                if let Some(restore) = restore {
                    put_end(&mut self.sia_restores, (p, restore.to_owned()), row, index)?;
                }
                let restore = restore.map_or("None".to_owned(), |r| format!("Some(sia(*b{r:?}))"));
                Ok(format!(
                    "Pattern::SiaDc03(SiaPattern {{ raise: sia(*b{raise:?}), restore: {restore} }})"
                ))
            }
            "ieee-11073-10471" => {
                let (device, event) = match code.split_once(";event=") {
                    Some((device, event)) => (device, Some(event)),
                    None => (code, None),
                };
                let device = device
                    .split_once('(')
                    .and_then(|(_, rest)| rest.strip_suffix(')'))
                    .ok_or_else(|| format!("{code}: no sensor class"))?;
                let device: u16 = device.parse()?;
                put(
                    &mut self.ieee,
                    (p, device, event.map(str::to_lowercase)),
                    row,
                    hit(),
                )?;
                Ok(format!(
                    "Pattern::Ieee11073(Ieee11073Code {{ device: {device}, event: {event:?} }})"
                ))
            }
            "sensio-state" => {
                let (event, state) = code
                    .split_once('/')
                    .ok_or_else(|| format!("{code}: no state"))?;
                let (event, state): (u32, u32) = (event.parse()?, state.parse()?);
                put(&mut self.states, (p, event, state), row, hit())?;
                Ok(format!(
                    "Pattern::SensioState(SensioState {{ event: SensioEvent({event}), state: {state} }})"
                ))
            }
            "sensio" if code.contains(' ') => {
                put(&mut self.texts, (s, p, code.to_lowercase()), row, hit())?;
                let request = if code.starts_with("PUT") {
                    "DeviceStatus"
                } else {
                    "DeactivateEvent"
                };
                Ok(format!("Pattern::SensioRequest(SensioRequest::{request})"))
            }
            "sensio" | "espa444" | "snomed-ct" => {
                let number: u64 = code.trim_start_matches("type=").parse()?;
                put(&mut self.numbers, (s, p, number), row, hit())?;
                let variant = match row.system.as_str() {
                    "sensio" => "SensioEvent(SensioEvent",
                    "espa444" => "Espa444(EspaCallType",
                    _ => "SnomedCt(SnomedConcept",
                };
                Ok(format!("Pattern::{variant}({number}))"))
            }
            _ => {
                put(&mut self.texts, (s, p, code.to_lowercase()), row, hit())?;
                Ok(format!("Pattern::Text(System::{s:?}, {code:?})"))
            }
        }
    }

    fn add_scaip(&mut self, index: usize, row: &Row, p: Profile) -> Result<String, Fail> {
        let code = Scaip::read(&row.code)?;
        let phase = if row.kind == "cancel" { "End" } else { "Start" };
        let hit = || Hit {
            row: index,
            phase,
            clears: Vec::new(),
        };
        if code.mty.is_some() {
            put(
                &mut self.texts,
                (System::Scaip, p, row.code.to_lowercase()),
                row,
                hit(),
            )?;
        } else if row.decodes() {
            let any = |values: &[u32]| -> Vec<Option<u32>> {
                if values.is_empty() {
                    vec![None]
                } else {
                    values.iter().copied().map(Some).collect()
                }
            };
            for dty in any(&code.dty) {
                for stc in any(&code.stc) {
                    if dty.is_none() && stc.is_none() {
                        return Err(format!("{}: neither device type nor status", row.code).into());
                    }
                    put(&mut self.scaip, (p, dty, stc, code.lco), row, hit())?;
                }
            }
        }
        let mut cleared_by = None;
        if !row.cleared_by.is_empty() {
            let clear = Scaip::read(&row.cleared_by)?;
            let [stc] = clear.stc[..] else {
                return Err(format!("{}: one status code, please", row.cleared_by).into());
            };
            if !clear.dty.is_empty()
                || clear.mty.is_some()
                || clear.lco.is_some()
                || clear.cha.is_some()
            {
                return Err(format!("{}: only dty=*;stc=NNNN is read", row.cleared_by).into());
            }
            put_end(&mut self.scaip, (p, None, Some(stc), None), row, index)?;
            cleared_by = Some(stc);
        }
        let message_type = code.mty.as_deref().map(|mty| match mty {
            "PI" => "ScaipMessageType::Heartbeat",
            "RE" => "ScaipMessageType::Reset",
            "IN" => "ScaipMessageType::Information",
            _ => "ScaipMessageType::Message",
        });
        let message_type = message_type.map_or("None".to_owned(), |m| format!("Some({m})"));
        Ok(format!(
            "Pattern::Scaip(ScaipPattern {{ message_type: {message_type}, device_types: &{:?}, statuses: &{:?}, location: {:?}, call_handling: {:?}, cleared_by: {cleared_by:?} }})",
            code.dty, code.stc, code.lco, code.cha
        ))
    }

    fn print(&self) -> Result<String, Fail> {
        let mut out = format!("// Generated from data/alarm-taxonomy.csv. Rerun: {COMMAND}\n\n");
        out.push_str(
            "use super::{event, qualifier, sia};\n\
             use crate::code::{\n    ContactIdEvent, EspaCallType, Ieee11073Code, Qualifier, ScaipMessageType, SensioEvent,\n    \
             SensioRequest, SensioState, SiaCode, SnomedConcept,\n};\n\
             use crate::kind::Kind;\n\
             use crate::lookup::{EncodeEntry, Hit};\n\
             use crate::mapping::{Direction, Phase, Relation, Row};\n\
             use crate::pattern::{ContactIdPattern, Pattern, ScaipPattern, SiaPattern};\n\
             use crate::system::{Profile, System};\n\n",
        );
        writeln!(
            out,
            "pub(crate) static ROWS: &[Row] = &[\n{}\n];\n",
            self.rows.join("\n")
        )?;
        let unmapped = Hit {
            row: self.unmapped,
            phase: "Start",
            clears: Vec::new(),
        };
        writeln!(
            out,
            "pub(crate) const UNMAPPED: Hit = {};\n",
            unmapped.print()
        )?;
        let table = |out: &mut String, name: &str, key: &str, lines: Vec<String>| {
            writeln!(
                out,
                "pub(crate) static {name}: &[({key}, Hit)] = &[\n{}\n];\n",
                lines.join("\n")
            )
        };
        table(
            &mut out,
            "SCAIP",
            "(Profile, Option<u32>, Option<u32>, Option<u32>)",
            lines(&self.scaip, |(p, d, s, l)| {
                format!("Profile::{p:?}, {d:?}, {s:?}, {l:?}")
            }),
        )?;
        table(
            &mut out,
            "CONTACT_ID",
            "(Profile, ContactIdEvent, Option<Qualifier>)",
            lines(&self.contact_id, |(p, n, q)| {
                let q = q.map_or("None".to_owned(), |q| format!("Some(qualifier({q}))"));
                format!("Profile::{p:?}, event({n}), {q}")
            }),
        )?;
        table(
            &mut out,
            "SIA",
            "(Profile, SiaCode)",
            lines(&self.sia, |(p, c)| format!("Profile::{p:?}, sia(*b{c:?})")),
        )?;
        table(
            &mut out,
            "SIA_RESTORES",
            "(Profile, SiaCode)",
            lines(&self.sia_restores, |(p, c)| {
                format!("Profile::{p:?}, sia(*b{c:?})")
            }),
        )?;
        table(
            &mut out,
            "IEEE",
            "(Profile, u16, Option<&str>)",
            lines(&self.ieee, |(p, d, e)| {
                format!("Profile::{p:?}, {d}, {e:?}")
            }),
        )?;
        table(
            &mut out,
            "NUMBERS",
            "(System, Profile, u64)",
            lines(&self.numbers, |(s, p, n)| {
                format!("System::{s:?}, Profile::{p:?}, {n}")
            }),
        )?;
        table(
            &mut out,
            "SENSIO_STATES",
            "(Profile, u32, u32)",
            lines(&self.states, |(p, e, s)| {
                format!("Profile::{p:?}, {e}, {s}")
            }),
        )?;
        table(
            &mut out,
            "TEXTS",
            "(System, Profile, &str)",
            lines(&self.texts, |(s, p, t)| {
                format!("System::{s:?}, Profile::{p:?}, {t:?}")
            }),
        )?;
        out.push_str("pub(crate) static ENCODE: &[EncodeEntry] = &[\n");
        for (kind, s, p, _, _, row) in self.encode.keys() {
            writeln!(
                out,
                "    ((Kind::ALL[{kind}], System::{s:?}, Profile::{p:?}), {row}),"
            )?;
        }
        out.push_str("];\n");
        Ok(out)
    }
}

fn lines<K>(table: &BTreeMap<K, Hit>, key: impl Fn(&K) -> String) -> Vec<String> {
    table
        .iter()
        .map(|(k, hit)| format!("    (({}), {}),", key(k), hit.print()))
        .collect()
}

fn system_of(row: &Row) -> Result<System, Fail> {
    system(&row.system)
}
