//! Files to decode and how the items in them are shown.

use std::io::{self, IsTerminal};

use serde::Serialize;

use super::decode::{Bad, Good, input};
use super::{Success, output};

#[derive(clap::Args)]
pub(super) struct Files {
    /// Files to decode; - is the standard input
    #[arg(required = true, value_name = "FILE")]
    files: Vec<String>,
    /// Indented JSON, also when the output is no terminal
    #[arg(long, conflicts_with = "json_lines", help_heading = "Output")]
    pretty: bool,
    /// One line per item, also on a terminal
    #[arg(long, help_heading = "Output")]
    json_lines: bool,
}

impl Files {
    /// Whether the output is asked for as JSON, of whatever form.
    pub(super) const fn asks_for_json(&self) -> bool {
        self.pretty || self.json_lines
    }

    /// Shows each file by `show`, which gets its name and its bytes; with `hex` those that its
    /// digits stand for.
    pub(super) fn each(
        &self,
        hex: bool,
        mut show: impl FnMut(Shown<'_>, &[u8]) -> io::Result<Success>,
    ) -> io::Result<Success> {
        let pretty = self.pretty || (!self.json_lines && io::stdout().is_terminal());
        let mut success = true;
        for file in &self.files {
            match input(file, hex) {
                Ok(bytes) => success &= show(Shown { file, pretty }, &bytes)?,
                Err(error) => {
                    success = false;
                    output::json(&Bad { file, error }, pretty)?;
                }
            }
        }
        Ok(success)
    }
}

/// Shows the items of one file.
#[derive(Clone, Copy)]
pub(super) struct Shown<'a> {
    file: &'a str,
    pretty: bool,
}

impl<'a> Shown<'a> {
    /// The name of the file.
    pub(super) const fn file(self) -> &'a str {
        self.file
    }

    /// Writes every item, and says whether all are good.
    pub(super) fn all<D: Serialize, F: Serialize>(
        self,
        items: impl IntoIterator<Item = Result<D, F>>,
    ) -> io::Result<Success> {
        let Shown { file, pretty } = self;
        let mut success = true;
        for item in items {
            match &item {
                Ok(decoded) => output::json(&Good { file, decoded }, pretty)?,
                Err(failure) => {
                    success = false;
                    let decoded = failure;
                    output::json(&Good { file, decoded }, pretty)?;
                }
            }
        }
        Ok(success)
    }
}
