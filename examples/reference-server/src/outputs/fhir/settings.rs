//! From the configuration to addresses, credentials and clients.

use std::io;
use std::path::PathBuf;

use fhir_vkp::client::{BuildError, Client};
use fhir_vkp::delivery::Target;
use fhir_vkp::identifier::{InvalidNumber, OrganisationNumber};
use fhir_vkp::request::{
    BaseAddress, Document, DocumentError, Environment, InvalidAddress, InvalidServiceCodes,
    InvalidSourceSystem, JftRequests, ServiceCodes, SourceSystem, VkpRequests,
};
use fhir_vkp::security::{
    Algorithm, Credentials, Details, DpopKey, Endpoint, InvalidKey, Organisation, PrivateKey,
};

use super::look_up::LookUp;
use super::register::RegisterError;
use crate::config::{FhirOutputConfig, FhirService, FhirStage, LookUpConfig, OnBehalfOf};
use crate::inputs::web::{SecretError, read_secret};

/// What of the configuration the output cannot work with.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SettingError {
    /// An address.
    #[error("outputs.fhir.addresses: {0}")]
    Address(#[from] InvalidAddress),
    /// No address of the service is published for the stage.
    #[error("outputs.fhir.addresses: {0} has no published address for this stage: give one")]
    NoAddress(&'static str),
    /// An organisation number.
    #[error("outputs.fhir.organisation: {0}")]
    Organisation(#[from] InvalidNumber),
    /// The file of the key, or its variable.
    #[error("outputs.fhir.key: {0}")]
    Secret(#[from] SecretError),
    /// The key.
    #[error("outputs.fhir.key: {0}")]
    Key(#[from] InvalidKey),
    /// The name of this system.
    #[error("outputs.fhir.source_system: {0}")]
    SourceSystem(#[from] InvalidSourceSystem),
    /// The services of the look-up.
    #[error("outputs.fhir.look_up.service_codes: {0}")]
    ServiceCodes(#[from] InvalidServiceCodes),
    /// The root certificates cannot be read.
    #[error("outputs.fhir.root_certificates: {}: {source}", path.display())]
    Roots {
        /// The file.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// The register of patients.
    #[error("outputs.fhir.patients: {0}")]
    Register(#[from] RegisterError),
    /// A client cannot be built.
    #[error("outputs.fhir: {0}")]
    Client(#[from] BuildError),
    /// A document for the scopes, which is not to be expected.
    #[error("outputs.fhir: {0}")]
    Document(#[from] DocumentError),
}

/// Everything that the configuration alone gives.
#[derive(Debug)]
pub(super) struct Parts {
    pub(super) organisation: OrganisationNumber,
    pub(super) target: Target,
    pub(super) client: Client,
    pub(super) look_up: Option<LookUp>,
}

impl Parts {
    pub(super) fn new(config: &FhirOutputConfig) -> Result<Self, SettingError> {
        let organisation = OrganisationNumber::new(&*config.organisation)?;
        let environment = environment(config)?;
        let key = key(config)?;
        let target = target(config, &environment, &organisation)?;
        let known = write_scopes(&target)?;
        let scopes: Vec<&str> = match config.scopes.is_empty() {
            true => known,
            false => config.scopes.iter().map(String::as_str).collect(),
        };
        let mut credentials = credentials(config, &key, &scopes)?;
        if config.service == FhirService::Jft {
            credentials = credentials.with_dpop(DpopKey::generate()?);
        }
        let client = client(config, &environment, credentials)?;
        let look_up = config.look_up.as_ref();
        let look_up = look_up.map(|settings| look_up_of(config, settings, &environment, &key));
        Ok(Self {
            target,
            client,
            look_up: look_up.transpose()?,
            organisation,
        })
    }
}

fn environment(config: &FhirOutputConfig) -> Result<Environment, SettingError> {
    let mut environment = match config.stage {
        FhirStage::Test => Environment::test(),
        FhirStage::Production => Environment::production(),
    };
    let own = &config.addresses;
    if let Some(address) = &own.helseid {
        environment.helseid = BaseAddress::new(address)?;
    }
    for (address, place) in [
        (&own.vkp, &mut environment.vkp),
        (&own.jft_write, &mut environment.jft_write),
        (&own.jft_read, &mut environment.jft_read),
    ] {
        if let Some(address) = address {
            *place = Some(BaseAddress::new(address)?);
        }
    }
    Ok(environment)
}

fn key(config: &FhirOutputConfig) -> Result<PrivateKey, SettingError> {
    let secret = read_secret(&config.key)?;
    let text = secret.expose();
    Ok(if text.starts_with('{') {
        PrivateKey::from_jwk(text, None)
            .or_else(|_| PrivateKey::from_jwk(text, Algorithm::from_name(&config.key_algorithm)))?
    } else {
        let algorithm = Algorithm::from_name(&config.key_algorithm);
        let algorithm = algorithm.ok_or(InvalidKey::UnknownAlgorithm)?;
        PrivateKey::from_pem(text, algorithm, config.key_id.as_deref())?
    })
}

fn vkp(
    environment: &Environment,
    organisation: &OrganisationNumber,
) -> Result<VkpRequests, SettingError> {
    let base = environment.vkp.clone();
    let base = base.ok_or(SettingError::NoAddress("VKP"))?;
    Ok(VkpRequests::new(base, organisation))
}

fn target(
    config: &FhirOutputConfig,
    environment: &Environment,
    organisation: &OrganisationNumber,
) -> Result<Target, SettingError> {
    if config.service == FhirService::Vkp {
        return Ok(Target::Vkp(vkp(environment, organisation)?));
    }
    let write = environment.jft_write.clone();
    let read = environment.jft_read.clone();
    let (write, read) = write.zip(read).ok_or(SettingError::NoAddress("JFT"))?;
    let mut jft = JftRequests::new(write, read);
    if let Some(name) = &config.source_system {
        jft = jft.with_source_system(SourceSystem::new(name)?);
    }
    Ok(Target::Jft(jft))
}

/// The scopes of what is written: documents, and medicine that was handed out.
fn write_scopes(target: &Target) -> Result<Vec<&'static str>, SettingError> {
    let mut scopes = Vec::new();
    for resource in ["Bundle", "MedicationDispense"] {
        let json = format!(
            "{{\"resourceType\":\"{resource}\",\"identifier\":{{\"system\":\"s\",\"value\":\"v\"}}}}"
        );
        let document = Document::from_json(json.into_bytes())?;
        let scope = target
            .write(&document)
            .ok()
            .and_then(|request| request.scope());
        scopes.extend(scope.filter(|scope| !scopes.contains(scope)));
    }
    Ok(scopes)
}

fn credentials(
    config: &FhirOutputConfig,
    key: &PrivateKey,
    scopes: &[&str],
) -> Result<Credentials, SettingError> {
    let scopes = scopes.iter().copied();
    let credentials = Credentials::new(&config.client_id, key.clone(), scopes);
    Ok(match &config.on_behalf_of {
        Some(OnBehalfOf { parent, child }) => {
            let parent = OrganisationNumber::new(&**parent)?;
            let child = child.as_deref().map(OrganisationNumber::new);
            let organisation = Organisation::new(&parent, child.transpose()?.as_ref());
            credentials.with_details(Details::Assertion(organisation))
        }
        None => credentials,
    })
}

fn client(
    config: &FhirOutputConfig,
    environment: &Environment,
    credentials: Credentials,
) -> Result<Client, SettingError> {
    let helseid = environment.helseid.clone();
    let endpoint = match config.discovery {
        true => Endpoint::Discover(helseid),
        false => Endpoint::Issuer(helseid),
    };
    let mut builder = Client::builder(endpoint, credentials);
    let path = &config.root_certificates;
    if !path.as_os_str().is_empty() {
        let pem = std::fs::read(path).map_err(|source| SettingError::Roots {
            path: path.clone(),
            source,
        })?;
        builder = builder.root_certificates(&pem);
    }
    Ok(builder.build()?)
}

/// VKP takes bearer tokens, so that a look-up has a client of its own.
fn look_up_of(
    config: &FhirOutputConfig,
    settings: &LookUpConfig,
    environment: &Environment,
    key: &PrivateKey,
) -> Result<LookUp, SettingError> {
    let organisation = OrganisationNumber::new(&*config.organisation)?;
    let vkp = vkp(environment, &organisation)?;
    let codes = ServiceCodes::new(settings.service_codes.iter().map(String::as_str))?;
    let scope = vkp.patients(&codes, None).scope();
    let scopes: Vec<&str> = scope.into_iter().collect();
    let credentials = credentials(config, key, &scopes)?;
    Ok(LookUp {
        client: client(config, environment, credentials)?,
        vkp,
        codes,
        within: settings.within.0,
        keep: settings.keep.0,
        most: settings.most,
    })
}
