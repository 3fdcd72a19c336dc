//! The reference server: reads its configuration, starts, and stops when asked to.

use std::error::Error;
use std::io::{self, Write as _};
use std::process::ExitCode;

use clap::Parser as _;
use reference_server::config::{Command, Config, DEFAULT_FILE, Flags};
use reference_server::demo::Demo;
use reference_server::input::Input;
use reference_server::inputs::espa444::Espa444Input;
use reference_server::inputs::layout::LayoutInput;
use reference_server::inputs::panel::PanelInput;
use reference_server::inputs::scaip::ScaipInput;
use reference_server::inputs::web::WebInput;
use reference_server::logging;
use reference_server::output::Output;
use reference_server::outputs::fhir::FhirOutput;
use reference_server::outputs::sensio::{Raised, SensioOutput};
use reference_server::server::Server;

/// Configuration or start: nothing was received.
const EXIT_START: u8 = 2;

fn main() -> ExitCode {
    let flags = Flags::parse();
    if flags.print_config {
        return match io::stdout().write_all(DEFAULT_FILE.as_bytes()) {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => fail(&error, 1),
        };
    }
    let config = match Config::load(&flags) {
        Ok(config) => config,
        Err(error) => return fail(&error, EXIT_START),
    };
    if flags.check_config {
        return match check(&config) {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => fail(error.as_ref(), EXIT_START),
        };
    }
    if let Err(error) = logging::init(&config.log) {
        return fail(&error, EXIT_START);
    }
    match tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
    {
        Ok(runtime) => runtime.block_on(async {
            match flags.command {
                None => run(config).await,
                Some(Command::Demo { once }) => match demo(config, once).await {
                    Ok(()) => ExitCode::SUCCESS,
                    Err(error) => fail(error.as_ref(), 1),
                },
            }
        }),
        Err(error) => fail(&error, EXIT_START),
    }
}

/// Whatever of the start depends on the configuration alone: nothing is opened.
fn check(config: &Config) -> Result<(), Box<dyn Error>> {
    logging::check(&config.log)?;
    parts(config).map(drop)
}

/// Inputs and outputs.
type Parts = (Vec<Box<dyn Input>>, Vec<Box<dyn Output>>);

/// The inputs and outputs as configured.
fn parts(config: &Config) -> Result<Parts, Box<dyn Error>> {
    let mut inputs: Vec<Box<dyn Input>> = vec![Box::new(ScaipInput::new(config)?)];
    fn add(inputs: &mut Vec<Box<dyn Input>>, input: Option<impl Input>) {
        inputs.extend(input.map(|input| Box::new(input) as Box<dyn Input>));
    }
    add(&mut inputs, Espa444Input::new(config)?);
    add(&mut inputs, PanelInput::new(config)?);
    add(&mut inputs, LayoutInput::new(config)?);
    let raised = Raised::default();
    add(&mut inputs, WebInput::new(config, raised.clone())?);
    let mut outputs: Vec<Box<dyn Output>> = Vec::new();
    if let Some(sensio) = SensioOutput::new(config, raised)? {
        outputs.push(Box::new(sensio));
    }
    if let Some(fhir) = FhirOutput::new(config)? {
        outputs.push(Box::new(fhir));
    }
    Ok((inputs, outputs))
}

async fn run(config: Config) -> ExitCode {
    // Before the start, so that a signal during it is not lost.
    let mut signals = match Signals::new() {
        Ok(signals) => signals,
        Err(error) => return fail(&error, EXIT_START),
    };
    let (inputs, outputs) = match parts(&config) {
        Ok(parts) => parts,
        Err(error) => return fail(error.as_ref(), EXIT_START),
    };
    let mut server = Server::new(config);
    for input in inputs {
        server = server.with_input(input);
    }
    for output in outputs {
        server = server.with_output(output);
    }
    let server = match server.start().await {
        Ok(server) => server,
        Err(error) => return fail(&error, EXIT_START),
    };
    signals.next().await;
    tokio::select! {
        done = server.shutdown() => match done {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => fail(&error, 1),
        },
        // Asked twice: at once. Nothing that was answered is lost.
        () = signals.next() => ExitCode::from(130),
    }
}

async fn demo(config: Config, once: bool) -> Result<(), Box<dyn Error>> {
    let mut signals = Signals::new()?;
    let demo = Demo::start(config).await?;
    let mut out = io::stdout();
    let played = demo.play(&mut out).await;
    if !once && played.is_ok() {
        demo.invite(&mut out)?;
        signals.next().await;
    }
    demo.stop().await?;
    played?;
    Ok(())
}

fn fail(error: &dyn Error, code: u8) -> ExitCode {
    // Standard error itself may be gone.
    let _ = writeln!(io::stderr(), "reference-server: {error}");
    ExitCode::from(code)
}

/// The signals that ask the server to stop.
#[cfg(unix)]
struct Signals {
    interrupt: tokio::signal::unix::Signal,
    terminate: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Signals {
    fn new() -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
        })
    }

    async fn next(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}

#[cfg(not(unix))]
struct Signals;

#[cfg(not(unix))]
impl Signals {
    fn new() -> io::Result<Self> {
        Ok(Self)
    }

    async fn next(&mut self) {
        // Without a signal there is nothing to wait for.
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}
