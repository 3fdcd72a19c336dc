//! A caller, as a fire panel or nurse call system is one: sends calls and prints what becomes of
//! them.
#![allow(clippy::print_stdout, clippy::print_stderr)]

mod common;

use std::process::ExitCode;
use std::time::Duration;

use common::{Fallible, LINE_HELP, LineOptions, value};
use espa444::driver::{Driver, Event};
use espa444::link::{self, CallId};
use espa444::{BlockBuf, RecordId, Role};

const HELP: &str = "\
Sends calls as a fire panel does ('1'). Ends with 0 when all were delivered, else with 1.

usage: panel (--serial PATH | --connect HOST:PORT | --listen HOST:PORT) --call ADDRESS [options]

What it sends:
  --call ADDRESS          to this pager or group
  --text TEXT             with this text
  --priority N            record 6, '1' is alarm
  --type N                record 4, '1' is reset, '3' standard
  --beep N                record 3
  --count N               so many calls, numbered behind the text; 1
  --polled                the receiver owns the line: call when polled
  --wait-for-status       end when a status has come for each of them
  --timeout SECONDS       give up after this time; 30
";

#[derive(Default)]
struct Options {
    line: LineOptions,
    call: Option<String>,
    text: Option<String>,
    priority: Option<String>,
    call_type: Option<String>,
    beep: Option<String>,
    count: Option<u64>,
    polled: bool,
    wait_for_status: bool,
    timeout: Option<u64>,
}

fn options() -> Fallible<Option<Options>> {
    let mut options = Options::default();
    let mut words = std::env::args().skip(1).peekable();
    if words.peek().is_none() {
        return Ok(None);
    }
    while let Some(word) = words.next() {
        match word.as_str() {
            "-h" | "--help" => return Ok(None),
            "--call" => options.call = Some(value(&mut words, &word)?),
            "--text" => options.text = Some(value(&mut words, &word)?),
            "--priority" => options.priority = Some(value(&mut words, &word)?),
            "--type" => options.call_type = Some(value(&mut words, &word)?),
            "--beep" => options.beep = Some(value(&mut words, &word)?),
            "--count" => options.count = Some(value(&mut words, &word)?),
            "--polled" => options.polled = true,
            "--wait-for-status" => options.wait_for_status = true,
            "--timeout" => options.timeout = Some(value(&mut words, &word)?),
            _ if options.line.take(&word, &mut words)? => {}
            _ => return Err(format!("unknown option {word}; --help says which there are").into()),
        }
    }
    Ok(Some(options))
}

fn call(options: &Options, number: u64) -> Fallible<BlockBuf> {
    let address = options.call.as_deref().ok_or("--call is needed")?;
    let mut call = BlockBuf::call(address.as_bytes())?;
    if let Some(text) = &options.text {
        let text = match options.count {
            Some(2..) => format!("{text} {number}"),
            _ => text.clone(),
        };
        let profile = options.line.profile();
        let mut bytes = Vec::new();
        let limit = profile.encode.limits.text;
        let encoded = profile.characters.encode(&text, limit, &mut bytes);
        if encoded.cut || encoded.replaced > 0 {
            eprintln!("the text does not fit the line as it is: {encoded:?}");
        }
        call.push(RecordId::DISPLAY_MESSAGE, &bytes)?;
    }
    let records = [
        (RecordId::BEEP_CODING, &options.beep),
        (RecordId::CALL_TYPE, &options.call_type),
        (RecordId::PRIORITY, &options.priority),
    ];
    for (identifier, value) in records {
        if let Some(value) = value {
            call.push(identifier, value.as_bytes())?;
        }
    }
    Ok(call)
}

async fn run(options: Options) -> Fallible<bool> {
    let role = if options.polled {
        Role::polled_caller()
    } else {
        Role::caller()
    };
    let profile = options.line.profile();
    let role = options.line.role(role);
    let (driver, handle, mut events) = Driver::new(role, &profile, common::settings());
    let count = options.count.unwrap_or(1);
    let mut calls = (1..=count)
        .map(|number| call(&options, number))
        .collect::<Fallible<Vec<_>>>()?
        .into_iter();
    let timeout = Duration::from_secs(options.timeout.unwrap_or(30));
    let follow = async {
        let (mut open, mut statuses): (Option<CallId>, u64) = (None, 0);
        loop {
            if open.is_none() {
                match calls.next() {
                    Some(call) => open = Some(handle.send(call).await?),
                    None if !options.wait_for_status || statuses >= count => return Ok(true),
                    None => {}
                }
            }
            let Some(event) = events.recv().await else {
                return Ok(false);
            };
            match event {
                Event::Link(link::Event::Delivered { id, acknowledged }) => {
                    println!("delivered {} acknowledged={acknowledged}", id.get());
                    open = None;
                }
                Event::Link(link::Event::Failed { id, reason, .. }) => {
                    println!("failed {} {reason:?}", id.get());
                    return Ok(false);
                }
                Event::Link(link::Event::Failing { id, reason, .. }) => {
                    println!("failing {} {reason:?}", id.get());
                }
                Event::Link(link::Event::Block(received)) => {
                    let status = received.block.block().call_status();
                    let name = status.and_then(|status| status.name());
                    println!("status {}", name.unwrap_or("-"));
                    handle.accept(received.id).await?;
                    statuses += u64::from(status.is_some());
                }
                Event::Link(link::Event::Finding(finding)) => eprintln!("finding: {finding}"),
                other => eprintln!("{other:?}"),
            }
        }
    };
    let followed = async {
        let done = tokio::time::timeout(timeout, follow).await;
        // The EOT behind the last call has to leave, too.
        handle.shut_down(Duration::from_millis(200));
        done
    };
    let (ran, done) = tokio::join!(options.line.run(driver), followed);
    ran?;
    match done {
        Ok(done) => done,
        Err(_) => Err("not all was delivered in time".into()),
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let done = match options() {
        Ok(None) => {
            print!("{HELP}\n{LINE_HELP}");
            return ExitCode::SUCCESS;
        }
        Ok(Some(options)) => run(options).await,
        Err(error) => Err(error),
    };
    match done {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("panel: {error}");
            ExitCode::FAILURE
        }
    }
}
