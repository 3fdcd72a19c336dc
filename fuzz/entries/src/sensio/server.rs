//! The server side: any request to the router, beside a list of what is active (Partner API reference
//! 3 to 5).

use std::collections::BTreeMap;

use arbitrary::{Arbitrary, Unstructured};
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{Method, Request, header};
use sensio_partner::server::{Client, Config, MemoryBackend, Server};
use sensio_partner::wire::StatusNames;
use sensio_partner::{
    DecodeError, DecodeErrorKind, DecodeOptions, DeviceIdentifier, EventType, IdentifierRules,
    Limits, Mode, Secret, decode_event, decode_status, decode_status_batch,
};
use serde_json::Value;
use tokio::runtime::{Builder, Runtime};
use tower::ServiceExt as _;

const OPERATIONS: usize = 40;
const TOKENS: &str = "/partner/api/v1/tokens/oauth/accesstoken";

#[derive(Debug, Arbitrary)]
struct Input<'a> {
    strict: bool,
    operations: Vec<Operation<'a>>,
}

#[derive(Debug, Clone, Copy, Arbitrary)]
enum Operation<'a> {
    Event {
        method: u8,
        device: u8,
        code: u8,
        token: u8,
        body: Content<'a>,
    },
    Status {
        device: u8,
        token: u8,
        body: Content<'a>,
    },
    Batch {
        token: u8,
        body: Content<'a>,
    },
    Token {
        basic: bool,
        content_type: u8,
        body: Content<'a>,
    },
    /// Any path below the base.
    Path {
        method: u8,
        token: u8,
        path: &'a [u8],
    },
    Forget,
}

#[derive(Debug, Clone, Copy, Arbitrary)]
enum Content<'a> {
    Usual(u8),
    Id(u8),
    Any(&'a [u8]),
}

/// Segments as they stand in a path, and the device that they name.
const DEVICES: [(&str, Option<&str>); 10] = [
    ("SN-004711", Some("SN-004711")),
    ("SN%2D004711", Some("SN-004711")),
    ("bl%C3%A5b%C3%A6r", Some("blåbær")),
    ("status", Some("status")),
    ("nobody", Some("nobody")),
    ("%252F", Some("%2F")),
    ("a%2Fb", Some("a/b")),
    ("%2e%2e", None),
    ("..", None),
    ("", None),
];

const REGISTERED: [&str; 5] = ["SN-004711", "blåbær", "status", "%2F", "a/b"];

const CODES: [(&str, Option<u32>); 8] = [
    ("906", Some(906)),
    ("923", Some(923)),
    ("917", Some(917)),
    ("0906", Some(906)),
    ("424242", Some(424_242)),
    ("4294967296", None),
    ("x", None),
    ("", None),
];

const USUAL: [&str; 9] = [
    "",
    "{}",
    r#"{"triggerValue":31}"#,
    r#"{"State":88,"description":""}"#,
    r#"{"batteryLevel":78}"#,
    r#"[{"deviceIdentifier":"SN-004711"},{"deviceIdentifier":"status","x":1}]"#,
    r#"[{"deviceIdentifier":"nobody"}]"#,
    "grant_type=client_credentials&client_id=nordlys-partner&client_secret=not-a-real-secret",
    "grant_type=client_credentials&client_id=nordlys-partner&client_secret=wrong",
];

impl Content<'_> {
    fn bytes(self) -> Vec<u8> {
        match self {
            Self::Usual(which) => USUAL[usize::from(which) % USUAL.len()].into(),
            Self::Id(which) => format!("{{\"externalEventId\":\"id-{}\"}}", which % 3).into(),
            Self::Any(bytes) => bytes.into(),
        }
    }
}

struct Partner {
    runtime: Runtime,
    server: Server<MemoryBackend>,
    router: Router,
    backend: MemoryBackend,
    strict: bool,
    token: Option<String>,
    calls: usize,
    /// What is active, the two numbers of Medicine Not Taken as one.
    active: BTreeMap<(String, u32), Option<String>>,
}

struct Answer {
    status: u16,
    content_type: String,
    body: Vec<u8>,
}

/// Runs the operations.
pub fn sensio_server(data: &[u8]) {
    let Ok(input) = Input::arbitrary(&mut Unstructured::new(data)) else {
        return;
    };
    let secret = [Secret::new("not-a-real-secret")];
    let client = Client::new("nordlys-partner", &secret).expect("fit");
    let mut config = Config::new([7; 32], vec![client]);
    config.mode = if input.strict {
        Mode::Strict
    } else {
        Mode::Lenient
    };
    let backend = MemoryBackend::default();
    for device in REGISTERED {
        backend.register(device).expect("valid");
    }
    let server = Server::new(config, backend.clone());
    let mut partner = Partner {
        runtime: Builder::new_current_thread()
            .enable_time()
            .build()
            .expect("a runtime"),
        router: server.router(),
        server,
        backend,
        strict: input.strict,
        token: None,
        calls: 0,
        active: BTreeMap::new(),
    };
    partner.renew();
    for operation in input.operations.iter().take(OPERATIONS) {
        partner.run(*operation);
        assert_eq!(partner.backend.active_count(), partner.active.len());
        assert_eq!(
            partner.backend.calls().len(),
            partner.calls,
            "a call that was refused is kept"
        );
    }
}

impl Partner {
    fn send(&self, request: Request<Body>) -> Answer {
        let method = request.method().clone();
        let answered = self.router.clone().oneshot(request);
        let (parts, body) = self.runtime.block_on(async {
            let (parts, body) = answered.await.expect("infallible").into_parts();
            (parts, to_bytes(body, usize::MAX).await.expect("a body"))
        });
        let content_type = parts.headers.get(header::CONTENT_TYPE);
        let answer = Answer {
            status: parts.status.as_u16(),
            content_type: content_type
                .map_or("", |v| v.to_str().expect("text"))
                .to_owned(),
            body: body.into(),
        };
        if answer.status >= 400 && method != Method::HEAD {
            let json: Value = serde_json::from_slice(&answer.body).expect("JSON");
            let problem = answer.content_type == "application/problem+json";
            let member = if problem { "status" } else { "error" };
            assert!(json.get(member).is_some(), "{json}");
            assert!(!problem || json["status"] == answer.status);
            assert_ne!(answer.status, 500, "nothing fails here");
        }
        answer
    }

    /// A request with one of: the token, none, another one, two of them.
    fn call(
        &mut self,
        method: Method,
        path: &str,
        token: u8,
        body: Vec<u8>,
    ) -> Option<(Answer, bool)> {
        let mut request = Request::builder().method(method).uri(path);
        if !body.is_empty() {
            request = request.header(header::CONTENT_TYPE, "application/json");
        }
        let bearer = self.token.as_ref().map(|token| format!("Bearer {token}"));
        let known = match (token % 8, &bearer) {
            (0, _) => false,
            (1, _) => {
                request = request.header(header::AUTHORIZATION, "Bearer AAAA");
                false
            }
            (2, Some(bearer)) => {
                request = request.header(header::AUTHORIZATION, bearer);
                request = request.header(header::AUTHORIZATION, bearer);
                false
            }
            (_, Some(bearer)) => {
                request = request.header(header::AUTHORIZATION, bearer);
                true
            }
            (_, None) => false,
        };
        // Not every text is a path.
        let request = request.body(Body::from(body)).ok()?;
        Some((self.send(request), known))
    }

    fn renew(&mut self) {
        let request = Request::post(TOKENS)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(Body::from(USUAL[7]))
            .expect("a request");
        let answer = self.send(request);
        assert_eq!(answer.status, 200);
        let body: Value = serde_json::from_slice(&answer.body).expect("JSON");
        assert_eq!(body["expires_in"], 86_400);
        self.token = Some(body["access_token"].as_str().expect("a token").to_owned());
    }

    fn run(&mut self, operation: Operation<'_>) {
        match operation {
            Operation::Event {
                method,
                device,
                code,
                token,
                body,
            } => {
                self.event(method, device, code, token, body.bytes());
            }
            Operation::Status {
                device,
                token,
                body,
            } => self.status(device, token, &body.bytes()),
            Operation::Batch { token, body } => self.batch(token, &body.bytes()),
            Operation::Token {
                basic,
                content_type,
                body,
            } => {
                self.ask(basic, content_type, &body.bytes());
            }
            Operation::Path {
                method,
                token,
                path,
            } => self.path(method, token, path),
            Operation::Forget => {
                self.server.forget_tokens();
                let (answer, _) = self
                    .call(
                        Method::PUT,
                        "/partner/api/v1/devices/status",
                        7,
                        b"[]".to_vec(),
                    )
                    .expect("a path");
                assert_eq!(answer.status, 401, "a token that was forgotten");
                self.renew();
            }
        }
    }

    fn options(&self) -> DecodeOptions {
        let options = if self.strict {
            DecodeOptions::strict()
        } else {
            DecodeOptions::lenient()
        };
        options.with_limits(Limits::DEFAULT)
    }

    /// The device that a segment names, unless it is refused.
    fn device(&self, segment: u8) -> (&'static str, Option<DeviceIdentifier>) {
        let (segment, name) = DEVICES[usize::from(segment) % DEVICES.len()];
        let rules = IdentifierRules {
            slashes: !self.strict,
        };
        let device = name.and_then(|name| DeviceIdentifier::with_rules(name, rules).ok());
        (segment, device)
    }

    fn event(&mut self, method: u8, device: u8, code: u8, token: u8, body: Vec<u8>) {
        let methods = [Method::POST, Method::PUT, Method::DELETE, Method::PATCH];
        let method = methods[usize::from(method) % methods.len()].clone();
        let (segment, device) = self.device(device);
        let (digits, code) = CODES[usize::from(code) % CODES.len()];
        let code = code.filter(|_| !self.strict || !digits.starts_with('0'));
        let path = format!("/partner/api/v1/devices/{segment}/events/{digits}");
        let (answer, known) = self
            .call(method.clone(), &path, token, body.clone())
            .expect("a path");
        let status = answer.status;
        if method == Method::PATCH {
            assert_eq!(status, 405);
            return;
        }
        if !known {
            assert_eq!(status, 401);
            return;
        }
        let (Some(device), Some(code)) = (device, code) else {
            assert_eq!(status, 400);
            return;
        };
        let deletes = method == Method::DELETE;
        let body = if deletes && !self.strict {
            Vec::new()
        } else {
            body
        };
        if deletes && !body.is_empty() {
            assert_eq!(status, 400);
            return;
        }
        let decoded = match decode_event(&body, &self.options()) {
            Ok(decoded) => decoded.into_message(),
            Err(error) => {
                assert_eq!(status, refused(error));
                return;
            }
        };
        // What strict servers refuse beyond the form of a body.
        let image = decoded.images.iter().any(|image| {
            sensio_partner::check_image(image.data(), &sensio_partner::ImageLimits::DEFAULT)
                .is_err()
        });
        if self.strict && image {
            assert!(matches!(status, 400 | 500));
            return;
        }
        if self.strict && decoded.state.is_some() && EventType(code).name().is_some() {
            // The documented answer to a member that is not used, told as a problem.
            assert_eq!(status, 500);
            return;
        }
        self.calls += 1;
        let place = (
            device.as_str().to_owned(),
            if code == 917 { 923 } else { code },
        );
        let id = decoded.external_event_id.map(|id| id.as_str().to_owned());
        let expected = if !REGISTERED.contains(&device.as_str()) {
            404
        } else if method == Method::POST {
            let kept = self.active.entry(place).or_default();
            if kept.is_none() || *kept != id {
                *kept = id;
            }
            200
        } else if deletes {
            match (self.active.remove(&place), self.strict) {
                (None, true) => 404,
                _ => 200,
            }
        } else {
            match self.active.get_mut(&place) {
                Some(kept) => {
                    *kept = id.or(kept.take());
                    200
                }
                None => 404,
            }
        };
        assert_eq!(status, expected, "{method} {path}");
        let active = self
            .backend
            .active(&device, EventType(if code == 917 { 923 } else { code }));
        let active = active.map(|event| event.parameters.external_event_id);
        let place = (
            device.as_str().to_owned(),
            if code == 917 { 923 } else { code },
        );
        let expected = self.active.get(&place).cloned();
        assert_eq!(
            active.map(|id| id.map(|id| id.as_str().to_owned())),
            expected
        );
    }

    fn status(&mut self, device: u8, token: u8, body: &[u8]) {
        let (segment, device) = self.device(device);
        let path = format!("/partner/api/v1/devices/{segment}/status");
        let (answer, known) = self
            .call(Method::PUT, &path, token, body.to_vec())
            .expect("a path");
        let Some(device) = device.filter(|_| known) else {
            assert_eq!(answer.status, if known { 400 } else { 401 });
            return;
        };
        match decode_status(body, &self.options()) {
            Ok(decoded) => {
                self.calls += 1;
                let known = REGISTERED.contains(&device.as_str());
                assert_eq!(answer.status, if known { 200 } else { 404 });
                let kept = self.backend.status(&device);
                assert!(!known || kept.as_ref() == Some(decoded.message()));
            }
            Err(error) => assert_eq!(answer.status, refused(error)),
        }
    }

    fn batch(&mut self, token: u8, body: &[u8]) {
        let path = "/partner/api/v1/devices/status";
        let (answer, known) = self
            .call(Method::PUT, path, token, body.to_vec())
            .expect("a path");
        if !known {
            assert_eq!(answer.status, 401);
            return;
        }
        match decode_status_batch(body, &StatusNames::default(), &self.options()) {
            Ok(decoded) => {
                self.calls += 1;
                let mut entries = decoded.message().iter();
                let known = entries.all(|entry| REGISTERED.contains(&entry.device.as_str()));
                assert_eq!(answer.status, if known { 200 } else { 404 });
            }
            Err(error) => assert_eq!(answer.status, refused(error)),
        }
    }

    fn ask(&mut self, basic: bool, content_type: u8, body: &[u8]) {
        let types = [
            "application/x-www-form-urlencoded",
            "application/json",
            "text/plain",
        ];
        let mut request = Request::post(TOKENS).header(
            header::CONTENT_TYPE,
            types[usize::from(content_type) % types.len()],
        );
        if basic {
            let right = "Basic bm9yZGx5cy1wYXJ0bmVyOm5vdC1hLXJlYWwtc2VjcmV0";
            request = request.header(header::AUTHORIZATION, right);
        }
        // Credentials in two places are refused.
        let usual = body == USUAL[7].as_bytes() && content_type % 3 == 0 && !basic;
        let answer = self.send(request.body(Body::from(body.to_vec())).expect("a request"));
        let json: Value = serde_json::from_slice(&answer.body).expect("JSON");
        match answer.status {
            200 => {
                let holds = |part: &str| body.windows(part.len()).any(|w| w == part.as_bytes());
                // Escapes may hide it.
                let hidden = holds("%") || holds("+") || holds("\\");
                assert!(
                    basic || hidden || holds("not-a-real-secret"),
                    "a token for nothing"
                );
                self.token = Some(json["access_token"].as_str().expect("a token").to_owned());
            }
            400 | 401 | 413 => assert!(!usual, "{json}"),
            other => panic!("{other}"),
        }
        let text = String::from_utf8_lossy(&answer.body);
        assert!(!text.contains("not-a-real-secret"));
    }

    /// Whatever path: it is answered, and a call for one device never becomes one for all.
    fn path(&mut self, method: u8, token: u8, path: &[u8]) {
        let methods = [Method::GET, Method::PUT, Method::HEAD, Method::OPTIONS];
        let method = methods[usize::from(method) % methods.len()].clone();
        let Ok(path) = std::str::from_utf8(path) else {
            return;
        };
        let whole = format!("/partner{path}");
        let Some((answer, known)) = self.call(method.clone(), &whole, token, b"[]".to_vec()) else {
            return;
        };
        let path = path.split(['?', '#']).next().unwrap_or_default();
        let document = path == "/openapi.yaml" && matches!(method, Method::GET | Method::HEAD);
        let batch = path == "/api/v1/devices/status" && method == Method::PUT && known;
        self.calls += usize::from(batch);
        assert_eq!(answer.status == 200, document || batch, "{method} {path}");
    }
}

fn refused(error: DecodeError) -> u16 {
    match error.kind {
        DecodeErrorKind::BodyTooLarge { .. } | DecodeErrorKind::ImageTooLarge { .. } => 413,
        _ => 400,
    }
}
