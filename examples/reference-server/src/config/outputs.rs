//! Tables `[outputs.*]`: where alarms go on to.

use std::path::{Path, PathBuf};

use alarm_codes::{Class, Kind};
use sensio_partner::DeviceType;
use serde::{Deserialize, Serialize};

use super::fhir::FhirOutputConfig;
use super::web::is_version;
use super::{ConfigError, SecretSource, holds};

/// Tables `[outputs.*]`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct OutputsConfig {
    /// A Sensio server.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sensio: Option<SensioOutputConfig>,
    /// The patient record, by VKP or JFT.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fhir: Option<FhirOutputConfig>,
}

/// Table `[outputs.sensio]`: alarms to a Sensio server, by the Partner API.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SensioOutputConfig {
    /// The base URL, https, or http on loopback.
    pub endpoint: String,
    /// Its version: `latest`, or such as `6.11`.
    #[serde(default = "latest")]
    pub version: String,
    /// The name that Sensio has given to this server.
    pub client_id: String,
    /// The secret that goes with it.
    pub client_secret: SecretSource,
    /// Root certificates of the customer, PEM, beside those of the system.
    #[serde(default, skip_serializing_if = "is_empty")]
    pub root_certificates: PathBuf,
    /// The SQLite file of the queue; beside the journal, with `.sensio` at its end, unless given.
    #[serde(default, skip_serializing_if = "is_empty")]
    pub queue: PathBuf,
    /// Where in the journal the first start begins.
    #[serde(default)]
    pub from: StartFrom,
    /// The classes that are sent.
    #[serde(default = "classes")]
    pub classes: Vec<String>,
    /// Kinds that are sent whatever their class.
    #[serde(default)]
    pub kinds: Vec<String>,
    /// Kinds that are not sent.
    #[serde(default)]
    pub without_kinds: Vec<String>,
    /// Whether heartbeats are sent as the status of their device.
    #[serde(default)]
    pub heartbeats: bool,
    /// Whether a kind without a code of its own goes out under a broader one.
    #[serde(default = "yes")]
    pub broader_codes: bool,
    /// What becomes of alarms of devices without a table.
    #[serde(default)]
    pub unlisted: Unlisted,
    /// Tables `[[outputs.sensio.device]]`.
    #[serde(default, rename = "device", skip_serializing_if = "Vec::is_empty")]
    pub devices: Vec<SensioDevice>,
}

/// Where in the journal an output begins that was never there before.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum StartFrom {
    /// With what is stored after its first start.
    #[default]
    Now,
    /// With the oldest alarm.
    Beginning,
}

/// What becomes of alarms of devices that no table names.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Unlisted {
    /// Their controller is the device identifier.
    #[default]
    Controller,
    /// They are not sent, and counted.
    Skip,
}

/// A device and its identifier at Sensio. `Debug` shows neither.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SensioDevice {
    /// The controller of its alarms.
    pub controller: String,
    /// The device of the controller; all of them without it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub device: Option<String>,
    /// The identifier under which Sensio has it.
    pub identifier: String,
    /// The type under which Sensio has it, by the vendor's name.
    #[serde(default, rename = "type", skip_serializing_if = "Option::is_none")]
    pub device_type: Option<String>,
}

impl std::fmt::Debug for SensioDevice {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SensioDevice")
            .field("type", &self.device_type)
            .finish_non_exhaustive()
    }
}

fn latest() -> String {
    "latest".into()
}

fn yes() -> bool {
    true
}

fn classes() -> Vec<String> {
    let classes = [
        Class::Care,
        Class::LifeSafety,
        Class::Property,
        Class::Technical,
        Class::Unknown,
    ];
    classes.map(|class| class.name().to_owned()).to_vec()
}

fn is_empty(path: &Path) -> bool {
    path.as_os_str().is_empty()
}

/// The types of devices that a table may name.
const DEVICE_TYPES: [DeviceType; 11] = [
    DeviceType::EmployeeAlarm,
    DeviceType::SocialCareAlarm,
    DeviceType::MotionDetector,
    DeviceType::DoorContact,
    DeviceType::SmokeFireDetector,
    DeviceType::FallSensor,
    DeviceType::WaterSensor,
    DeviceType::SupervisionSensor,
    DeviceType::MultiDetector,
    DeviceType::MedicineDispenser,
    DeviceType::PullCord,
];

impl SensioDevice {
    /// The type that its table names.
    #[must_use]
    pub fn device_type(&self) -> Option<DeviceType> {
        let name = self.device_type.as_deref()?;
        let mut types = DEVICE_TYPES.into_iter();
        types.find(|known| known.name().eq_ignore_ascii_case(name))
    }
}

impl OutputsConfig {
    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.sensio.is_none() && self.fhir.is_none()
    }

    pub(super) fn check(&self) -> Result<(), ConfigError> {
        self.sensio
            .as_ref()
            .map_or(Ok(()), SensioOutputConfig::check)?;
        self.fhir.as_ref().map_or(Ok(()), FhirOutputConfig::check)
    }
}

impl SensioOutputConfig {
    /// An output to this server with the usual settings.
    #[must_use]
    pub fn new(endpoint: &str, client_id: &str, client_secret: SecretSource) -> Self {
        Self {
            endpoint: endpoint.into(),
            version: latest(),
            client_id: client_id.into(),
            client_secret,
            root_certificates: PathBuf::new(),
            queue: PathBuf::new(),
            from: StartFrom::default(),
            classes: classes(),
            kinds: Vec::new(),
            without_kinds: Vec::new(),
            heartbeats: false,
            broader_codes: true,
            unlisted: Unlisted::default(),
            devices: Vec::new(),
        }
    }

    fn check(&self) -> Result<(), ConfigError> {
        let identifier = |text: &str| sensio_partner::DeviceIdentifier::new(text).is_ok();
        let kinds = |kinds: &[String]| kinds.iter().all(|kind| Kind::from_name(kind).is_some());
        let mut named: Vec<_> = self
            .devices
            .iter()
            .map(|device| (&device.controller, &device.device))
            .collect();
        named.sort_unstable();
        holds([
            (
                sensio_partner::Endpoint::new(&self.endpoint).is_ok(),
                "outputs.sensio.endpoint",
                "must be an https URL without user name, query and fragment, or http on loopback",
            ),
            (
                is_version(&self.version),
                "outputs.sensio.version",
                "must be \"latest\" or like \"6.13.4\"",
            ),
            (
                !self.client_id.is_empty(),
                "outputs.sensio.client_id",
                "must not be empty",
            ),
            (
                self.client_secret.is_one(),
                "outputs.sensio.client_secret",
                "must have either file or env",
            ),
            (
                self.classes
                    .iter()
                    .all(|class| Class::from_name(class).is_some()),
                "outputs.sensio.classes",
                "names a class that there is not",
            ),
            (
                kinds(&self.kinds),
                "outputs.sensio.kinds",
                "names a kind that there is not",
            ),
            (
                kinds(&self.without_kinds),
                "outputs.sensio.without_kinds",
                "names a kind that there is not",
            ),
            (
                self.devices
                    .iter()
                    .all(|device| identifier(&device.identifier)),
                "outputs.sensio.device.identifier",
                "cannot stand in a path: not empty, no slash, no blank at its ends",
            ),
            (
                self.devices
                    .iter()
                    .all(|device| device.device_type.is_none() || device.device_type().is_some()),
                "outputs.sensio.device.type",
                "must be a type by the vendor's name, such as \"Fall sensor\" or \"Pull cord\"",
            ),
            (
                named.windows(2).all(|pair| pair[0] != pair[1]),
                "outputs.sensio.device",
                "names the same controller and device twice",
            ),
        ])
    }
}
