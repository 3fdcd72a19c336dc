//! Settings and secrets.

use scaip::Text;
use scaip::sender::{About, ConfigError, ReceiverAddress, Sender};
use scaip::sip::Transport;

use crate::sender_support::{Bench, alarm, arc, config, seconds, with_credentials};

#[test]
fn settings_that_could_send_nothing_are_refused() {
    let refused = |change: fn(&mut scaip::sender::Config)| {
        let mut config = config(1);
        change(&mut config);
        Sender::new(config).unwrap_err()
    };
    assert_eq!(refused(|c| c.receivers.clear()), ConfigError::NoReceiver);
    assert_eq!(
        refused(|c| c.ok_wait = seconds(0)),
        ConfigError::Zero { setting: "ok_wait" }
    );
    assert_eq!(
        refused(|c| c.longest_back_off = seconds(90_000)),
        ConfigError::TooLong {
            setting: "longest_back_off"
        }
    );
    for account in ["", "alarm", "sip:a b@c", "sip:alarm@"] {
        let mut config = config(1);
        config.receivers = vec![ReceiverAddress::new("x", Transport::Udp, arc(0), account)];
        let refused = Sender::new(config).unwrap_err();
        assert!(
            matches!(refused, ConfigError::Receiver { index: 0, .. }),
            "{account}"
        );
    }
}

#[test]
fn neither_texts_nor_secrets_nor_seeds_are_printed() {
    let mut config = with_credentials(1, "open sesame");
    config.endpoint.seed = [77; 16];
    let mut bench = Bench::new(config.clone());
    let mut request = alarm();
    request.information_text = Some(Text::new("lives alone"));
    let _ = bench.submit_as(request, About::New);
    let all = format!("{config:?} {:?}", bench.sender);
    // As text, and as the numbers of its bytes.
    for hidden in ["sesame", "lives alone", "77, 77", "108, 105, 118"] {
        assert!(!all.contains(hidden), "{hidden}");
    }
}
