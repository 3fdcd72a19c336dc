//! Provisioning against Partner API reference 12, rule by rule.
#![cfg(feature = "provisioning")]
#![allow(
    clippy::needless_pass_by_value,
    reason = "json!(..) reads best where it is used"
)]

use core::time::Duration;

use sensio_partner::Time;
use sensio_partner::provisioning::{
    ActualState, Confirmation, Conflict, ConflictReason, DesiredState, Directory, Exclusions,
    FailureReason, FingerprintKey, InMemoryDirectory, MatchAttribute, Memberships, Operation,
    OperationError, OperationErrorKind, Outcome, Plan, PlanError, Refused, Report, Run, RunKind,
    Settings, SkipReason, Warning, Write, apply, plan,
};
use serde_json::{Value, json};

fn settings(match_by: MatchAttribute) -> Settings {
    let key = FingerprintKey::new(b"not a secret, only a test").expect("long enough");
    let mut settings = Settings::new(match_by, RunKind::Regular, key);
    settings.brakes.percent = 100;
    settings
}

fn by_id() -> Settings {
    settings(MatchAttribute::ExternalId)
}

fn actual(employees: Value) -> ActualState {
    let state = json!({
        "sites": [{"id": 17, "name": "Solvik sykehjem"}, {"id": 18, "name": "Nord - 2. etasje"}],
        "groups": [
            {"id": 201, "site": 17, "name": "Dag"},
            {"id": 204, "site": 17, "name": "Natt"},
            {"id": 301, "site": 18, "name": "Natt"},
        ],
        "employees": employees,
    });
    serde_json::from_value(state).expect("a state")
}

fn desired(persons: Value) -> DesiredState {
    serde_json::from_value(json!({ "persons": persons })).expect("a state")
}

/// Somebody who is there and stays as he is, so that no list is empty.
fn steady() -> (Value, Value) {
    (
        json!({"id": "P0", "attributes": {"externalID": "P0", "email": "p0@example.net",
            "username": "p0"}, "groups": []}),
        json!({"id": "E0", "attributes": {"externalID": "P0", "email": "p0@example.net",
            "username": "p0"}}),
    )
}

fn with_steady(person: Value, employee: Value) -> (DesiredState, ActualState) {
    let (p0, e0) = steady();
    (desired(json!([p0, person])), actual(json!([e0, employee])))
}

fn made(desired: &DesiredState, actual: &ActualState, settings: &Settings) -> Plan {
    plan(desired, actual, settings).expect("a plan")
}

fn written(plan: Plan, server: &mut InMemoryDirectory, settings: &Settings) -> Report {
    let actual = server.read().expect("a state");
    apply(plan, &actual, settings, Confirmation::None, server).expect("not refused")
}

fn operations(plan: &Plan) -> Value {
    serde_json::to_value(&plan.operations).expect("JSON")
}

fn reasons(conflicts: &[Conflict]) -> Vec<ConflictReason> {
    conflicts.iter().map(|conflict| conflict.reason).collect()
}

fn skips(plan: &Plan, reason: SkipReason) -> usize {
    let of = plan.skipped.iter().filter(|s| s.reason == reason);
    of.map(|s| s.count).sum()
}

#[test]
fn the_example_of_the_reference_is_a_plan() {
    let text = r#"{
      "operations": [
        { "op": "createEmployee", "match": { "by": "externalID", "value": "A10023" }, "set": { "displayName": "Kari Eksempel", "email": "kari.eksempel@example.no" } },
        { "op": "addToSite", "employee": "A10023", "siteId": "17" },
        { "op": "addToGroup", "employee": "A10023", "groupId": "204", "display": "Solvik sykehjem - Natt" },
        { "op": "removeFromGroup", "employee": "A10007", "groupId": "201", "display": "Solvik sykehjem - Dag" }
      ],
      "conflicts": [ { "reason": "ambiguousMatch", "by": "email", "candidates": 2 } ],
      "skipped": [ { "reason": "excludedGroup", "groupId": "999", "count": 3 } ]
    }"#;
    let plan: Plan = serde_json::from_str(text).expect("the example");
    let mut written = serde_json::to_value(&plan).expect("JSON");
    written.as_object_mut().expect("an object").remove("read");
    let example: Value = serde_json::from_str(text).expect("JSON");
    assert_eq!(written, example);
}

#[test]
fn the_same_wish_makes_the_operations_of_the_example() {
    let person = json!({"id": "A10023", "groups": [204], "attributes": {"externalID": "A10023",
        "displayName": "Kari Eksempel", "email": "kari.eksempel@example.no"}});
    let employee = json!({"id": "A10007", "attributes": {"externalID": "x"}, "sites": [17],
        "groups": [201]});
    let (desired, actual) = with_steady(person, employee);
    let plan = made(&desired, &actual, &by_id());
    assert_eq!(
        operations(&plan),
        json!([
            {"op": "createEmployee", "match": {"by": "externalID", "value": "A10023"},
             "set": {"displayName": "Kari Eksempel", "email": "kari.eksempel@example.no"},
             "person": "A10023"},
            {"op": "addToSite", "employee": "A10023", "siteId": "17"},
            {"op": "addToGroup", "employee": "A10023", "groupId": "204",
             "display": "Solvik sykehjem - Natt"},
            {"op": "removeFromGroup", "employee": "A10007", "groupId": "201",
             "display": "Solvik sykehjem - Dag"},
            {"op": "removeFromSite", "employee": "A10007", "siteId": "17"},
        ])
    );
}

#[test]
fn a_leaver_is_taken_out_of_groups_and_sites_and_never_deleted() {
    let (p0, e0) = steady();
    let leaver = json!({"id": "E1", "attributes": {"externalID": "gone"}, "sites": [17, 18],
        "groups": [201, 301]});
    let state = actual(json!([e0, leaver]));
    let mut server = InMemoryDirectory::new(state.clone());
    let plan = made(&desired(json!([p0])), &state, &by_id());
    let report = written(plan, &mut server, &by_id());
    assert_eq!((report.removed, report.is_complete()), (4, true));
    let left = &server.state().employees[1];
    assert!(left.sites.is_empty() && left.groups.is_empty());
}

#[test]
fn excluded_sites_and_groups_are_dropped_from_both_sides() {
    let person = json!({"id": "P1", "attributes": {"externalID": "P1"}, "groups": [204, 301],
        "sites": [18]});
    let employee = json!({"id": "E1", "attributes": {"externalID": "P1"}, "sites": [17, 18],
        "groups": [201, 301]});
    let (desired, actual) = with_steady(person, employee);
    let mut settings = by_id();
    settings.exclusions = Exclusions::from_lists("18, 99", "201, 98").expect("ids");
    let plan = made(&desired, &actual, &settings);
    let add = json!([{"op": "addToGroup", "employee": "E1", "groupId": "204",
        "display": "Solvik sykehjem - Natt"}]);
    assert_eq!(operations(&plan), add);
    assert_eq!(skips(&plan, SkipReason::ExcludedGroup), 3);
    assert_eq!(skips(&plan, SkipReason::ExcludedSite), 2);
    let unknown = |w: &&Warning| {
        matches!(
            w,
            Warning::UnknownExcludedSite { .. } | Warning::UnknownExcludedGroup { .. }
        )
    };
    assert_eq!(plan.warnings.iter().filter(unknown).count(), 2);
}

#[test]
fn exclusions_are_refused_again_when_writing() {
    let employee = json!({"id": "E1", "attributes": {"externalID": "P1"}, "sites": [18]});
    let person = json!({"id": "P1", "attributes": {"externalID": "P1"}, "groups": [301]});
    let (desired, state) = with_steady(person, employee);
    let plan = made(&desired, &state, &by_id());
    assert_eq!(plan.operations.len(), 1);
    let mut excluding = by_id();
    excluding.exclusions = Exclusions::from_lists("18", "").expect("ids");
    let mut server = InMemoryDirectory::new(state);
    let report = written(plan, &mut server, &excluding);
    assert_eq!((server.writes(), report.skipped.len()), (0, 1));
    assert_eq!(report.skipped[0].reason, SkipReason::ExcludedGroup);
}

#[test]
fn a_site_stays_while_an_excluded_group_in_it_stays() {
    let (p0, e0) = steady();
    let leaver = json!({"id": "E1", "attributes": {"externalID": "gone"}, "sites": [17],
        "groups": [201]});
    let mut settings = by_id();
    settings.exclusions = Exclusions::from_lists("", "201").expect("ids");
    let plan = made(
        &desired(json!([p0])),
        &actual(json!([e0, leaver])),
        &settings,
    );
    assert!(plan.is_empty());
    assert_eq!(skips(&plan, SkipReason::NeededByGroup), 1);
}

#[test]
fn roles_are_matched_whole_and_two_matches_are_a_conflict() {
    let employee = json!({"id": "E1", "attributes": {"externalID": "P1"}, "sites": [17],
        "groups": [201]});
    let person = |role: &str| {
        json!({"id": "P1", "attributes": {"externalID": "P1"}, "roles": [role],
            "groups": [201]})
    };
    let (wish, state) = with_steady(person("Nord - 2. etasje - Natt"), employee);
    let plan_of = |wish: &DesiredState, state: &ActualState| made(wish, state, &by_id());
    let plan = plan_of(&wish, &state);
    assert_eq!(plan.operations.len(), 2, "site and group");

    let mut doubled = state;
    doubled.sites[1].name = "Solvik sykehjem".into();
    let mut wish = desired(json!([steady().0, person("Solvik sykehjem - Natt")]));
    wish.persons[1].groups.clear();
    let plan = plan_of(&wish, &doubled);
    assert_eq!(reasons(&plan.conflicts), [ConflictReason::AmbiguousRole]);
    assert_eq!(plan.conflicts[0].candidates, 2);
    // What is not understood takes nothing away.
    assert!(plan.is_empty() && skips(&plan, SkipReason::Conflict) > 0);
}

#[test]
fn unknown_groups_sites_and_roles_are_conflicts_that_remove_nothing() {
    let employee = json!({"id": "E1", "attributes": {"externalID": "P1"}, "sites": [17],
        "groups": [201]});
    let person = json!({"id": "P1", "attributes": {"externalID": "P1"}, "groups": [999, 204],
        "sites": [98], "roles": ["Nowhere - Dag"]});
    let (wish, state) = with_steady(person, employee);
    let plan = made(&wish, &state, &by_id());
    let mut found = reasons(&plan.conflicts);
    found.sort();
    assert_eq!(
        found,
        [
            ConflictReason::UnknownRole,
            ConflictReason::UnknownGroup,
            ConflictReason::UnknownSite
        ]
    );
    assert_eq!((plan.operations.len(), plan.removals()), (1, 0));
}

#[test]
fn each_attribute_is_compared_in_its_own_way() {
    for (by, wanted, present, same) in [
        (
            MatchAttribute::Email,
            "KARI@example.no ",
            "kari@Example.no",
            true,
        ),
        (MatchAttribute::Username, "Kari", "kari", true),
        (MatchAttribute::Pid, "158134 10033", "15813410033", true),
        (MatchAttribute::ExternalId, "a1", "A1", false),
    ] {
        let (p0, e0) = steady();
        let person = json!({"id": "P1", "attributes": {by.name(): wanted}, "sites": []});
        let employee = json!({"id": "E1", "attributes": {by.name(): present}});
        let plan = made(
            &desired(json!([p0, person])),
            &actual(json!([e0, employee])),
            &settings(by),
        );
        let creates = plan.operations.iter();
        let creates = creates.filter(|o| o.employee().as_str() != "P0");
        assert_eq!(creates.count() == 0, same, "{by}");
    }
}

#[test]
fn ambiguous_matches_are_reported_and_touch_nothing() {
    let (p0, e0) = steady();
    let twin = |id: &str| {
        json!({"id": id, "attributes": {"email": "kari@example.no"},
        "sites": [17]})
    };
    let person = |id: &str| {
        json!({"id": id, "attributes": {"email": "kari@example.no"},
        "groups": [204]})
    };
    let by_email = settings(MatchAttribute::Email);

    let two = actual(json!([e0, twin("E1"), twin("E2")]));
    let plan = made(&desired(json!([p0, person("P1")])), &two, &by_email);
    assert_eq!(reasons(&plan.conflicts), [ConflictReason::AmbiguousMatch]);
    assert_eq!(plan.conflicts[0].candidates, 2);
    assert!(plan.is_empty());

    let one = actual(json!([e0, twin("E1")]));
    let persons = desired(json!([p0, person("P1"), person("P2")]));
    let plan = made(&persons, &one, &by_email);
    assert_eq!(reasons(&plan.conflicts), [ConflictReason::SharedEmployee]);
    assert!(plan.is_empty());

    let plan = made(&persons, &actual(json!([e0])), &by_email);
    assert_eq!(reasons(&plan.conflicts), [ConflictReason::DuplicatePerson]);
    assert!(plan.is_empty());
}

#[test]
fn an_empty_attribute_never_matches_and_nobody_is_taken_for_a_leaver_by_it() {
    let person = json!({"id": "P1", "attributes": {"externalID": " "}, "groups": [204]});
    let employee = json!({"id": "E1", "attributes": {"externalID": ""}, "sites": [17]});
    let (wish, state) = with_steady(person, employee);
    let plan = made(&wish, &state, &by_id());
    assert!(plan.is_empty());
    assert_eq!(skips(&plan, SkipReason::NoMatchAttribute), 2);
}

#[test]
fn a_second_attribute_is_asked_only_when_told_to() {
    let person = json!({"id": "P1", "sites": [],
        "attributes": {"externalID": "P1", "email": "kari@example.no"}});
    let employee = json!({"id": "E1", "attributes": {"email": "kari@example.no"}});
    let (wish, state) = with_steady(person, employee);
    let plan = made(&wish, &state, &by_id());
    assert!(matches!(
        plan.operations[..],
        [Operation::CreateEmployee { .. }]
    ));

    let mut falling_back = by_id();
    falling_back.fallbacks = vec![MatchAttribute::Email];
    let plan = made(&wish, &state, &falling_back);
    let update = json!([{"op": "updateEmployee", "employee": "E1", "set": {"externalID": "P1"}}]);
    assert_eq!(operations(&plan), update);
}

#[test]
fn a_new_employee_is_not_confused_with_an_id() {
    let person = json!({"id": "P1", "attributes": {"externalID": "E1"}, "sites": [17]});
    let employee = json!({"id": "E1", "attributes": {"externalID": "other"}});
    let (wish, state) = with_steady(person, employee);
    let plan = made(&wish, &state, &by_id());
    assert_eq!(reasons(&plan.conflicts), [ConflictReason::IdCollision]);
    assert!(plan.is_empty());
}

#[test]
fn an_employee_in_a_group_without_its_site_is_repaired() {
    let person = json!({"id": "P1", "attributes": {"externalID": "P1"}, "groups": [204]});
    let employee = json!({"id": "E1", "attributes": {"externalID": "P1"}, "groups": [204]});
    let (wish, state) = with_steady(person, employee);
    let plan = made(&wish, &state, &by_id());
    let repair = json!([{"op": "addToSite", "employee": "E1", "siteId": "17"}]);
    assert_eq!(operations(&plan), repair);
}

fn many(count: usize) -> ActualState {
    let (_, e0) = steady();
    let mut employees = vec![e0];
    for n in 1..=count {
        employees.push(json!({"id": format!("E{n}"), "sites": [17],
            "attributes": {"externalID": format!("X{n}")}}));
    }
    actual(Value::Array(employees))
}

#[test]
fn more_than_a_tenth_of_the_memberships_goes_only_when_confirmed_by_number() {
    let wish = desired(json!([steady().0]));
    let mut settings = by_id();
    settings.brakes = Default::default();
    assert!(
        made(&wish, &many(5), &settings).brake.is_none(),
        "at least 5"
    );
    let state = many(6);
    let plan = made(&wish, &state, &settings);
    let brake = plan.brake.expect("too many");
    assert_eq!(
        (brake.removals, brake.memberships, brake.allowed),
        (6, 6, 5)
    );

    let mut server = InMemoryDirectory::new(state.clone());
    for confirmation in [Confirmation::None, Confirmation::Removals(5)] {
        let refused = apply(plan.clone(), &state, &settings, confirmation, &mut server);
        assert_eq!(refused, Err(Refused::TooManyRemovals(brake)));
    }
    assert_eq!(server.writes(), 0);
    let mut without = plan.clone();
    without.brake = None;
    let refused = apply(without, &state, &settings, Confirmation::None, &mut server);
    assert_eq!(
        refused,
        Err(Refused::TooManyRemovals(brake)),
        "counted again"
    );
    let confirmed = Confirmation::Removals(6);
    let report = apply(plan, &state, &settings, confirmed, &mut server).expect("confirmed");
    assert_eq!(report.removed, 6);
}

#[test]
fn the_first_run_only_adds() {
    let person = json!({"id": "P1", "attributes": {"externalID": "P1"}, "groups": [204]});
    let employee = json!({"id": "E1", "attributes": {"externalID": "P1"}, "sites": [18],
        "groups": [301]});
    let (wish, state) = with_steady(person, employee);
    let mut first = by_id();
    first.run = RunKind::First;
    let plan = made(&wish, &state, &first);
    assert_eq!((plan.operations.len(), plan.removals()), (2, 0));
    assert_eq!(
        skips(&plan, SkipReason::FirstRun),
        1,
        "the group, and its site with it"
    );

    let regular = made(&wish, &state, &by_id());
    assert_eq!(regular.removals(), 2);
    let refused = Run::new(regular, &state, &first, Confirmation::Removals(2));
    assert_eq!(refused.err(), Some(Refused::RemovalOnFirstRun));

    let mut settings = by_id();
    settings.predating = state.memberships();
    let plan = made(&wish, &state, &settings);
    assert_eq!(plan.removals(), 0);
    assert_eq!(skips(&plan, SkipReason::Predating), 1);
    assert_ne!(settings.predating, Memberships::default());
}

#[test]
fn reads_that_cannot_be_true_are_no_plan() {
    let (p0, e0) = steady();
    let (wish, state) = (desired(json!([p0])), actual(json!([e0])));
    let error = |wish: &DesiredState, state: &ActualState| plan(wish, state, &by_id()).err();
    assert_eq!(
        error(&desired(json!([])), &state),
        Some(PlanError::EmptyDesired)
    );
    assert_eq!(
        error(&wish, &actual(json!([]))),
        Some(PlanError::EmptyActual)
    );
    let twice = error(&wish, &actual(json!([e0, e0])));
    assert!(matches!(twice, Some(PlanError::DuplicateId(_))));
    let forgotten = json!({"persons": [{"id": "P1", "attributes": {"externalID": "P1"}}]});
    assert!(serde_json::from_value::<DesiredState>(forgotten).is_err());
    let mistyped = json!({"persons": [{"id": "P1", "grups": [1], "sites": []}]});
    assert!(serde_json::from_value::<DesiredState>(mistyped).is_err());
}

#[test]
fn a_suspect_number_is_a_warning_and_still_matches() {
    let (_, e0) = steady();
    let person = json!({"id": "P1", "attributes": {"pid": "158134 10034"}, "sites": [17]});
    let employee = json!({"id": "E1", "attributes": {"pid": "15813410034"}});
    let plan = made(
        &desired(json!([person])),
        &actual(json!([e0, employee])),
        &settings(MatchAttribute::Pid),
    );
    assert_eq!(plan.operations.len(), 1);
    assert_eq!(plan.warnings.len(), 2);
}

#[test]
fn no_output_holds_a_national_identity_number() {
    let person = |id: &str, pid: &str| {
        json!({"id": id, "groups": [204], "attributes": {"pid": pid, "externalID": pid,
            "username": format!("u{pid}"), "email": format!("{pid}@example.net")}})
    };
    let by_pid = settings(MatchAttribute::Pid);
    let wish = desired(json!([
        person("P1", "15813410033"),
        person("P2", "55813410027"),
        person("P3", "55813410027"),
    ]));
    let employee = json!({"id": "E1", "attributes": {"pid": "15813499980"}, "sites": [17]});
    let state = actual(json!([employee]));
    let plan = made(&wish, &state, &by_pid);
    let json = serde_json::to_string(&plan).expect("JSON");
    let mut again: Plan = serde_json::from_str(&json).expect("the plan");
    assert_eq!(again, plan);

    // Without the numbers nobody is created, and nothing that depends on it is tried.
    let mut server = InMemoryDirectory::new(state.clone());
    let blind = apply(
        again.clone(),
        &state,
        &by_pid,
        Confirmation::None,
        &mut server,
    );
    let blind = blind.expect("not refused");
    assert_eq!(blind.failures[0].error, FailureReason::HiddenValueMissing);
    assert_eq!(blind.created, 0);

    again.attach_hidden(&wish, &by_pid);
    let mut server = InMemoryDirectory::new(state.clone());
    let report = apply(again, &state, &by_pid, Confirmation::None, &mut server).expect("written");
    assert_eq!(report.created, 1);
    let created = &server.state().employees[1].attributes;
    assert_eq!(
        created.pid.as_ref().map(|pid| pid.reveal()),
        Some("15813410033")
    );
    assert_eq!(created.email.as_deref(), Some("15813410033@example.net"));

    let report_json = serde_json::to_string(&report).expect("JSON");
    let debug = format!(
        "{plan:?} {report:?} {wish:?} {:?} {by_pid:?}",
        server.state()
    );
    for number in ["15813410033", "55813410027", "15813499980"] {
        for output in [&json, &report_json, &debug] {
            assert!(
                !output.contains(number) && !output.contains(&number[6..]),
                "{number}"
            );
        }
    }
}

#[test]
fn errors_of_one_object_are_collected_and_what_depends_on_them_is_skipped() {
    let (p0, e0) = steady();
    let person = |id: &str| json!({"id": id, "attributes": {"externalID": id}, "groups": [204]});
    let wish = desired(json!([p0, person("P1"), person("P2")]));
    let state = actual(json!([e0]));
    let mut server = InMemoryDirectory::new(state.clone());
    server.fail_after(0, OperationError::new(OperationErrorKind::Invalid));
    let plan = made(&wish, &state, &by_id());
    let report = written(plan, &mut server, &by_id());
    assert_eq!((report.created, report.failures.len()), (1, 1));
    let depends = report.skipped.iter();
    let depends = depends.filter(|s| s.reason == SkipReason::DependsOnFailed);
    assert_eq!(depends.count(), 2);
    assert_eq!((report.remaining, report.is_complete()), (0, false));
    assert_eq!(server.writes(), 4);
}

#[test]
fn a_failed_site_keeps_only_its_own_groups_from_being_written() {
    let person = json!({"id": "P1", "attributes": {"externalID": "P1"}, "groups": [204, 301]});
    let employee = json!({"id": "E1", "attributes": {"externalID": "P1"}});
    let (wish, state) = with_steady(person, employee);
    let mut server = InMemoryDirectory::new(state.clone());
    server.fail_after(0, OperationError::new(OperationErrorKind::ServerError));
    let report = written(made(&wish, &state, &by_id()), &mut server, &by_id());
    assert_eq!((report.added, report.failures.len()), (2, 1));
    assert_eq!(server.state().employees[1].groups.len(), 1);
}

#[test]
fn authentication_permission_and_connection_stop_the_run() {
    let person = json!({"id": "P1", "attributes": {"externalID": "P1"}, "groups": [204]});
    let (wish, state) = with_steady(person, json!({"id": "E1"}));
    for kind in [
        OperationErrorKind::Authentication,
        OperationErrorKind::Permission,
        OperationErrorKind::Connection,
    ] {
        let mut server = InMemoryDirectory::new(state.clone());
        server.fail_after(1, OperationError::new(kind));
        let report = written(made(&wish, &state, &by_id()), &mut server, &by_id());
        assert_eq!((report.stopped, report.remaining), (Some(kind), 2));
        assert_eq!(server.writes(), 2);
    }
}

#[test]
fn a_busy_server_is_left_alone_for_a_while() {
    let person = json!({"id": "P1", "attributes": {"externalID": "P1"}, "sites": [17]});
    let (wish, state) = with_steady(person, json!({"id": "E1"}));
    let busy = OperationError::from_status(429, Some(Duration::from_secs(20)));
    let mut server = InMemoryDirectory::new(state.clone());
    server.fail_after(0, busy);
    server.fail_after(1, OperationError::from_status(503, None));
    let report = written(made(&wish, &state, &by_id()), &mut server, &by_id());
    assert!(report.is_complete());
    assert_eq!(server.waited(), Duration::from_secs(22));

    let mut server = InMemoryDirectory::new(state.clone());
    (0..9).for_each(|n| server.fail_after(n, busy));
    let report = written(made(&wish, &state, &by_id()), &mut server, &by_id());
    assert_eq!(report.stopped, Some(OperationErrorKind::Throttled));
    assert_eq!(server.writes(), 6);
}

#[test]
fn already_a_member_is_a_success() {
    let person = json!({"id": "P1", "attributes": {"externalID": "P1"}, "groups": [204]});
    let employee = json!({"id": "E1", "attributes": {"externalID": "P1"}});
    let (wish, state) = with_steady(person, employee);
    let plan = made(&wish, &state, &by_id());
    let mut server = InMemoryDirectory::new(state.clone());
    for unchanged in [0, 2] {
        let report = apply(
            plan.clone(),
            &state,
            &by_id(),
            Confirmation::None,
            &mut server,
        );
        let report = report.expect("not refused");
        assert_eq!((report.unchanged, report.is_complete()), (unchanged, true));
    }
}

#[test]
fn a_run_hands_out_one_write_at_a_time() {
    let person = json!({"id": "P1", "attributes": {"externalID": "P1"}, "groups": [204]});
    let (wish, state) = with_steady(person, json!({"id": "E1"}));
    let plan = made(&wish, &state, &by_id());
    let mut run = Run::new(plan, &state, &by_id(), Confirmation::None).expect("not refused");
    run.handle_result(Time::ZERO, Ok(Outcome::Done));
    let Some(Write::CreateEmployee(new)) = run.poll_operation(Time::ZERO) else {
        panic!("creates first");
    };
    assert_eq!(new.value(MatchAttribute::ExternalId), Some("P1"));
    assert!(
        run.poll_operation(Time::ZERO).is_none(),
        "an answer is awaited"
    );
    run.handle_result(Time::ZERO, Ok(Outcome::Done));
    assert!(
        run.poll_operation(Time::ZERO).is_none(),
        "nobody knows the id"
    );
    let report = run.into_report();
    assert_eq!(report.failures[0].error, FailureReason::NoEmployeeId);
}
