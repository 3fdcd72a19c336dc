use super::watched::LOOK;
use super::*;
use alarm_codes::{EventId, FoundBy, Kind, Subject};
use std::time::Duration;

/// Synthetic numbers.
const ONE: &str = "15813410033";
/// The first day of 2032 in Norway, from which on numbers are given out by the looser rule.
const FIRST_OF_2032: Timestamp = Timestamp::from_micros(1_956_524_400_000_000);
/// Synthetic, and valid by the rule of 2032 alone.
const LATE: [&str; 3] = ["15813499980", "15813499999", "15813499816"];
/// In 2026.
const NOW: Timestamp = Timestamp::from_micros(1_773_451_061_000_000);

/// How long it is known whose a device was.
const KEEP: Duration = Duration::from_secs(3600);

fn read(name: &str, text: &str) -> Result<Register, RegisterError> {
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join(name);
    std::fs::write(&path, text).expect("a file");
    Register::read(&path, NOW)
}

fn event(controller: &str, device: Option<&str>) -> Event {
    let received: alarm_codes::Timestamp = "2026-03-14T01:17:41Z".parse().expect("a time");
    let mut event = Event::new(EventId(1), Kind::Fall, received);
    event.device.controller = Some(controller.into());
    event.device.device = device.map(Into::into);
    event
}

fn name(register: &Register, event: &Event) -> Option<String> {
    register
        .person(event, NOW)
        .expect("known to be right")?
        .name
}

#[test]
fn the_device_counts_before_its_controller_in_both_forms() {
    let toml = format!(
        "[[patient]]\ncontroller = \"40211870\"\nidentifier = \"{ONE}\"\nname = \"A\"\n\
         [[patient]]\ncontroller = \"40211870\"\ndevice = \"2\"\nidentifier = \"x\"\n\
         system = \"https://epj.example.net\"\nname = \"B\"\n"
    );
    let csv = format!(
        "\u{feff}controller,device,identifier,system,name\n40211870,,{ONE},,A\n\
         40211870,2,x,https://epj.example.net,B\n"
    );
    for register in [read("p.toml", &toml), read("p.csv", &csv)] {
        let register = register.expect("a register");
        assert_eq!(
            name(&register, &event("40211870", None)).as_deref(),
            Some("A")
        );
        assert_eq!(
            name(&register, &event("40211870", Some("9"))).as_deref(),
            Some("A")
        );
        assert_eq!(
            name(&register, &event("40211870", Some("2"))).as_deref(),
            Some("B")
        );
        assert_eq!(name(&register, &event("40211871", None)), None);
    }
}

#[test]
fn only_a_confirmed_subject_counts_before_the_register() {
    let csv = format!("controller,identifier,name\n40211870,{ONE},A\n");
    let register = read("p.csv", &csv).expect("a register");
    let mut event = event("40211870", None);
    let mut subject = Subject::new(ONE, FoundBy::Message);
    event.subjects.push(subject.clone());
    assert_eq!(name(&register, &event).as_deref(), Some("A"));
    subject.confirmed = true;
    event.subjects = vec![subject.clone()];
    assert_eq!(name(&register, &event), None);
    // Two persons are none.
    event.subjects.push(subject);
    assert_eq!(name(&register, &event).as_deref(), Some("A"));
}

#[tokio::test]
async fn a_file_that_changes_is_read_again_unless_it_is_broken() {
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("p.csv");
    let write = |text: &str| std::fs::write(&path, text).expect("a file");
    write("controller,identifier,name\n");
    let mut watched = WatchedRegister::open(&path, KEEP).expect("a register");
    let event = event("40211870", None);
    assert_eq!(name(watched.now(), &event), None);
    for text in [
        format!("controller,identifier,name\n40211870,{ONE},A\n"),
        "controller,identifier\n40211870,1\n".into(),
    ] {
        write(&text);
        tokio::time::sleep(LOOK).await;
        assert_eq!(name(watched.now(), &event).as_deref(), Some("A"));
    }
}

#[test]
fn no_error_shows_what_stands_in_the_file() {
    for (name, text) in [
        (
            "p.toml",
            format!("[[patient]]\ncontroller = 40211870\nidentifier = {ONE}\n"),
        ),
        (
            "p.toml",
            format!("[[patient]]\ncontroller = \"40211870\"\nidentifier = \"{ONE}9\"\n"),
        ),
        ("p.toml", format!("[[patient]\nidentifier = \"{ONE}\"")),
        (
            "p.csv",
            format!("controller,identifier\n40211870,{ONE},40211870\n"),
        ),
        (
            "p.csv",
            format!("controller,identifier\n40211870,{ONE}\n40211870,{ONE}\n"),
        ),
        ("p.csv", format!("{ONE},40211870\n")),
    ] {
        let error = read(name, &text).expect_err(&text);
        let shown = format!("{error} {error:?}");
        assert!(
            !shown.contains(ONE) && !shown.contains("40211870"),
            "{shown}"
        );
    }
}

#[test]
fn a_number_of_the_rule_of_2032_is_not_taken_before_that_year() {
    let new_year: alarm_codes::Timestamp = "2032-01-01T00:00:00+01:00".parse().expect("a time");
    assert_eq!(FIRST_OF_2032.as_micros(), new_year.as_micros());
    for number in LATE {
        let directory = tempfile::tempdir().expect("a directory");
        let text = format!("controller,device,identifier\n40211870,,{ONE}\n40211870,2,{number}\n");
        let path = directory.path().join("p.csv");
        std::fs::write(&path, text).expect("a file");
        let register = Register::read(&path, NOW).expect("a register");
        assert_eq!(register.not_taken, [3]);
        // It is not the person of its controller, either.
        let device = event("40211870", Some("2"));
        assert_eq!(register.person(&device, NOW), Err(LINE_NOT_TAKEN));
        assert!(matches!(
            register.person(&event("40211870", None), NOW),
            Ok(Some(_))
        ));
        let register = Register::read(&path, FIRST_OF_2032).expect("a register");
        assert!(register.not_taken.is_empty());
        assert!(matches!(
            register.person(&device, FIRST_OF_2032),
            Ok(Some(_))
        ));
        // Nor is it taken under another address of its system.
        let text = format!(
            "[[patient]]\ncontroller = \"40211870\"\n\nidentifier = \"{number}\"\n\
             system = \"http://hl7.no/fhir/NamingSystem/FNR\"\n"
        );
        let register = read("p.toml", &text).expect("a register");
        assert_eq!(register.not_taken, [4]);
    }
}

#[test]
fn a_confirmed_subject_with_such_a_number_is_nobody() {
    let register = read("p.csv", "controller,identifier\n").expect("a register");
    let mut event = event("40211870", None);
    let mut subject = Subject::new(LATE[0], FoundBy::Message);
    subject.confirmed = true;
    event.subjects.push(subject);
    assert_eq!(register.person(&event, NOW), Err(CONFIRMED_NOT_TAKEN));
    assert!(matches!(
        register.person(&event, FIRST_OF_2032),
        Ok(Some(_))
    ));
}

#[test]
fn what_is_called_a_national_number_must_be_one_and_the_line_is_named() {
    let text = format!(
        "controller,identifier,system\n1,{ONE},\n2,15813410034,urn:oid:2.16.578.1.12.4.1.4.1\n"
    );
    let error = read("p.csv", &text).expect_err("a mistyped number");
    assert!(
        matches!(error, RegisterError::Patient { line: 3, .. }),
        "{error}"
    );
    let text = "[[patient]]\ncontroller = \"1\"\nidentifier = \"15813410034\"\n";
    let error = read("p.toml", text).expect_err("a mistyped number");
    assert!(
        matches!(error, RegisterError::Patient { line: 3, .. }),
        "{error}"
    );
}

#[tokio::test]
async fn a_register_that_is_empty_all_at_once_is_not_believed_and_a_device_that_is_gone_is_known() {
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("p.csv");
    let write = |text: &str| std::fs::write(&path, text).expect("a file");
    let full = format!("controller,identifier,name\n40211870,{ONE},A\n");
    write(&full);
    let mut watched = WatchedRegister::open(&path, KEEP).expect("a register");
    assert_eq!((watched.warning(), watched.devices()), (None, 1));
    let event = event("40211870", None);
    for (text, warning, readings) in [
        ("controller,identifier,name\n".to_owned(), true, 1),
        ("".to_owned(), true, 1),
        (full.replace("40211870", "40211871"), false, 2),
        (full.clone(), false, 3),
    ] {
        write(&text);
        tokio::time::sleep(LOOK).await;
        let known = watched.now().person(&event, NOW).expect("right").is_some();
        assert_eq!(known, readings != 2, "{text}");
        assert_eq!(watched.warning().is_some(), warning, "{text}");
        assert_eq!(watched.readings(), readings, "{text}");
        assert!(watched.known(&event).is_some(), "{text}");
    }
    std::fs::remove_file(&path).expect("a file");
    tokio::time::sleep(LOOK).await;
    assert_eq!(name(watched.now(), &event).as_deref(), Some("A"));
    assert!(watched.warning().is_some());
    write(&full);
    tokio::time::sleep(LOOK).await;
    watched.now();
    assert_eq!(watched.warning(), None);
}

#[tokio::test]
async fn what_could_not_be_read_is_tried_again_though_neither_its_time_nor_its_length_changes() {
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("p.csv");
    let changed = std::time::SystemTime::now();
    // As when only the rights of a file are mended, which root has whatever they are.
    let write = |bytes: &[u8], changed| {
        std::fs::write(&path, bytes).expect("a file");
        let file = std::fs::File::options().write(true).open(&path);
        file.and_then(|file| file.set_modified(changed))
            .expect("a time");
    };
    let hour = std::time::Duration::from_secs(3600);
    let first = format!("controller,identifier,name\n40211870,{ONE},A\n");
    write(first.as_bytes(), changed - hour);
    let mut watched = WatchedRegister::open(&path, KEEP).expect("a register");
    let event = event("40211870", None);
    let new = format!("controller,identifier,name\n40211870,{ONE},B\n");
    let mut broken = new.clone().into_bytes();
    broken[0] = 0xff;
    write(&broken, changed);
    for _ in 0..2 {
        tokio::time::sleep(LOOK).await;
        assert_eq!(name(watched.now(), &event).as_deref(), Some("A"));
        assert!(watched.warning().is_some());
    }
    write(new.as_bytes(), changed);
    tokio::time::sleep(LOOK).await;
    assert_eq!(name(watched.now(), &event).as_deref(), Some("B"));
    assert_eq!((watched.warning(), watched.readings()), (None, 2));
}
