//! What one would pick instead of the codec, each written the way its documentation shows and
//! made as quick as that allows: everything that can borrow borrows.

use std::borrow::Cow;
use std::hint::black_box;

use quick_xml::Reader;
use quick_xml::events::Event;
use serde::{Deserialize, Serialize};

/// The events of quick-xml and nothing else: no text, no code, no check is kept. The number of
/// events.
///
/// # Panics
///
/// When the body is not XML.
#[must_use]
pub fn bare_event_loop(body: &str) -> usize {
    let mut reader = Reader::from_str(body);
    let mut events = 0;
    loop {
        match black_box(reader.read_event().expect("XML")) {
            Event::Eof => return events,
            _ => events += 1,
        }
    }
}

/// A text that borrows when nothing in it is escaped; `Option<Cow<str>>` alone would not.
#[derive(Debug, PartialEq, Eq, Deserialize, Serialize)]
pub struct Text<'a>(#[serde(borrow)] pub Cow<'a, str>);

type MaybeText<'a> = Option<Text<'a>>;

/// `mrq` as a structure for serde.
#[derive(Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename = "mrq")]
#[allow(
    missing_docs,
    reason = "the elements of the request by their names on the wire"
)]
pub struct Request<'a> {
    #[serde(borrow, rename = "ref")]
    pub reference: Text<'a>,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub ver: MaybeText<'a>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sco: Option<u16>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cha: Option<u16>,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub mty: MaybeText<'a>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hbo: Option<u16>,
    #[serde(borrow)]
    pub cid: Text<'a>,
    pub dty: u16,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub did: MaybeText<'a>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dco: Option<u16>,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub dte: MaybeText<'a>,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub crd: MaybeText<'a>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mreq: Option<u16>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stc: Option<u16>,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub stt: MaybeText<'a>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pri: Option<u16>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lco: Option<u16>,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub lva: MaybeText<'a>,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub lge: Option<Location<'a>>,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub lte: MaybeText<'a>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ico: Option<u16>,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub ite: MaybeText<'a>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ame: Option<u16>,
}

/// `lge` as a structure for serde.
#[derive(Debug, PartialEq, Eq, Deserialize, Serialize)]
#[allow(missing_docs, reason = "the elements by their names on the wire")]
pub struct Location<'a> {
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub geo: MaybeText<'a>,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub tim: MaybeText<'a>,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub gga: MaybeText<'a>,
}

/// quick-xml with serde.
///
/// # Panics
///
/// When the body is no request.
#[must_use]
pub fn with_serde(body: &str) -> Request<'_> {
    quick_xml::de::from_str(body).expect("a request")
}

/// The serde structure written into a buffer.
///
/// # Panics
///
/// When it cannot be written.
pub fn write_with_serde(request: &Request<'_>, out: &mut String) {
    quick_xml::se::to_writer(out, request).expect("a request can be written");
}

/// A document tree of roxmltree, and the same fields read from it.
///
/// # Panics
///
/// When the body is no request.
pub fn with_a_tree(body: &str, read: impl FnOnce(&Request<'_>)) {
    let tree = roxmltree::Document::parse(body).expect("XML");
    let root = tree.root_element();
    let mut request = Request {
        reference: Text(Cow::Borrowed("")),
        ver: None,
        sco: None,
        cha: None,
        mty: None,
        hbo: None,
        cid: Text(Cow::Borrowed("")),
        dty: 0,
        did: None,
        dco: None,
        dte: None,
        crd: None,
        mreq: None,
        stc: None,
        stt: None,
        pri: None,
        lco: None,
        lva: None,
        lge: None,
        lte: None,
        ico: None,
        ite: None,
        ame: None,
    };
    for element in root.children().filter(roxmltree::Node::is_element) {
        let text = element.text().unwrap_or_default();
        let number = || Some(text.parse().expect("a number"));
        let kept = || Some(Text(Cow::Borrowed(text)));
        match element.tag_name().name() {
            "ref" => request.reference = Text(Cow::Borrowed(text)),
            "ver" => request.ver = kept(),
            "sco" => request.sco = number(),
            "cha" => request.cha = number(),
            "mty" => request.mty = kept(),
            "hbo" => request.hbo = number(),
            "cid" => request.cid = Text(Cow::Borrowed(text)),
            "dty" => request.dty = text.parse().expect("a number"),
            "did" => request.did = kept(),
            "dco" => request.dco = number(),
            "dte" => request.dte = kept(),
            "crd" => request.crd = kept(),
            "mreq" => request.mreq = number(),
            "stc" => request.stc = number(),
            "stt" => request.stt = kept(),
            "pri" => request.pri = number(),
            "lco" => request.lco = number(),
            "lva" => request.lva = kept(),
            "lge" => {
                let part = |name| {
                    let child = element.children().find(|node| node.has_tag_name(name));
                    child
                        .and_then(|node| node.text())
                        .map(|text| Text(Cow::Borrowed(text)))
                };
                request.lge = Some(Location {
                    geo: part("geo"),
                    tim: part("tim"),
                    gga: part("gga"),
                });
            }
            "lte" => request.lte = kept(),
            "ico" => request.ico = number(),
            "ite" => request.ite = kept(),
            "ame" => request.ame = number(),
            _ => {}
        }
    }
    read(&request);
}

/// The least that any reader must do: see that the bytes are UTF-8 and find every tag.
///
/// # Panics
///
/// When the bytes are not UTF-8.
#[must_use]
pub fn scan(body: &[u8]) -> usize {
    let text = std::str::from_utf8(body).expect("UTF-8");
    memchr::memchr_iter(b'<', text.as_bytes()).count()
}
