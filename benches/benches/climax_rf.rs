//! Climax: the search for frames and the readers of reports.

use std::hint::black_box;

use benches::climax::{
    BRACKETS, FRAMES, LAYOUT, bracket_limit, devices, devices_of_old, frame_limit, layout_frame,
    noise, read_bracket, read_frame, window,
};
use climax_rf::f1::{Bits, SearchOptions, SyncTolerance, search};
use climax_rf::layout::Layout;
use climax_rf::panel_web::{Limits, read_devices};
use climax_rf::{contact_id, dc09};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};

fn radio(criterion: &mut Criterion) {
    let noise = noise();
    let bits = Bits::of_bytes(&noise);
    let mut group = criterion.benchmark_group("climax-rf/search");
    group.throughput(Throughput::Bytes(noise.len() as u64));
    group.bench_function("window over single bits", |b| {
        b.iter(|| window(black_box(bits), 2));
    });
    for tolerance in SyncTolerance::ALL {
        let options = SearchOptions::new().with_tolerance(tolerance);
        group.bench_function(format!("{} wrong bits", tolerance.bits()), |b| {
            b.iter(|| search(black_box(bits), &options).count());
        });
    }
    group.finish();
}

fn reports(criterion: &mut Criterion) {
    let mut judged = |name, limit: &dyn Fn() -> u16, read: &dyn Fn() -> usize| {
        let mut group = criterion.benchmark_group(format!("climax-rf/{name}"));
        group.bench_function("limit", |b| b.iter(limit));
        group.bench_function("read", |b| b.iter(read));
        group.finish();
    };
    let options = contact_id::DecodeOptions::lenient();
    for (name, bytes) in BRACKETS {
        let limit = || bracket_limit(black_box(bytes));
        judged(name, &limit, &|| read_bracket(black_box(bytes), &options));
    }
    let options = dc09::DecodeOptions::lenient();
    for (name, bytes) in FRAMES {
        let limit = || frame_limit(black_box(bytes));
        judged(name, &limit, &|| read_frame(black_box(bytes), &options));
    }
}

fn declared(criterion: &mut Criterion) {
    let layout = Layout::parse(LAYOUT).expect("a layout");
    let frame = layout_frame();
    criterion.bench_function("climax-rf/layout", |b| {
        b.iter(|| layout.decode_frame(black_box(&frame)).is_ok());
    });
}

fn web(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("climax-rf/devices");
    let limits = Limits::default();
    for (name, text) in [
        ("JSON", devices()),
        ("text of old panels", devices_of_old()),
    ] {
        group.throughput(Throughput::Bytes(text.len() as u64));
        group.bench_function(name, |b| {
            b.iter(|| read_devices(black_box(text.as_bytes()), &limits).is_ok());
        });
    }
    group.finish();
}

criterion_group!(climax, radio, reports, declared, web);
criterion_main!(climax);
