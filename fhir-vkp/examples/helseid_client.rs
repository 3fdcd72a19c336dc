//! Fetches a token from HelseID and posts the document on standard input to JFT or VKP, then follows its
//! status at JFT: a client for judges that were written by others.
//!
//! ```text
//! helseid_client --issuer ADDRESS --client ID --key FILE --service jft|vkp --write ADDRESS
//!     [--read ADDRESS] [--algorithm NAME] [--dpop-key FILE] [--scope SCOPE]... [--parent NUMBER]
//!     [--child NUMBER] [--organisation NUMBER] [--life SECONDS] [--polls COUNT] < document.json
//! ```
//!
//! Keys are JWK (`.json`) or PEM, which needs `--algorithm`. JFT gets proofs with a key of its own
//! unless `--dpop-key` names one; VKP gets a bearer token. Addresses are `https:`, or `http:` to the
//! own machine. The document and what became of it are not printed, only its steps.

#![allow(clippy::print_stdout, clippy::print_stderr)]

use std::collections::HashMap;
use std::error::Error;
use std::io::Read as _;
use std::process::ExitCode;
use std::time::Duration;

use fhir_vkp::answer::JournalState;
use fhir_vkp::client::Client;
use fhir_vkp::delivery::Target;
use fhir_vkp::identifier::OrganisationNumber;
use fhir_vkp::request::{BaseAddress, Document, JftRequests, VkpRequests};
use fhir_vkp::security::{
    Algorithm, Credentials, Details, DpopKey, Endpoint, Organisation, PrivateKey,
};

type Failure = Box<dyn Error>;

/// Arguments by name; each may come more than once.
struct Arguments(HashMap<String, Vec<String>>);

impl Arguments {
    fn read() -> Result<Self, Failure> {
        let mut read: HashMap<String, Vec<String>> = HashMap::new();
        let mut arguments = std::env::args().skip(1);
        while let Some(name) = arguments.next() {
            let name = name
                .strip_prefix("--")
                .ok_or("arguments are --NAME VALUE")?;
            let value = arguments.next().ok_or("an argument has no value")?;
            read.entry(name.to_owned()).or_default().push(value);
        }
        Ok(Self(read))
    }

    fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name)?.last().map(String::as_str)
    }

    fn need(&self, name: &str) -> Result<&str, Failure> {
        let missing = || format!("--{name} is missing");
        self.get(name).ok_or_else(|| missing().into())
    }

    fn key(&self, name: &str) -> Result<Option<PrivateKey>, Failure> {
        let Some(file) = self.get(name) else {
            return Ok(None);
        };
        let text = std::fs::read_to_string(file)?;
        let algorithm = self.get("algorithm").map(Algorithm::from_name);
        let algorithm = algorithm.map(|known| known.ok_or("an unknown --algorithm"));
        let algorithm = algorithm.transpose()?;
        Ok(Some(if text.trim_start().starts_with('{') {
            PrivateKey::from_jwk(&text, algorithm)?
        } else {
            let algorithm = algorithm.ok_or("PEM needs --algorithm")?;
            PrivateKey::from_pem(&text, algorithm, self.get("kid"))?
        }))
    }

    fn number(&self, name: &str) -> Result<Option<OrganisationNumber>, Failure> {
        let number = self.get(name).map(OrganisationNumber::new);
        Ok(number.transpose()?)
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    match run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // `Display`, and the causes: returned from `main` it would be printed as `Debug`.
            eprint!("helseid_client: {error}");
            let mut cause = error.source();
            while let Some(error) = cause {
                eprint!(": {error}");
                cause = error.source();
            }
            eprintln!("\nThe arguments are explained at the head of helseid_client.rs.");
            ExitCode::FAILURE
        }
    }
}

async fn run() -> Result<(), Failure> {
    let arguments = Arguments::read()?;
    let key = arguments.key("key")?.ok_or("--key is missing")?;
    let write = BaseAddress::new(arguments.need("write")?)?;
    let read = arguments.get("read").map(BaseAddress::new).transpose()?;
    let (target, default_scope) = match arguments.need("service")? {
        "jft" => {
            let read = read.unwrap_or_else(|| write.clone());
            (Target::Jft(JftRequests::new(write, read)), "nhn:jft/api")
        }
        "vkp" => {
            let organisation = arguments.number("organisation")?;
            let organisation = organisation.ok_or("--organisation is missing")?;
            let vkp = VkpRequests::new(write, &organisation);
            (Target::Vkp(vkp), "nhn:vkp/api/user/bundle.write")
        }
        _ => return Err("--service is jft or vkp".into()),
    };
    let scopes = arguments.0.get("scope").cloned();
    let scopes = scopes.unwrap_or_else(|| vec![default_scope.to_owned()]);
    let scopes = scopes.iter().map(String::as_str);
    let mut credentials = Credentials::new(arguments.need("client")?, key, scopes);
    let dpop = arguments.key("dpop-key")?.map(DpopKey::new).transpose()?;
    if let Some(dpop) = dpop {
        credentials = credentials.with_dpop(dpop);
    } else if matches!(target, Target::Jft(_)) {
        credentials = credentials.with_dpop(DpopKey::generate()?);
    }
    if let Some(life) = arguments.get("life") {
        credentials = credentials.with_assertion_life(Duration::from_secs(life.parse()?));
    }
    if let Some(parent) = arguments.number("parent")? {
        let child = arguments.number("child")?;
        let organisation = Organisation::new(&parent, child.as_ref());
        credentials = credentials.with_details(Details::Assertion(organisation));
    }
    let issuer = BaseAddress::new(arguments.need("issuer")?)?;
    let client = Client::builder(Endpoint::Discover(issuer), credentials).build()?;

    let mut json = Vec::new();
    std::io::stdin().read_to_end(&mut json)?;
    let sent = client
        .send_document(&target, &Document::from_json(json)?)
        .await?;
    println!("{}", sent.outcome);

    let (Target::Jft(jft), Some(address)) = (&target, &sent.status) else {
        return Ok(());
    };
    let polls: u32 = arguments.get("polls").unwrap_or("10").parse()?;
    for _ in 0..polls {
        let status = client.status(jft, address).await?;
        println!("JFT status: {:?}", status.state());
        if matches!(
            status.state(),
            JournalState::Journaled | JournalState::Failed
        ) {
            return Ok(());
        }
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
    Err("the document was taken, but is not confirmed".into())
}
