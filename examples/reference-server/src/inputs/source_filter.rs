//! Datagrams from networks that are not named, dropped by the operating system before anybody
//! reads them: a classic BPF program on the socket (Linux, `SO_ATTACH_FILTER`).
//!
//! It costs a few instructions per datagram and no room in the socket's queue, so that a flood from
//! elsewhere does not push out the alarms of those who are let in.

use std::io;
use std::net::SocketAddr;

use ipnet::IpNet;
use socket2::Socket;

#[cfg(any(target_os = "linux", target_os = "android"))]
pub(super) fn attach(socket: &Socket, is_ipv6: bool, networks: &[IpNet]) -> io::Result<()> {
    let program: Vec<_> = program(is_ipv6, networks)
        .into_iter()
        .map(|step| socket2::SockFilter::new(step.code, step.if_true, step.if_false, step.value))
        .collect();
    socket.attach_filter(&program)
}

#[cfg(not(any(target_os = "linux", target_os = "android")))]
pub(super) fn attach(_: &Socket, _: bool, _: &[IpNet]) -> io::Result<()> {
    Err(io::Error::new(
        io::ErrorKind::Unsupported,
        "UDP outside loopback needs a filter by source, which this program can set on Linux only",
    ))
}

/// How many datagrams the operating system dropped before they were read: from networks that are
/// not named, and for want of room. `None` where it does not say.
pub(super) fn dropped(local: SocketAddr) -> Option<u64> {
    let table = match local {
        SocketAddr::V4(_) => "/proc/net/udp",
        SocketAddr::V6(_) => "/proc/net/udp6",
    };
    drops_in(&std::fs::read_to_string(table).ok()?, local)
}

/// The last column of the line of this address, in the form of `/proc/net/udp`.
fn drops_in(table: &str, local: SocketAddr) -> Option<u64> {
    use std::fmt::Write as _;
    let mut address = String::with_capacity(40);
    let octets = match local {
        SocketAddr::V4(local) => local.ip().octets().to_vec(),
        SocketAddr::V6(local) => local.ip().octets().to_vec(),
    };
    // Words of 32 bits as the machine holds them.
    for word in octets.chunks_exact(4) {
        let word = u32::from_ne_bytes(word.try_into().ok()?);
        write!(address, "{word:08X}").ok()?;
    }
    write!(address, ":{:04X}", local.port()).ok()?;
    let line = table
        .lines()
        .find(|line| line.split_whitespace().nth(1) == Some(&address))?;
    line.split_whitespace().last()?.parse().ok()
}

/// One instruction.
#[cfg_attr(not(any(target_os = "linux", target_os = "android")), allow(dead_code))]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Step {
    code: u16,
    if_true: u8,
    if_false: u8,
    value: u32,
}

/// Load a word at an absolute place: BPF_LD, BPF_W, BPF_ABS.
const LOAD: u16 = 0x20;
/// And with a constant: BPF_ALU, BPF_AND, BPF_K.
const AND: u16 = 0x54;
/// Jump if equal to a constant: BPF_JMP, BPF_JEQ, BPF_K.
const JUMP_IF_EQUAL: u16 = 0x15;
/// Return so many bytes of the datagram, 0 to drop it: BPF_RET, BPF_K.
const RETURN: u16 = 0x06;
/// Where the IP header begins: SKF_NET_OFF.
const IP_HEADER: u32 = 0xfff0_0000;

#[cfg_attr(not(any(target_os = "linux", target_os = "android")), allow(dead_code))]
fn program(is_ipv6: bool, networks: &[IpNet]) -> Vec<Step> {
    let step = |code, value| Step {
        code,
        if_true: 0,
        if_false: 0,
        value,
    };
    let mut program = Vec::new();
    let source = IP_HEADER + if is_ipv6 { 8 } else { 12 };
    let loopback: [IpNet; 2] = [
        IpNet::new_assert([127, 0, 0, 0].into(), 8),
        IpNet::new_assert(std::net::Ipv6Addr::LOCALHOST.into(), 128),
    ];
    for network in loopback.iter().chain(networks) {
        let (address, mask) = match network.trunc() {
            IpNet::V4(network) if !is_ipv6 => (
                network.addr().octets().to_vec(),
                network.netmask().octets().to_vec(),
            ),
            IpNet::V6(network) if is_ipv6 => (
                network.addr().octets().to_vec(),
                network.netmask().octets().to_vec(),
            ),
            _ => continue,
        };
        let word = |bytes: &[u8]| {
            bytes
                .iter()
                .fold(0, |word, &byte| word << 8 | u32::from(byte))
        };
        let mut tests = Vec::new();
        let words = address.chunks_exact(4).zip(mask.chunks_exact(4));
        for (offset, (address, mask)) in (source..).step_by(4).zip(words) {
            if word(mask) != 0 {
                tests.push(step(LOAD, offset));
                tests.push(step(AND, word(mask)));
                tests.push(step(JUMP_IF_EQUAL, word(address)));
            }
        }
        let length = tests.len();
        for (at, test) in tests.iter_mut().enumerate() {
            if test.code == JUMP_IF_EQUAL {
                // Past the rest of the tests and the acceptance; at most 12.
                test.if_false = u8::try_from(length - at).unwrap_or(u8::MAX);
            }
        }
        program.extend(tests);
        program.push(step(RETURN, u32::MAX));
    }
    program.push(step(RETURN, 0));
    program
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::IpAddr;

    /// Runs a program as the kernel would, with an IP header that has this source.
    fn keeps(program: &[Step], source: IpAddr) -> bool {
        let (start, octets) = match source {
            IpAddr::V4(source) => (12, source.octets().to_vec()),
            IpAddr::V6(source) => (8, source.octets().to_vec()),
        };
        let (mut at, mut register) = (0, 0_u32);
        loop {
            let step = program[at];
            at += 1;
            match step.code {
                LOAD => {
                    let from = (step.value - IP_HEADER) as usize - start;
                    let word = octets[from..from + 4].try_into().expect("four bytes");
                    register = u32::from_be_bytes(word);
                }
                AND => register &= step.value,
                JUMP_IF_EQUAL => {
                    at += usize::from(if register == step.value {
                        step.if_true
                    } else {
                        step.if_false
                    });
                }
                _ => return step.value > 0,
            }
        }
    }

    proptest::proptest! {
        #[test]
        fn the_program_keeps_what_the_networks_contain(
            v4 in proptest::collection::vec((0_u32..4096, 0_u8..=32), 0..5),
            v6 in proptest::collection::vec((0_u128..4096, 0_u8..=128), 0..5),
            source in 0_u32..4096,
            shift in 0_u32..128,
        ) {
            let v4 = v4.into_iter().map(|(net, length)| (IpAddr::from((net << 20).to_be_bytes()), length));
            let v6 = v6.into_iter().map(|(net, length)| (IpAddr::from((net << 116).to_be_bytes()), length));
            let networks: Vec<_> = v4.chain(v6).map(|(net, length)| IpNet::new_assert(net, length)).collect();
            let source4 = IpAddr::from((source << (shift % 21)).to_be_bytes());
            let source6 = IpAddr::from((u128::from(source) << shift.min(116)).to_be_bytes());
            for (source, is_ipv6) in [(source4, false), (source6, true)] {
                let allowed = source.is_loopback()
                    || networks.iter().any(|network| network.contains(&source));
                proptest::prop_assert_eq!(keeps(&program(is_ipv6, &networks), source), allowed);
            }
        }
    }

    #[test]
    fn the_largest_configuration_fits_into_one_filter() {
        let networks = vec!["2001:db8::1/128".parse().expect("a network"); 256];
        assert!(program(true, &networks).len() <= 4096);
    }

    #[test]
    fn the_drops_of_a_socket_are_found_in_the_table() {
        let table = "   sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode ref pointer drops\n\
                     12: 0100007F:13C4 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 7 2 0 41\n";
        if cfg!(target_endian = "little") {
            assert_eq!(
                drops_in(table, "127.0.0.1:5060".parse().expect("")),
                Some(41)
            );
        }
        assert_eq!(drops_in(table, "127.0.0.1:5061".parse().expect("")), None);
    }
}
