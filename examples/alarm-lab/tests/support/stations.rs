//! The command running beside a test, and what it said.
#![allow(dead_code, reason = "each test file takes what it needs")]

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, Command, Output, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use serde_json::Value;

/// Far beyond what anything here takes, on a machine that does other things.
pub(crate) const PATIENCE: Duration = Duration::from_secs(40);

/// ESPA reference 13, example B, as a panel sends it and a pager answers it.
pub(crate) const CALL: &[u8] = b"\x041\x052\x05\x06\x011\x021\x1F31\x1E2\x1FTEST\x03\x39\x06\x04";

pub(crate) fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_alarm-lab"));
    command
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

pub(crate) fn lab(arguments: &[&str], input: &[u8]) -> Output {
    let mut child = command(arguments).spawn().unwrap();
    // A command that ends before it reads closes the pipe.
    let _ = child.stdin.take().unwrap().write_all(input);
    child.wait_with_output().unwrap()
}

pub(crate) fn lines(output: &Output) -> Vec<Value> {
    let text = std::str::from_utf8(&output.stdout).unwrap();
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

/// A command that runs beside the test.
pub(crate) struct Running {
    child: Child,
    lines: Receiver<Value>,
    heard: Vec<Value>,
}

impl Running {
    pub(crate) fn start(arguments: &[&str]) -> Self {
        let mut child = command(arguments).arg("--json").spawn().unwrap();
        let (sender, lines) = channel();
        let output = BufReader::new(child.stdout.take().unwrap());
        std::thread::spawn(move || {
            for line in output.lines() {
                let Ok(line) = line else { break };
                let value = serde_json::from_str(&line).unwrap();
                if sender.send(value).is_err() {
                    break;
                }
            }
        });
        Running {
            child,
            lines,
            heard: Vec::new(),
        }
    }

    /// Reads until a line is as wanted.
    pub(crate) fn until(&mut self, wanted: impl Fn(&Value) -> bool) -> &Value {
        loop {
            let line = self.lines.recv_timeout(PATIENCE).unwrap();
            self.heard.push(line);
            if wanted(self.heard.last().unwrap()) {
                return self.heard.last().unwrap();
            }
        }
    }

    /// A line as wanted, among those that were read or the next ones: where two may come in either order.
    pub(crate) fn once(&mut self, wanted: impl Fn(&Value) -> bool) -> &Value {
        match self.heard.iter().position(&wanted) {
            Some(at) => &self.heard[at],
            None => self.until(wanted),
        }
    }

    /// A line for the command's standard input.
    pub(crate) fn say(&mut self, line: &str) {
        writeln!(self.child.stdin.as_mut().unwrap(), "{line}").unwrap();
    }

    pub(crate) fn state(&mut self, state: &str) -> String {
        let line = self.until(|line| line["state"] == state);
        line["detail"].as_str().unwrap().to_owned()
    }

    /// Ctrl-C, everything that was said, and the exit status.
    pub(crate) fn stop(mut self) -> Done {
        let id = self.child.id().to_string();
        Command::new("kill").args(["-INT", &id]).status().unwrap();
        self.finish()
    }

    pub(crate) fn finish(&mut self) -> Done {
        while let Ok(line) = self.lines.recv_timeout(PATIENCE) {
            self.heard.push(line);
        }
        Done {
            lines: std::mem::take(&mut self.heard),
            code: self.child.wait().unwrap().code(),
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What a command said, and how it ended.
#[derive(Debug)]
pub(crate) struct Done {
    pub(crate) lines: Vec<Value>,
    pub(crate) code: Option<i32>,
}

impl Done {
    pub(crate) fn of<'a>(&'a self, event: &'a str) -> impl Iterator<Item = &'a Value> {
        self.lines.iter().filter(move |line| line["event"] == event)
    }

    pub(crate) fn outcomes(&self) -> Vec<&str> {
        self.of("call")
            .map(|call| call["outcome"].as_str().unwrap())
            .collect()
    }

    pub(crate) fn answers(&self) -> Vec<&str> {
        self.of("block")
            .map(|block| block["answer"].as_str().unwrap())
            .collect()
    }

    pub(crate) fn found(&self, code: &str) -> bool {
        let found = self.of("finding").find(|finding| finding["code"] == code);
        if let Some(found) = found {
            assert!(found["advice"].as_str().unwrap().ends_with('.'), "{found}");
            assert!(found["detail"].as_str().unwrap().ends_with('.'), "{found}");
        }
        found.is_some()
    }

    /// The codes of the blocks that could not be read.
    pub(crate) fn refused(&self) -> Vec<&str> {
        self.of("refused")
            .map(|one| one["error"]["code"].as_str().unwrap())
            .collect()
    }

    pub(crate) fn summary(&self) -> &Value {
        let last = self.lines.last().unwrap();
        assert_eq!(last["event"], "summary", "{self:?}");
        last
    }
}

pub(crate) fn after<'a>(command: &[&'a str], more: &[&'a str]) -> Vec<&'a str> {
    [command, more].concat()
}

pub(crate) const PAGER: &[&str] = &["simulate", "espa444", "pager"];
pub(crate) const PANEL: &[&str] = &["simulate", "espa444", "panel"];

/// A pager and a panel on TCP, the panel to its end.
pub(crate) fn play(pager: &[&str], panel: &[&str]) -> (Done, Done) {
    let listen: &[&str] = &["--listen", "127.0.0.1:0"];
    let mut running = Running::start(&[PAGER, listen, pager].concat());
    let to = running.state("listening");
    let connect: &[&str] = &["--connect", &to];
    // No polls, so that only what is tested is on the line; arguments of a test come later.
    let mut panel = Running::start(&[PANEL, connect, panel].concat());
    let panel = panel.finish();
    running.state("disconnected");
    (running.stop(), panel)
}

/// For cases in which nothing answers.
pub(crate) const SOON: &[&str] = &[
    "--answer-time",
    "0.3",
    "--retry",
    "0.01",
    "--repeats",
    "1",
    "--poll-every",
    "0",
];
/// For those in which something does.
pub(crate) const LATER: &[&str] = &[
    "--answer-time",
    "20",
    "--retry",
    "0.01",
    "--repeats",
    "1",
    "--poll-every",
    "0",
];

/// The arguments of a base, in pairs, where these do not say something else.
pub(crate) fn with<'a>(base: &[&'a str], more: &[&'a str]) -> Vec<&'a str> {
    let kept = base.chunks(2).filter(|pair| !more.contains(&pair[0]));
    kept.flatten().chain(more).copied().collect()
}

/// Items, blocks and findings that a tap told of.
pub(crate) fn heard(done: &Done) -> Vec<&str> {
    done.of("heard")
        .map(|heard| heard["item"].as_str().unwrap())
        .collect()
}
