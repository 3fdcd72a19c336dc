//! ESPA captures and blocks, beside machines of a byte at a time.

use std::hint::black_box;

use benches::espa::captures;
use benches::espa::handing::{Handing, handing};
use benches::espa::machines::{Plain, crate_blocks, crate_items, limit, plain, tight};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use espa444::{DecodeOptions, EncodeOptions, decode, encode};

fn capture(criterion: &mut Criterion) {
    let options = DecodeOptions::lenient();
    for capture in captures::all() {
        let mut group = criterion.benchmark_group(format!("espa444/{}", capture.name));
        let bytes = capture.bytes.as_slice();
        group.throughput(Throughput::Bytes(bytes.len() as u64));
        group.bench_function("memchr over the bytes", |b| {
            b.iter(|| limit(black_box(bytes)));
        });
        group.bench_function("blocks and their records", |b| {
            b.iter(|| crate_blocks(black_box(bytes), &options));
        });
        group.bench_function("everything on the line", |b| {
            b.iter(|| crate_items(black_box(bytes), &options));
        });
        let mut handing_out = Handing::default();
        group.bench_function("handing machine", |b| {
            b.iter(|| handing(black_box(bytes), &mut handing_out));
        });
        let mut machine = Plain::<true>::default();
        group.bench_function("plain machine", |b| {
            b.iter(|| plain(black_box(bytes), &mut machine));
        });
        group.bench_function("tight machine", |b| b.iter(|| tight(black_box(bytes))));
        group.finish();
    }
}

fn block(criterion: &mut Criterion) {
    let options = DecodeOptions::lenient();
    for (name, bytes) in captures::blocks() {
        let mut group = criterion.benchmark_group(format!("espa444/{name}"));
        group.throughput(Throughput::Bytes(bytes.len() as u64));
        group.bench_function("decode", |b| {
            b.iter(|| black_box(&decode(black_box(&bytes), &options)).is_ok());
        });
        let decoded = decode(&bytes, &options).expect("a block");
        let mut out = Vec::with_capacity(512);
        group.bench_function("encode", |b| {
            b.iter(|| {
                out.clear();
                encode(&decoded.block(), &EncodeOptions::new(), &mut out).is_ok()
            });
        });
        group.finish();
    }
}

criterion_group!(espa_lines, capture, block);
criterion_main!(espa_lines);
