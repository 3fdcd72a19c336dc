//! Alarms made durable, beside what the disk and SQLite cost by themselves. Flushing is slow:
//! few and short samples.

use std::time::Duration;

use benches::journal::{Bench, folder};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use reference_server::measure::{bare_commit, bare_flush};

fn count(iterations: u64) -> usize {
    usize::try_from(iterations).expect("few")
}

fn durable(criterion: &mut Criterion) {
    let folder = folder(None).expect("a folder");
    let mut group = criterion.benchmark_group("journal");
    group
        .sample_size(10)
        .warm_up_time(Duration::from_millis(200))
        .measurement_time(Duration::from_secs(1))
        .throughput(Throughput::Elements(1));
    group.bench_function("bare flush", |b| {
        b.iter_custom(|iterations| {
            let times = bare_flush(folder.path(), count(iterations)).expect("the disk flushes");
            times.iter().sum()
        });
    });
    group.bench_function("bare commit", |b| {
        b.iter_custom(|iterations| {
            let times = bare_commit(folder.path(), count(iterations)).expect("SQLite commits");
            times.iter().sum()
        });
    });
    let bench = Bench::open(folder.path());
    for producers in [1, 64, 256] {
        group.bench_function(format!("store, {producers} producers"), |b| {
            // At least one alarm from each; the time is scaled to what was asked for.
            b.iter_custom(|iterations| {
                let stored = bench.store(producers, iterations);
                stored
                    .elapsed
                    .mul_f64(iterations as f64 / stored.waits.len() as f64)
            });
        });
    }
    group.finish();
}

criterion_group!(journal, durable);
criterion_main!(journal);
