//! Opaque and decoded payloads: Climax reference 11 and 12.

#![allow(clippy::unwrap_used)]

use climax_rf::Provenance;
use climax_rf::f1::{
    ChipCrc, Description, DeviceNumber, Family, KeyMaterial, OpaqueReason, Payload, PayloadCodec,
    Refused, packet,
};

/// Made up: one byte of key, a mark, a device, an event.
struct Workshop;

impl PayloadCodec for Workshop {
    fn reveal(
        &self,
        opaque: &[u8],
        keys: KeyMaterial<'_>,
        clear: &mut [u8],
    ) -> Result<usize, Refused> {
        let key = *keys.expose().first().ok_or(Refused::Key)?;
        let clear = clear
            .get_mut(..opaque.len())
            .ok_or(Refused::BufferTooSmall)?;
        for (to, from) in clear.iter_mut().zip(opaque) {
            *to = from ^ key;
        }
        Ok(opaque.len())
    }

    fn describe(&self, clear: &[u8]) -> Result<Description, Refused> {
        let [0xA5, device, event] = *clear else {
            return Err(Refused::Foreign);
        };
        let mut description = Description::new(DeviceNumber(device.into()), event.into());
        description.battery_low = Some(event & 1 == 1);
        Ok(description)
    }
}

/// Says that it wrote more than there is room for.
struct Boaster;

impl PayloadCodec for Boaster {
    fn reveal(&self, _: &[u8], _: KeyMaterial<'_>, _: &mut [u8]) -> Result<usize, Refused> {
        Ok(usize::MAX)
    }

    fn describe(&self, _: &[u8]) -> Result<Description, Refused> {
        Ok(Description::new(DeviceNumber(1), 1))
    }
}

const PAYLOAD: &[u8] = &[3, 0xA4, 0x06, 0x02];

#[test]
fn without_a_codec_there_is_no_device() {
    let frame = packet(PAYLOAD, ChipCrc::Passed, &Family::F1).unwrap();
    let payload = Payload::opaque(&frame);
    assert_eq!(payload.device(), None);
    let Payload::Opaque(opaque) = payload else {
        panic!("opaque")
    };
    assert_eq!(opaque.bytes(), &PAYLOAD[1..]);
    assert_eq!(opaque.reason(), OpaqueReason::NoCodec);
    assert_eq!(format!("{payload:?}"), "Opaque(3 bytes, NoCodec)");
}

#[test]
fn a_codec_of_the_user_gives_device_and_event_and_is_marked_as_such() {
    let frame = packet(PAYLOAD, ChipCrc::Passed, &Family::F1).unwrap();
    let mut clear = [0; 8];
    let Payload::Decoded(decoded) =
        Payload::read(&frame, &Workshop, KeyMaterial::new(&[1]), &mut clear)
    else {
        panic!("decoded")
    };
    assert_eq!(decoded.description.device, DeviceNumber(7));
    assert_eq!(decoded.description.event, 3);
    assert_eq!(decoded.description.battery_low, Some(true));
    assert_eq!(decoded.description.device_type, None);
    assert_eq!(decoded.provenance, Provenance::User);
}

#[test]
fn section_12_a_payload_that_the_codec_refuses_stays_opaque_and_marked() {
    let frame = packet(PAYLOAD, ChipCrc::Passed, &Family::F1).unwrap();
    let reason = |codec: &dyn PayloadCodec, key: &'static [u8], room| {
        let mut clear = vec![0; room];
        match Payload::read(&frame, codec, KeyMaterial::new(key), &mut clear) {
            Payload::Opaque(opaque) => opaque.reason(),
            other => panic!("{other:?}"),
        }
    };
    let refused = OpaqueReason::Refused;
    assert_eq!(reason(&Workshop, &[2], 8), refused(Refused::Foreign));
    assert_eq!(reason(&Workshop, &[], 8), refused(Refused::Key));
    assert_eq!(reason(&Workshop, &[1], 2), refused(Refused::BufferTooSmall));
    assert_eq!(reason(&Boaster, &[1], 8), refused(Refused::BufferTooSmall));
}

#[test]
fn a_frame_that_is_no_event_is_not_shown_to_the_codec() {
    let frame = packet(PAYLOAD, ChipCrc::Failed, &Family::F1).unwrap();
    let mut clear = [0; 8];
    let payload = Payload::read(&frame, &Workshop, KeyMaterial::new(&[1]), &mut clear);
    let Payload::Opaque(opaque) = payload else {
        panic!("opaque")
    };
    assert_eq!(opaque.reason(), OpaqueReason::NotAnEvent);
    assert_eq!(clear, [0; 8]);
}

#[test]
fn keys_do_not_print() {
    let key = KeyMaterial::new(b"secret");
    assert_eq!(format!("{key:?}"), "KeyMaterial(hidden)");
}

#[cfg(feature = "serde")]
#[test]
fn options_and_families_are_configuration() {
    use climax_rf::f1::{SearchOptions, SyncTolerance};

    let options = SearchOptions::recordings().with_family(Family::F1_869);
    let text = serde_json::to_string(&options).unwrap();
    assert_eq!(
        serde_json::from_str::<SearchOptions>(&text).unwrap(),
        options
    );
    let partly: SearchOptions = serde_json::from_str(r#"{"tolerance":"one"}"#).unwrap();
    assert_eq!(
        partly,
        SearchOptions::new().with_tolerance(SyncTolerance::One)
    );
    let broken = text.replace(r#""bit_rate":10000"#, r#""bit_rate":0"#);
    let error = serde_json::from_str::<SearchOptions>(&broken).unwrap_err();
    assert!(error.to_string().contains("bit rate"), "{error}");
}
