//! USB adapters that wait before they hand on what they received.

use std::fs;
use std::path::{Path, PathBuf};

/// What was found and done about the latency of an adapter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Latency {
    /// The system has no such setting for this port.
    Unknown,
    /// Not looked at, by [`PortSettings::low_latency`](super::PortSettings::low_latency).
    Untouched,
    /// 1 ms now or before.
    Low,
    /// So many milliseconds, and this process may not change it.
    High(u16),
}

/// Linux: the latency timer of FTDI adapters stands in sysfs. Elsewhere the file does not exist.
pub(super) fn lower(path: &str) -> Latency {
    match timer(path) {
        Some(timer) => lower_timer(&timer),
        None => Latency::Unknown,
    }
}

fn timer(path: &str) -> Option<PathBuf> {
    // The name may be a link, as those of /dev/serial/by-id are.
    let device = fs::canonicalize(path).ok()?;
    let name = device.file_name()?;
    let timer = Path::new("/sys/class/tty")
        .join(name)
        .join("device/latency_timer");
    timer.exists().then_some(timer)
}

fn lower_timer(timer: &Path) -> Latency {
    let read = || -> Option<u16> { fs::read_to_string(timer).ok()?.trim().parse().ok() };
    if read().is_some_and(|millis| millis > 1) {
        // Not allowed as a rule, unless the system was told to.
        let _ = fs::write(timer, "1");
    }
    match read() {
        None => Latency::Unknown,
        Some(0 | 1) => Latency::Low,
        Some(millis) => Latency::High(millis),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_latency_timer_is_lowered_and_a_port_without_one_is_unknown() {
        let directory = std::env::temp_dir();
        let timer = directory.join(std::format!("latency_timer_{}", std::process::id()));
        fs::write(&timer, "16\n").unwrap();
        assert_eq!(lower_timer(&timer), Latency::Low);
        assert_eq!(fs::read_to_string(&timer).unwrap(), "1");
        fs::remove_file(&timer).unwrap();
        assert_eq!(lower_timer(&timer), Latency::Unknown);
        assert_eq!(lower("no such port"), Latency::Unknown);
    }
}
