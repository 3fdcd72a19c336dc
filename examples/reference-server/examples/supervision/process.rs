//! The server in a process of its own, and what the system says of it.

use std::collections::HashMap;
use std::error::Error;
use std::io::{Read as _, Write as _};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::Flags;

/// The server in a process of its own.
pub(crate) struct Process {
    child: Child,
    addresses: HashMap<String, SocketAddr>,
}

impl Process {
    pub(crate) fn start(place: &Path, flags: &Flags) -> Result<Self, Box<dyn Error>> {
        std::fs::create_dir(place)?;
        let mut command = Command::new(std::env::current_exe()?);
        command.arg("--serve").arg(place);
        command.arg(format!("--connections={}", flags.connections));
        command.args(flags.quick.then_some("--quick"));
        let mut child = command.stdin(Stdio::null()).spawn()?;
        let patience = Instant::now() + Duration::from_secs(30);
        while Instant::now() < patience {
            if let Ok(text) = std::fs::read_to_string(place.join("addresses.json")) {
                let addresses = serde_json::from_str(&text)?;
                return Ok(Self { child, addresses });
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        child.kill()?;
        child.wait()?;
        Err("the server is not ready after 30 s".into())
    }

    pub(crate) fn address(&self, name: &str) -> Result<SocketAddr, Box<dyn Error>> {
        let address = self.addresses.get(name).copied();
        address.ok_or_else(|| format!("no address {name}").into())
    }

    pub(crate) fn memory(&self) -> Result<u64, Box<dyn Error>> {
        memory(self.child.id())
    }

    /// Processor time so far, in seconds.
    #[expect(clippy::cast_precision_loss, reason = "far below 2^52")]
    pub(crate) fn cpu(&self) -> Result<f64, Box<dyn Error>> {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.child.id()))?;
        // Behind the name, which may hold anything: fields 3 and on (proc(5)).
        let (_, fields) = stat.rsplit_once(") ").ok_or("no stat")?;
        let ticks: u64 = fields
            .split(' ')
            .skip(11)
            .take(2)
            .filter_map(|field| field.parse::<u64>().ok())
            .sum();
        let per_second = Command::new("getconf").arg("CLK_TCK").output()?;
        let per_second: f64 = String::from_utf8(per_second.stdout)?.trim().parse()?;
        Ok(ticks as f64 / per_second)
    }

    /// A whole number among its metrics.
    pub(crate) fn metric(&self, name: &str) -> Result<u64, Box<dyn Error>> {
        let http = self.address("http")?;
        let mut client = std::net::TcpStream::connect(http)?;
        write!(
            client,
            "GET /metrics HTTP/1.1\r\nHost: {http}\r\nConnection: close\r\n\r\n"
        )?;
        let mut text = String::new();
        client.read_to_string(&mut text)?;
        let value = text
            .lines()
            .find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
        Ok(value.ok_or("no such metric")?.trim().parse()?)
    }

    pub(crate) fn stop(&mut self) -> Result<(), Box<dyn Error>> {
        Command::new("kill")
            .args(["-TERM", &self.child.id().to_string()])
            .status()?;
        self.child.wait()?;
        Ok(())
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // After stop() it has ended and been waited for.
        if matches!(self.child.try_wait(), Ok(None)) {
            let _ = self.child.kill();
            let _ = self.child.wait();
        }
    }
}

/// Memory of a process that no file stands behind, in bytes.
pub(crate) fn memory(process: u32) -> Result<u64, Box<dyn Error>> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status"))?;
    let kilobytes = status
        .lines()
        .find_map(|line| line.strip_prefix("RssAnon:")?.split_whitespace().next())
        .ok_or("no RssAnon")?;
    Ok(kilobytes.parse::<u64>()? * 1024)
}

/// How many file descriptors this process may have.
pub(crate) fn descriptors() -> usize {
    let limits = std::fs::read_to_string("/proc/self/limits").unwrap_or_default();
    let soft = limits
        .lines()
        .find_map(|line| {
            line.strip_prefix("Max open files")?
                .split_whitespace()
                .next()
        })
        .map(str::parse);
    match soft {
        Some(Ok(soft)) => soft,
        _ => usize::MAX,
    }
}
