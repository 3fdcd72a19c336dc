//! What stays off the heap.

use climax_rf::f1::{Bits, ChipCrc, Family, Row, SearchOptions, packet, search};

#[test]
fn search_packets_and_rows_do_not_touch_the_heap() {
    let options = SearchOptions::recordings();
    let mut noise = vec![0; 4096];
    fastrand::Rng::with_seed(3).fill(&mut noise);
    let frame =
        b"\xaa\xaa\xaa\xaa\x29\xcd\x29\xcd\x0a\x00\x00\x2b\x5a\x10\xc3\x7e\x91\x04\xd8\x24\xf8";
    noise[1000..1021].copy_from_slice(frame);
    let text = "{172}d555555514e694e685000015ad0861bf48826c127c0";
    let mut found = 0;
    let heap = allocation_counter::measure(|| {
        found += search(Bits::of_bytes(&noise), &options).count();
        let mut buffer = [0; 32];
        let bits = Row::parse(text).and_then(|row| row.read_into(&mut buffer));
        found += bits.map_or(0, |bits| search(bits, &options).count());
        found += usize::from(packet(&frame[8..], ChipCrc::Bytes, &Family::F1).is_ok());
    });
    assert_eq!(found, 3);
    assert_eq!(heap.count_total, 0);
}
