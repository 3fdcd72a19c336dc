//! The roles beside the codec: digest, supervision, registrar, sender, calls.

use benches::calls::CallRound;
use benches::digest::{BareHashes, Kept, VerifyRound};
use benches::registrar::{PathRound, RegisterRound, Registers};
use benches::sender::{Peer, SenderRound};
use benches::supervision::{MapRound, SupervisorRound};
use criterion::{Criterion, criterion_group, criterion_main};
use scaip::digest::Algorithm;

fn digest(criterion: &mut Criterion) {
    for (name, algorithm) in [("SHA-256", Algorithm::Sha256), ("MD5", Algorithm::Md5)] {
        let mut group = criterion.benchmark_group(format!("digest/{name}"));
        let bare = BareHashes::new(algorithm);
        group.bench_function("the three hashes alone", |b| {
            b.iter(|| match algorithm {
                Algorithm::Md5 => bare.md5(),
                _ => bare.sha256(),
            });
        });
        for (what, kept) in [
            ("verify, hash of the secret kept", Kept::Hash),
            ("verify, password kept", Kept::Password),
        ] {
            let mut round = VerifyRound::new(algorithm, kept);
            group.bench_function(what, |b| b.iter(|| round.run()));
        }
        group.finish();
    }
}

fn supervision(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("supervision");
    let mut map = MapRound::new();
    group.bench_function("HashMap<String, Instant>, get_mut", |b| {
        b.iter(|| map.update());
    });
    group.bench_function("HashMap<String, Instant>, insert", |b| {
        b.iter(|| map.insert());
    });
    let mut round = SupervisorRound::new();
    group.bench_function("sign of life", |b| b.iter(|| round.run()));
    group.bench_function("sign of life and a look", |b| {
        b.iter(|| round.run_and_look());
    });
    group.finish();
}

fn registrar(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("registrar");
    let mut registers = Registers::new();
    group.bench_function("read a REGISTER", |b| b.iter(|| registers.next_one()));
    let mut register = RegisterRound::new();
    group.bench_function("read and carry out: a refresh", |b| {
        b.iter(|| register.run());
    });
    let mut paths = PathRound::new();
    group.bench_function("HashMap<String, (Path, Instant)>, get_mut", |b| {
        b.iter(|| paths.map());
    });
    group.bench_function("remember_path, the path of before", |b| {
        b.iter(|| paths.run());
    });
    group.finish();
}

fn sender(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("sender");
    let mut peer = Peer::default();
    let mut round = SenderRound::new();
    let datagram = SenderRound::new().submit();
    group.bench_function("the other side alone", |b| {
        b.iter(|| peer.answer(datagram.clone()).len());
    });
    group.bench_function("submit to accepted, the other side included", |b| {
        b.iter(|| round.run());
    });
    group.finish();
}

fn calls(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("calls");
    let mut round = CallRound::new();
    group.bench_function("HashMap<String, u64> by user", |b| b.iter(|| round.map()));
    group.bench_function("walk over a list by number", |b| b.iter(|| round.walk()));
    group.bench_function("incoming, by From user", |b| b.iter(|| round.by_user()));
    group.bench_function("incoming, by caller number", |b| {
        b.iter(|| round.by_number());
    });
    group.bench_function("incoming, nothing fits", |b| b.iter(|| round.by_nobody()));
    group.bench_function("cancel and expect again", |b| b.iter(|| round.renew()));
    group.finish();
}

criterion_group!(roles, digest, supervision, registrar, sender, calls);
criterion_main!(roles);
