//! Requests as they leave (FHIR reference 9).
#![cfg(feature = "requests")]

use fhir_vkp::identifier::OrganisationNumber;
use fhir_vkp::request::{
    Action, BaseAddress, DateRange, Document, InvalidAddress, JftQuery, JftRequests, JftType,
    LastUpdated, MediaType, Method, Notice, PitCount, PitQuery, PitRequests, PmdRequests, Prefix,
    Request, RequestError, Resource, ResourceId, Service, ServiceCodes, Sort, SourceSystem,
    TagFilter, VkpRequests,
};
use fhir_vkp::{DateTime, Identifier};

const NUMBER: &str = "15813410033"; // synthetic

fn base(text: &str) -> BaseAddress {
    BaseAddress::new(text).expect("an address")
}

fn vkp() -> VkpRequests {
    let organisation = OrganisationNumber::new("310000000").expect("a number");
    VkpRequests::new(base("https://vkp.example.net/epj/r4/"), &organisation)
}

fn jft() -> JftRequests {
    JftRequests::new(
        base("https://write.example.net"),
        base("https://read.example.net"),
    )
}

fn patient() -> Identifier {
    Identifier::new("urn:oid:2.16.578.1.12.4.1.4.1", NUMBER).expect("an identifier")
}

fn time(text: &str) -> DateTime {
    DateTime::parse(text).expect("a time").0
}

fn header<'a>(request: &'a Request, name: &str) -> Option<&'a str> {
    request
        .headers()
        .find(|header| header.name == name)
        .map(|header| header.value)
}

fn document(json: &str) -> Document {
    Document::from_json(json.as_bytes()).expect("a document")
}

fn bundle() -> Document {
    document(r#"{"resourceType":"Bundle","identifier":{"system":"s","value":"v"}}"#)
}

#[test]
fn every_search_of_vkp_is_a_form_with_service_codes_and_no_number_in_the_url() {
    let codes = ServiceCodes::new(["ta", "gps"]).expect("codes");
    let dates = DateRange {
        from: Some(time("2026-03-14")),
        to: Some(time("2026-03-15T12:00:00+01:00")),
    };
    let (vkp, who) = (vkp(), patient());
    let by_patient = format!("patient.identifier={NUMBER}");
    let by_date =
        format!("{by_patient}&date=ge2026-03-14&date=le2026-03-15T12%3A00%3A00%2B01%3A00");
    for (request, path, body, scope) in [
        (
            vkp.patients(&codes, Some(&who)),
            "patient",
            format!("identifier={NUMBER}"),
            "patient.read",
        ),
        (
            vkp.patients(&codes, None),
            "patient",
            String::new(),
            "patient.read",
        ),
        (
            vkp.episodes_of_care(&codes, Some(&who)),
            "episodeofcare",
            by_patient.clone(),
            "episodeofcare.read",
        ),
        (
            vkp.episodes_of_care(&codes, None),
            "episodeofcare",
            String::new(),
            "episodeofcare.read",
        ),
        (
            vkp.care_plans(&codes, &who, &dates),
            "careplan",
            by_date.clone(),
            "careplan.read",
        ),
        (
            vkp.compositions(&codes, &who, &dates),
            "composition",
            by_date,
            "composition.read",
        ),
        (
            vkp.conditions(&codes, &who),
            "condition",
            by_patient.clone(),
            "condition.read",
        ),
        (
            vkp.allergy_intolerances(&codes, &who),
            "allergyintolerance",
            format!("identifier={NUMBER}"),
            "allergyintolerance.read",
        ),
        (
            vkp.medication_statements(&codes, &who),
            "medicationstatement",
            by_patient,
            "medicationstatement.read",
        ),
    ] {
        let url = format!("https://vkp.example.net/epj/r4/310000000/{path}/_search");
        assert_eq!(request.url(), url);
        assert_eq!(request.method(), Method::Post);
        assert_eq!(request.call().action, Action::Search);
        assert_eq!(request.body(), body.as_bytes());
        assert_eq!(header(&request, "servicecodes"), Some("ta,gps"));
        assert_eq!(
            header(&request, "content-type"),
            Some("application/x-www-form-urlencoded")
        );
        assert_eq!(header(&request, "accept"), Some("application/fhir+json"));
        assert_eq!(request.scope(), Some(&*format!("nhn:vkp/api/user/{scope}")));
        assert!(!format!("{request:?}").contains("1581"), "{request:?}");
    }
}

#[test]
fn vkp_takes_four_resources_and_says_which_paths_are_likely_only() {
    for (json, path, likely) in [
        (bundle(), "bundle", false),
        (
            document(r#"{"resourceType":"Composition"}"#),
            "composition",
            true,
        ),
        (
            document(r#"{"resourceType":"MedicationDispense"}"#),
            "medicationdispense",
            true,
        ),
        (
            document(r#"{"resourceType":"Encounter"}"#),
            "encounter",
            true,
        ),
    ] {
        let request = vkp().write(&json).expect("taken");
        assert_eq!(
            request.url(),
            format!("https://vkp.example.net/epj/r4/310000000/{path}")
        );
        assert_eq!(request.body(), json.body());
        assert_eq!(
            header(&request, "content-type"),
            Some("application/fhir+json")
        );
        assert_eq!(request.notices().contains(&Notice::PathLikely), likely);
        assert!(
            request
                .scope()
                .is_some_and(|scope| scope.ends_with(".write"))
        );
    }
    let (service, resource) = (Service::Vkp, Resource::Patient);
    let refused = vkp().write(&document(r#"{"resourceType":"Patient"}"#));
    assert_eq!(refused, Err(RequestError::NotTaken { service, resource }));
    let refused = vkp().write(&document(r#"{"resourceType":"Bundle"}"#));
    assert_eq!(refused, Err(RequestError::NoIdentifier));
}

#[test]
fn the_version_of_fhir_is_announced_on_wish_only() {
    let request = vkp()
        .with_media_type(MediaType::FhirJsonR4)
        .write(&bundle())
        .expect("taken");
    let announced = "application/fhir+json; fhirVersion=4.0";
    assert_eq!(header(&request, "content-type"), Some(announced));
    assert_eq!(header(&request, "accept"), Some(announced));
}

#[test]
fn jft_is_written_to_with_the_source_system() {
    let name = SourceSystem::new("Example Centre").expect("a name");
    let request = jft()
        .with_source_system(name)
        .write(&bundle())
        .expect("taken");
    assert_eq!(request.url(), "https://write.example.net/v1/Bundle");
    assert_eq!(header(&request, "content-type"), Some("application/json"));
    assert_eq!(
        header(&request, "nhn-source-system"),
        Some("Example Centre")
    );
    assert_eq!(request.scope(), Some("nhn:jft/api"));
    for bad in ["", "  ", "a\r\nb", "Ålesund"] {
        assert!(SourceSystem::new(bad).is_err(), "{bad}");
    }
}

#[test]
fn jft_takes_three_resources_of_a_megabyte() {
    let (service, resource) = (Service::Jft, Resource::Encounter);
    let refused = jft().write(&document(r#"{"resourceType":"Encounter"}"#));
    assert_eq!(refused, Err(RequestError::NotTaken { service, resource }));
    let mut json = r#"{"resourceType":"Composition","x":""#.to_owned();
    json.push_str(&"a".repeat(JftRequests::LIMIT - json.len() - 2));
    json.push_str("\"}");
    assert!(jft().write(&document(&json)).is_ok());
    let longer = json.replace("\"}", "a\"}");
    let refused = jft().write(&document(&longer));
    assert!(matches!(
        refused,
        Err(RequestError::TooLarge {
            bytes: 1_000_001,
            ..
        })
    ));
}

#[test]
fn the_status_is_asked_for_at_jft_only() {
    let jft = jft();
    for location in [
        "https://write.example.net/v1/Bundle/7/$status",
        "/v1/Bundle/7/$status",
        "Bundle/7/$status",
    ] {
        let address = jft.status_address(location).expect("followed");
        let request = jft.status(&address).expect("followed");
        assert_eq!(
            request.url(),
            "https://write.example.net/v1/Bundle/7/$status"
        );
        assert_eq!(
            (request.method(), header(&request, "accept")),
            (Method::Get, Some("application/json"))
        );
        assert!(!format!("{address:?}{request:?}").contains("Bundle/7"));
    }
    let other = jft.status_address("https://read.example.net/v1/Bundle/7/$status");
    assert!(other.is_ok());
    let elsewhere = jft.status_address("https://elsewhere.example.net/v1/Bundle/7/$status");
    assert_eq!(elsewhere, Err(InvalidAddress::OtherOrigin));
}

#[test]
fn jft_is_read_with_get_or_a_form_and_acknowledged() {
    let mut query = JftQuery::default();
    query.last_updated =
        vec![LastUpdated::new(Prefix::Gt, time("2026-03-14T02:17+01:00")).expect("fine")];
    query.tags = vec![TagFilter::Not("s|c".into()), TagFilter::Has("t".into())];
    query.count = core::num::NonZeroU16::new(50);
    query.sort = Some(Sort::NewestFirst);
    let expected = "_lastUpdated=gt2026-03-14T02%3A17%3A00%2B01%3A00&_tag%3Anot=s%7Cc&_tag=t&_count=50&_sort=-_lastUpdated";
    let get = jft().read(JftType::Bundle, &query);
    assert_eq!(
        get.url(),
        format!("https://read.example.net/v1/Bundle?{expected}")
    );
    let post = jft().search(JftType::MedicationDispense, &query);
    assert_eq!(
        post.url(),
        "https://read.example.net/v1/MedicationDispense/_search"
    );
    assert_eq!(post.body(), expected.as_bytes());
    let all = jft().read(JftType::Composition, &JftQuery::default());
    assert_eq!(all.url(), "https://read.example.net/v1/Composition");
    let id = ResourceId::new("3f-7").expect("an id");
    let request = jft().acknowledge(JftType::Bundle, &id);
    assert_eq!(
        request.url(),
        "https://read.example.net/v1/Bundle/3f-7/$journaling-acknowledged"
    );
    assert_eq!((request.method(), request.body()), (Method::Post, &b""[..]));
    for bad in ["", ".", "..", "a/b", "a?b", "å", &"a".repeat(65)] {
        assert!(ResourceId::new(bad).is_err(), "{bad}");
    }
}

#[test]
fn pit_wants_a_bound_to_the_minute_and_at_most_fifty() {
    for coarse in ["2026", "2026-03", "2026-03-14"] {
        assert!(
            LastUpdated::new(Prefix::Ge, time(coarse)).is_err(),
            "{coarse}"
        );
    }
    assert!(PitCount::new(0).is_none() && PitCount::new(51).is_none());
    let bound = |prefix, text| LastUpdated::new(prefix, time(text)).expect("fine");
    let mut query = PitQuery::new(bound(Prefix::Ge, "2026-03-14T02:17:00Z"));
    query.and = Some(bound(Prefix::Lt, "2026-03-15T02:17:00Z"));
    query.count = PitCount::new(50);
    let pit = PitRequests::new(base("https://pit.example.net"));
    let request = pit.read(&query);
    assert_eq!(
        request.url(),
        "https://pit.example.net/v1/Patient?_lastUpdated=ge2026-03-14T02%3A17%3A00Z&_lastUpdated=lt2026-03-15T02%3A17%3A00Z&_count=50"
    );
    assert_eq!(request.scope(), Some("nhn:pit/api.read"));
    let write = pit
        .write(&document(r#"{"resourceType":"Patient"}"#))
        .expect("taken");
    assert_eq!(write.url(), "https://pit.example.net/v1/Patient");
    assert_eq!(write.scope(), Some("nhn:pit/api.write"));
    assert!(pit.write(&bundle()).is_err());
}

#[test]
fn pmd_is_searched_with_a_form_and_written_to_in_batches() {
    let pmd = PmdRequests::new(base("https://pmd.example.net"));
    let search = pmd.observations(&patient());
    assert_eq!(search.url(), "https://pmd.example.net/Observation/_search");
    assert_eq!(
        search.body(),
        format!("patient.identifier={NUMBER}").as_bytes()
    );
    let batch = pmd
        .batch(&document(r#"{"resourceType":"Bundle","type":"batch"}"#))
        .expect("taken");
    assert_eq!(batch.url(), "https://pmd.example.net/");
    assert_eq!(
        header(&batch, "content-type"),
        Some("application/fhir+json")
    );
    assert_eq!(batch.call().action, Action::Batch);
}

#[test]
fn the_next_page_is_fetched_as_it_was_given_and_from_the_same_server_only() {
    let codes = ServiceCodes::new(["ta"]).expect("codes");
    let first = vkp().patients(&codes, None);
    let given = "https://vkp.example.net/epj/r4/310000000/patient?cursor=a%2Bb/c==";
    let next = first.next_page(given).expect("followed");
    assert_eq!(next.url(), given);
    assert_eq!(next.method(), Method::Get);
    assert_eq!(header(&next, "servicecodes"), Some("ta"));
    assert_eq!(next.scope(), first.scope());
    for elsewhere in [
        "https://vkp.example.net:8443/epj/r4",
        "http://vkp.example.net/epj/r4",
        "https://evil.example.org/epj/r4",
        "//evil.example.org/epj/r4",
    ] {
        let refused = first.next_page(elsewhere);
        let expected = RequestError::Address(InvalidAddress::OtherOrigin);
        assert_eq!(refused, Err(expected), "{elsewhere}");
    }
}

#[test]
fn request_ids_that_could_break_a_header_are_left_out() {
    let mut request = vkp().write(&bundle()).expect("taken");
    request.set_request_id("5c1f-7");
    assert_eq!(header(&request, "x-request-id"), Some("5c1f-7"));
    request.set_request_id("a\r\nb: c");
    assert_eq!(header(&request, "x-request-id"), None);
}
