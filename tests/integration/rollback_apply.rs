//! Plans carried out against a service that keeps the documented rules, fails in every documented way, and is killed
//! at every request.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use regaudit::model::parse_timestamp;
use regaudit::rollback::apply::{
    Applied, Apply, Endpoint, Graph, Journal, Outcome, Record, Token, TokenSource, UserOutcome,
    Verb,
};
use regaudit::rollback::{IdList, Plan, Planner, Resource};
use regaudit::state::UserExports;
use regaudit::{ErrorKind, Result};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::fake_graph::{
    DefaultPhone, Direct, Fault, Killed, Server, Service, Still, TOKEN, User, held, id, methods_of,
};
use Outcome::{
    ChangedSince, DefaultMustBeChangedFirst, Excluded, Failed, NotEligible, Pending, RolledBack,
};
use Resource::{
    AlternateMobilePhone, MicrosoftAuthenticator, MobilePhone, OfficePhone, SoftwareOath,
};

fn now() -> DateTime<Utc> {
    parse_timestamp("2026-05-12T09:00:00Z").unwrap()
}

fn user(number: u32, methods: &[Resource], default: Option<Resource>) -> (String, User) {
    let methods = (number * 10..).zip(methods).map(|(number, resource)| held(*resource, number));
    let user = User {
        methods: methods.collect(),
        state: "disabled",
        default,
        roles: Vec::new(),
        is_forbidden: false,
    };
    (id(number), user)
}

/// The plan for everybody in a service, as it stands, made of what the service answers.
fn plan_of(service: &Service) -> Plan {
    let mut state = UserExports::new();
    let mut list = String::new();
    for (name, user) in &service.users {
        let context = |what: &str| {
            format!(
                "https://graph.microsoft.com/beta/$metadata#users('{name}')/authentication/{what}"
            )
        };
        let answers = [
            methods_of(name, user),
            json!({"@odata.context": context("requirements/$entity"), "perUserMfaState": user.state}),
            json!({"id": name, "userPrincipalName": format!("{name}@example.com"), "isAdmin": false}),
        ];
        for answer in answers {
            state.add_slice(name, answer.to_string().as_bytes()).unwrap();
        }
        list.push_str(name);
        list.push('\n');
    }
    let ids = IdList::read("ids.txt", list.as_bytes()).unwrap();
    Planner::new(&state, now()).plan(&ids)
}

/// Users of every kind that a run can meet, with what becomes of them where the default goes last.
fn everybody() -> (Service, Plan, Vec<Outcome>) {
    let cases: [(&[Resource], Option<Resource>, Outcome); 9] = [
        (&[MicrosoftAuthenticator, SoftwareOath, MobilePhone], Some(MobilePhone), RolledBack),
        (&[AlternateMobilePhone, MobilePhone], Some(MobilePhone), RolledBack),
        (&[SoftwareOath], Some(SoftwareOath), RolledBack),
        (
            &[AlternateMobilePhone, MobilePhone],
            Some(AlternateMobilePhone),
            DefaultMustBeChangedFirst,
        ),
        (&[OfficePhone], None, Excluded),
        (&[SoftwareOath], None, ChangedSince),
        (&[MobilePhone], None, ChangedSince),
        (&[SoftwareOath, OfficePhone], None, Failed),
        (&[OfficePhone, MicrosoftAuthenticator], Some(OfficePhone), RolledBack),
    ];
    let users =
        (1..).zip(&cases).map(|(number, (methods, default, _))| user(number, methods, *default));
    let mut service = Service::new(users);
    let plan = plan_of(&service);
    // What happened meanwhile.
    let mut of =
        |number: u32, change: fn(&mut User)| change(service.users.get_mut(&id(number)).unwrap());
    of(5, |user| user.roles.push("Global Administrator"));
    of(6, |user| user.methods.push(held(MobilePhone, 0)));
    of(7, |user| user.state = "enforced");
    of(8, |user| user.is_forbidden = true);
    (service, plan, cases.into_iter().map(|(_, _, outcome)| outcome).collect())
}

/// A run, with all that goes with it.
struct Run {
    folder: TempDir,
    service: Rc<RefCell<Service>>,
    plan: Plan,
    waits: Vec<Duration>,
    /// What happens during the first wait of the next run.
    meanwhile: Option<fn(&mut Service)>,
}

impl Run {
    fn of(service: Service) -> Self {
        let plan = plan_of(&service);
        Self::with(service, plan)
    }

    fn with(service: Service, plan: Plan) -> Self {
        let service = Rc::new(RefCell::new(service));
        Self { folder: TempDir::new().unwrap(), service, plan, waits: Vec::new(), meanwhile: None }
    }

    fn journal(&self) -> PathBuf {
        self.folder.path().join("journal.ndjson")
    }

    fn apply(&self) -> Apply<'_> {
        Apply::new(&self.plan, now()).unwrap()
    }

    fn run(&mut self) -> Applied {
        self.run_as(|apply| apply)
    }

    fn run_as(&mut self, change: impl for<'a> FnOnce(Apply<'a>) -> Apply<'a>) -> Applied {
        let mut direct = Direct::to(&self.service);
        let (applied, waits) = self.try_run(&mut direct, change);
        self.waits = waits;
        applied.unwrap()
    }

    fn try_run(
        &self,
        direct: &mut Direct,
        change: impl for<'a> FnOnce(Apply<'a>) -> Apply<'a>,
    ) -> (Result<Applied>, Vec<Duration>) {
        let endpoint = Endpoint::default();
        let mut clock = Still::at(now());
        if let Some(meanwhile) = self.meanwhile {
            let service = Rc::clone(&self.service);
            clock.meanwhile = Some(Box::new(move || meanwhile(&mut service.borrow_mut())));
        }
        let applied =
            Journal::open(self.journal(), &self.plan, &endpoint).and_then(|mut journal| {
                let apply = change(self.apply());
                apply.run(&endpoint, direct, &mut clock, &mut token(), &mut journal, |_| ())
            });
        (applied, clock.waits)
    }

    fn record(&self) -> Record {
        Record::read(self.journal(), &self.plan, &Endpoint::default()).unwrap()
    }

    fn lines(&self) -> Vec<Value> {
        lines(&self.journal())
    }
}

fn lines(journal: &Path) -> Vec<Value> {
    let text = fs::read_to_string(journal).unwrap();
    text.lines().filter_map(|line| serde_json::from_str(line).ok()).collect()
}

fn token() -> Token {
    Token::new(TOKEN).unwrap()
}

fn outcomes(users: &[UserOutcome]) -> Vec<Outcome> {
    users.iter().map(|user| user.outcome).collect()
}

/// Checks that the journal has one outcome for each user who was dealt with, and no deletion that was carried out twice.
fn check_journal(lines: &[Value], service: &Service, expected: &[Outcome]) {
    let mut ended: BTreeMap<&str, &str> = BTreeMap::new();
    for line in lines.iter().filter(|line| line["event"] == "user_ended") {
        let before =
            ended.insert(line["user"].as_str().unwrap(), line["outcome"].as_str().unwrap());
        assert_eq!(before, None, "{line}");
    }
    let expected: Vec<&str> = expected.iter().map(|outcome| outcome.as_str()).collect();
    assert_eq!(ended.into_values().collect::<Vec<_>>(), expected);
    // What was deleted is in the journal, each once.
    let deleted = |line: &&Value| line["result"] == "deleted" || line["result"] == "gone";
    let mut in_journal: Vec<String> = lines
        .iter()
        .filter(deleted)
        .map(|line| {
            format!("{} {}", line["user"].as_str().unwrap(), line["method"]["id"].as_str().unwrap())
        })
        .collect();
    let mut by_service: Vec<String> = service
        .deleted()
        .iter()
        .map(|path| {
            let parts: Vec<&str> = path.split('/').collect();
            format!("{} {}", parts[3], parts[6])
        })
        .collect();
    in_journal.sort();
    by_service.sort();
    assert_eq!(in_journal, by_service);
}

#[test]
fn each_user_comes_to_the_right_outcome_in_the_right_order() {
    let (service, plan, expected) = everybody();
    let mut run = Run::with(service, plan);
    let applied = run.run();
    assert_eq!(outcomes(&applied.users), expected, "{:#?}", applied.users);
    assert!(applied.stopped.is_none() && !applied.is_done());
    let service = run.service.borrow();
    check_journal(&run.lines(), &service, &expected);
    let collections: Vec<String> = service
        .deleted()
        .iter()
        .filter(|path| path.contains(&id(1)))
        .map(|path| path.split('/').nth(5).unwrap().to_owned())
        .collect();
    assert_eq!(
        collections,
        ["microsoftAuthenticatorMethods", "softwareOathMethods", "phoneMethods"]
    );
    // One batch a user to look, the administrator and the changed ones untouched.
    let batches = service.seen.iter().filter(|(verb, ..)| *verb == Verb::Post).count();
    assert_eq!(batches, 9);
    for number in [5, 6, 7] {
        assert!(!service.users[&id(number)].methods.is_empty());
    }
    assert_eq!(run.waits, vec![Duration::from_millis(750); 8]);
    let why: Vec<&str> = applied.users.iter().map(|user| user.why.as_str()).collect();
    assert!(
        why[4].contains("Global Administrator") && why[5].contains("mobile_phone was registered"),
        "{why:?}"
    );
    assert!(why[6].contains("switched on") && why[7].contains("403 accessDenied"), "{why:?}");
}

#[test]
fn a_default_phone_that_is_refused_is_an_outcome_of_its_own() {
    let mut service = Service::new([user(1, &[SoftwareOath, MobilePhone], Some(MobilePhone))]);
    service.rule = DefaultPhone::Refused;
    let mut run = Run::of(service);
    let applied = run.run();
    assert_eq!(outcomes(&applied.users), [DefaultMustBeChangedFirst]);
    assert_eq!(applied.users[0].deleted, 1, "what is no default went before");
    // The user has chosen another default, and is tried again when asked for.
    run.service.borrow_mut().users.get_mut(&id(1)).unwrap().default = None;
    assert_eq!(outcomes(&run.run().users), [DefaultMustBeChangedFirst]);
    let applied = run.run_as(|apply| apply.retry(true));
    assert_eq!(outcomes(&applied.users), [RolledBack]);
    assert_eq!(applied.users[0].deleted, 2);
    // Also where the service does not tell which is the default.
    let mut service = Service::new([user(1, &[MobilePhone], Some(MobilePhone))]);
    service.rule = DefaultPhone::Refused;
    service.faults.insert(1, Fault::Part(3, 403, None));
    assert_eq!(outcomes(&Run::of(service).run().users), [DefaultMustBeChangedFirst]);
}

#[test]
fn killed_at_every_request_and_resumed_each_user_ends_with_one_right_outcome() {
    let (_, _, expected) = everybody();
    let requests = {
        let (service, plan, _) = everybody();
        let mut run = Run::with(service, plan);
        run.run();
        run.service.borrow().seen.len()
    };
    assert_eq!(requests, 19);
    silence_kills();
    for at in 1..=requests {
        for is_done in [false, true] {
            let (service, plan, _) = everybody();
            let mut run = Run::with(service, plan);
            let mut direct = Direct::to(&run.service);
            direct.kill = Some((at, is_done));
            let killed =
                catch_unwind(AssertUnwindSafe(|| run.try_run(&mut direct, |apply| apply).0));
            assert!(killed.is_err_and(|cause| cause.is::<Killed>()), "request {at}");
            let applied = run.run();
            let case = format!("killed at request {at}, carried out: {is_done}");
            assert_eq!(outcomes(&applied.users), expected, "{case}: {:#?}", applied.users);
            check_journal(&run.lines(), &run.service.borrow(), &expected);
            let deletions = run.service.borrow().deleted().len();
            assert_eq!(deletions, 8, "{case}");
        }
    }
}

/// The end of a run that is killed on purpose is nothing to print.
fn silence_kills() {
    let usual = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        if !panic.payload().is::<Killed>() {
            usual(panic);
        }
    }));
}

#[test]
fn a_journal_that_is_cut_off_anywhere_is_gone_on_with() {
    let (service, plan, expected) = everybody();
    let run = Run::with(service, plan);
    // What the service held, and how long the journal was, after each request; what was written until the next one may
    // be lost, or half written.
    let moments = Rc::new(RefCell::new(Vec::<(u64, Service)>::new()));
    let mut direct = Direct::to(&run.service);
    let (seen, journal) = (Rc::clone(&moments), run.journal());
    direct.watch = Box::new(move |service, is_after| {
        if is_after {
            seen.borrow_mut().push((fs::metadata(&journal).unwrap().len(), service.clone()));
        }
    });
    run.try_run(&mut direct, |apply| apply).0.unwrap();
    let bytes = fs::read(run.journal()).unwrap();
    let moments = moments.borrow();
    let mut cases = 0;
    for (number, (length, service)) in moments.iter().enumerate() {
        let end = moments.get(number + 1).map_or(bytes.len() as u64, |(length, _)| *length);
        for cut in (*length..end).step_by(37) {
            let mut resumed = Run::with(service.clone(), run.plan.clone());
            fs::write(resumed.journal(), &bytes[..usize::try_from(cut).unwrap()]).unwrap();
            let applied = resumed.run();
            assert_eq!(outcomes(&applied.users), expected, "request {number}, byte {cut}");
            check_journal(&resumed.lines(), &resumed.service.borrow(), &expected);
            cases += 1;
        }
    }
    assert!(cases > 100, "{cases}");
}

#[test]
fn what_passes_is_tried_again_as_the_service_asks() {
    let (_, _, expected) = everybody();
    for fault in [
        Fault::Status(429, Some(7)),
        Fault::Status(503, None),
        Fault::Status(500, Some(1)),
        Fault::DropBefore,
        Fault::DropAfter,
    ] {
        for at in [1, 2, 3, 4] {
            let (mut service, plan, _) = everybody();
            service.faults.insert(at, fault);
            service.faults.insert(at + 1, fault);
            let mut run = Run::with(service, plan);
            let applied = run.run();
            assert_eq!(outcomes(&applied.users), expected, "{fault:?} at {at}");
            check_journal(&run.lines(), &run.service.borrow(), &expected);
            let waits = run.waits.iter().filter(|wait| **wait != Apply::PACE).copied();
            let seconds: Vec<u64> = waits.map(|wait| wait.as_secs()).collect();
            let expected: &[u64] = match fault {
                Fault::Status(_, Some(7)) => &[7, 7],
                Fault::Status(500, _) => &[1, 1],
                // A deletion whose answer was lost is not there any more when asked again.
                _ if run.waits.is_empty() => &[],
                _ => &[1, 2],
            };
            assert!(
                seconds == expected || seconds == expected[..1].repeat(seconds.len()),
                "{fault:?} at {at}: {seconds:?}"
            );
        }
    }
}

#[test]
fn parts_of_a_batch_that_fail_are_asked_for_again_with_the_others() {
    for part in 1..=4 {
        let mut service = Service::new([user(1, &[SoftwareOath], None)]);
        service.faults.insert(1, Fault::Part(part, 429, Some(11)));
        service.faults.insert(2, Fault::Part(1, 503, None));
        let mut run = Run::of(service);
        assert_eq!(outcomes(&run.run().users), [RolledBack], "part {part}");
        assert_eq!(
            run.waits.iter().map(Duration::as_secs).collect::<Vec<_>>(),
            [11, 2],
            "part {part}"
        );
    }
    // What may not be read: without the state nothing is done; without the default or roles, as far as is safe.
    let with = |part, status, number: u32| {
        let mut service = Service::new([user(number, &[SoftwareOath], None)]);
        service.faults.insert(1, Fault::Part(part, status, None));
        let mut run = Run::of(service);
        let applied = run.run();
        let asked = run.service.borrow().asked();
        (applied.users[0].outcome, applied.users[0].why.clone(), asked)
    };
    let (outcome, why, asked) = with(1, 403, 1);
    assert_eq!((outcome, asked), (Failed, 0));
    assert!(why.contains("UserAuthenticationMethod.ReadWrite.All"), "{why}");
    let (outcome, why, asked) = with(2, 403, 1);
    assert_eq!((outcome, asked), (Failed, 0));
    assert!(why.contains("Policy.Read.All"), "{why}");
    let (outcome, why, _) = with(1, 404, 1);
    assert_eq!(outcome, Failed);
    assert!(why.contains("no such user"), "{why}");
    assert_eq!(with(3, 403, 1).0, RolledBack);
    assert_eq!(with(4, 403, 1).0, RolledBack, "the plan knows that the user is no administrator");
}

#[test]
fn who_may_be_an_administrator_is_left_alone_unless_named() {
    let service = || {
        let mut service = Service::new([user(1, &[SoftwareOath], None)]);
        service.hides_roles = true;
        service
    };
    let state = |service: &Service| {
        let mut state = UserExports::new();
        let (name, user) = service.users.iter().next().unwrap();
        state.add_slice("methods", methods_of(name, user).to_string().as_bytes()).unwrap();
        state
            .add_slice(
                "requirements",
                format!(r#"{{"userId": "{name}", "perUserMfaState": "disabled"}}"#).as_bytes(),
            )
            .unwrap();
        state
    };
    let ids = IdList::read("ids.txt", id(1).as_bytes()).unwrap();
    let plan = Planner::new(&state(&service()), now()).plan(&ids);
    assert_eq!(plan.users[0].administrator, None);
    let mut run = Run::with(service(), plan);
    let applied = run.run();
    assert_eq!(outcomes(&applied.users), [Excluded]);
    assert!(applied.users[0].why.contains("--include"), "{}", applied.users[0].why);
    assert_eq!(run.service.borrow().asked(), 0);
    let applied = run.run_as(|apply| apply.retry(true).include(&id(1)));
    assert_eq!(outcomes(&applied.users), [RolledBack]);
    // Named in the plan.
    let plan = Planner::new(&state(&service()), now()).include(&id(1)).plan(&ids);
    assert_eq!(outcomes(&Run::with(service(), plan).run().users), [RolledBack]);
}

#[test]
fn a_service_that_fails_for_good_stops_the_run_and_loses_nothing() {
    let users = (1..=6).map(|number| user(number, &[SoftwareOath], None));
    for fault in [Fault::Status(503, None), Fault::DropBefore, Fault::Garbage] {
        let mut service = Service::new(users.clone());
        service.always = Some(fault);
        let mut run = Run::of(service);
        let applied = run.run_as(|apply| apply.retries(2));
        assert_eq!(
            outcomes(&applied.users),
            [Failed, Failed, Failed, Pending, Pending, Pending],
            "{fault:?}"
        );
        let stopped = applied.stopped.unwrap();
        assert_eq!(stopped.kind(), ErrorKind::Service);
        if fault != Fault::Garbage {
            assert_eq!(run.service.borrow().seen.len(), 9, "three tries for each of three users");
        }
        run.service.borrow_mut().always = None;
        let applied = run.run_as(|apply| apply.retry(true));
        assert_eq!(outcomes(&applied.users), [RolledBack; 6]);
    }
    // A deletion that may have happened, and whose answer never came.
    let mut service = Service::new([user(1, &[SoftwareOath], None)]);
    service.faults.extend((2..=4).map(|number| (number, Fault::DropAfter)));
    let mut run = Run::of(service);
    assert_eq!(outcomes(&run.run_as(|apply| apply.retries(0)).users), [Failed]);
    assert!(run.service.borrow().users[&id(1)].methods.is_empty());
    assert_eq!(outcomes(&run.run_as(|apply| apply.retry(true)).users), [RolledBack]);
    check_journal_results(&run.lines(), &["unanswered", "gone"]);
}

fn check_journal_results(lines: &[Value], expected: &[&str]) {
    let results: Vec<&str> = lines.iter().filter_map(|line| line["result"].as_str()).collect();
    assert_eq!(results, expected);
}

#[test]
fn a_wait_that_is_too_long_and_a_token_that_is_refused_stop_the_run() {
    let users = || [user(1, &[SoftwareOath], None), user(2, &[SoftwareOath], None)];
    let mut service = Service::new(users());
    service.faults.insert(3, Fault::Status(429, Some(3600)));
    let mut run = Run::of(service);
    let applied = run.run();
    assert_eq!(outcomes(&applied.users), [RolledBack, Pending]);
    assert!(applied.stopped.unwrap().to_string().contains("3600 s"));
    assert_eq!(outcomes(&run.run().users), [RolledBack, RolledBack]);

    let mut service = Service::new(users());
    service.token = "another".to_owned();
    let mut run = Run::of(service);
    let applied = run.run();
    assert_eq!(outcomes(&applied.users), [Pending, Pending]);
    let stopped = applied.stopped.unwrap();
    assert_eq!(stopped.kind(), ErrorKind::Token);
    assert!(!stopped.to_string().contains(TOKEN), "{stopped}");
    assert!(!fs::read_to_string(run.journal()).unwrap().contains(TOKEN));
    assert_eq!(run.service.borrow().seen.len(), 1);
}

#[test]
fn a_token_is_renewed_where_there_is_another() {
    struct Several(Vec<&'static str>);
    impl TokenSource for Several {
        fn token(&mut self) -> Result<Token> {
            Token::new(self.0.remove(0))
        }

        fn renew(&mut self) -> Option<Result<Token>> {
            (!self.0.is_empty()).then(|| self.token())
        }
    }
    let run = Run::of(Service::new([user(1, &[SoftwareOath], None)]));
    let endpoint = Endpoint::default();
    let mut journal = Journal::open(run.journal(), &run.plan, &endpoint).unwrap();
    let mut tokens = Several(vec!["expired", TOKEN]);
    let applied = run
        .apply()
        .run(
            &endpoint,
            &mut Direct::to(&run.service),
            &mut Still::at(now()),
            &mut tokens,
            &mut journal,
            |_| (),
        )
        .unwrap();
    assert_eq!(outcomes(&applied.users), [RolledBack]);

    // A service that repeats the old one.
    let mut service = Service::new([user(1, &[SoftwareOath], None)]);
    service.users.get_mut(&id(1)).unwrap().is_forbidden = true;
    service.repeats = Some("expired.token".to_owned());
    let run = Run::of(service);
    let mut journal = Journal::open(run.journal(), &run.plan, &endpoint).unwrap();
    let mut tokens = Several(vec!["expired.token", TOKEN]);
    let applied = run
        .apply()
        .run(
            &endpoint,
            &mut Direct::to(&run.service),
            &mut Still::at(now()),
            &mut tokens,
            &mut journal,
            |_| (),
        )
        .unwrap();
    assert!(applied.users[0].why.contains("[token]"), "{}", applied.users[0].why);
    assert!(!fs::read_to_string(run.journal()).unwrap().contains("expired.token"));
}

#[test]
fn two_users_first_and_the_others_later() {
    let users = (1..=5).map(|number| user(number, &[SoftwareOath], None));
    let mut run = Run::of(Service::new(users));
    let first = run.run_as(|apply| apply.limit(Some(2)));
    assert_eq!(outcomes(&first.users), [RolledBack, RolledBack, Pending, Pending, Pending]);
    assert!(first.is_done(), "the others were not asked for");
    assert_eq!(run.apply().pending(&run.record()).len(), 3);
    let protected = run.run_as(|apply| apply.protect(&id(4)));
    assert_eq!(
        outcomes(&protected.users),
        [RolledBack, RolledBack, RolledBack, Excluded, RolledBack]
    );
    assert_eq!(run.service.borrow().asked(), 4);
    assert!(run.apply().pending(&run.record()).is_empty());
}

#[test]
fn who_changed_since_is_left_alone() {
    type Change = fn(&mut User);
    let changes: [(&str, Change); 5] = [
        ("software_oath is not registered any more", |user| user.methods.clear()),
        ("microsoft_authenticator was registered", |user| {
            user.methods.push(held(MicrosoftAuthenticator, 7));
        }),
        ("software_oath was registered", |user| user.methods.push(held(SoftwareOath, 8))),
        ("software_oath was registered", |user| user.methods = vec![held(SoftwareOath, 9)]),
        ("was switched on", |user| user.state = "enabled"),
    ];
    for (text, change) in changes {
        let mut run = Run::of(Service::new([user(1, &[SoftwareOath], None)]));
        change(run.service.borrow_mut().users.get_mut(&id(1)).unwrap());
        let applied = run.run();
        assert_eq!(applied.users[0].outcome, ChangedSince, "{text}");
        assert!(applied.users[0].why.contains(text), "{text}: {}", applied.users[0].why);
        assert_eq!(run.service.borrow().asked(), 0);
    }
    // What a rollback does not cover is no change.
    let mut run = Run::of(Service::new([user(1, &[SoftwareOath], None)]));
    let more = [held(Resource::Email, 1), held(Resource::Fido2, 2)];
    run.service.borrow_mut().users.get_mut(&id(1)).unwrap().methods.extend(more);
    assert_eq!(outcomes(&run.run().users), [RolledBack]);
    assert_eq!(run.service.borrow().users[&id(1)].methods.len(), 2);
}

#[test]
fn methods_without_ids_are_looked_up() {
    let plan_for = |types: &[&str]| {
        let methods: Vec<Value> =
            types.iter().map(|name| json!({"IsDefault": false, "MethodType": name})).collect();
        let user = json!({"ObjectId": id(1), "StrongAuthenticationMethods": methods, "StrongAuthenticationRequirements": []});
        let mut state = UserExports::new();
        state.add_slice("users.json", user.to_string().as_bytes()).unwrap();
        Planner::new(&state, now())
            .include(&id(1))
            .plan(&IdList::read("ids", id(1).as_bytes()).unwrap())
    };
    let cases: [(&[&str], &[Resource], Outcome); 8] = [
        (&["OneWaySMS", "TwoWayVoiceMobile"], &[MobilePhone], RolledBack),
        (&["PhoneAppOTP"], &[SoftwareOath, SoftwareOath], RolledBack),
        // An Authenticator app is one method, and MSOnline counted its codes as another.
        (&["PhoneAppOTP", "PhoneAppNotification"], &[MicrosoftAuthenticator], RolledBack),
        (&["PhoneAppOTP"], &[MicrosoftAuthenticator], RolledBack),
        (&["PhoneAppNotification"], &[MicrosoftAuthenticator, MicrosoftAuthenticator], RolledBack),
        (&["PhoneAppNotification"], &[MicrosoftAuthenticator, SoftwareOath], ChangedSince),
        (&["OneWaySMS"], &[OfficePhone], ChangedSince),
        (&["OneWaySMS"], &[], ChangedSince),
    ];
    for (types, methods, expected) in cases {
        let mut run = Run::with(Service::new([user(1, methods, None)]), plan_for(types));
        let applied = run.run();
        assert_eq!(
            outcomes(&applied.users),
            [expected],
            "{types:?}, {methods:?}: {:?}",
            applied.users
        );
        let left = run.service.borrow().users[&id(1)].methods.len();
        assert_eq!(
            left,
            if expected == RolledBack { 0 } else { methods.len() },
            "{types:?}, {methods:?}"
        );
    }
}

#[test]
fn who_is_not_to_be_rolled_back_has_an_outcome_too() {
    let mut users =
        [user(1, &[SoftwareOath], None), user(2, &[], None), user(3, &[SoftwareOath], None)];
    users[2].1.state = "enforced";
    let mut run = Run::of(Service::new(users));
    let applied = run.run();
    assert_eq!(outcomes(&applied.users), [RolledBack, NotEligible, NotEligible]);
    assert!(applied.users[2].why.contains("Per-user multifactor authentication is on"));
    assert!(run.service.borrow().seen.iter().all(|(_, path, _)| !path.contains(&id(3))));
}

#[test]
fn a_journal_of_something_else_or_a_damaged_one_is_refused() {
    let mut run = Run::of(Service::new([user(1, &[SoftwareOath], None)]));
    run.run();
    let other = plan_of(&Service::new([user(2, &[SoftwareOath], None)]));
    let endpoint = Endpoint::default();
    let refused = |plan: &Plan, endpoint: &Endpoint| {
        let error = Journal::open(run.journal(), plan, endpoint).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Journal, "{error}");
        error.to_string()
    };
    assert!(refused(&other, &endpoint).contains("a journal of the plan"));
    assert!(
        refused(&run.plan, &Endpoint::new("https://graph.microsoft.us").unwrap())
            .contains("of the endpoint")
    );
    let open = Journal::open(run.journal(), &run.plan, &endpoint).unwrap();
    assert!(refused(&run.plan, &endpoint).contains("another run"));
    drop(open);
    let text = fs::read_to_string(run.journal()).unwrap();
    let line = text.lines().nth(1).unwrap();
    fs::write(run.journal(), text.replacen(line, "{\"event\":\"nothing\"}", 1)).unwrap();
    assert!(refused(&run.plan, &endpoint).contains("line 2"));
    fs::write(run.journal(), "not a journal\n").unwrap();
    refused(&run.plan, &endpoint);
}

#[test]
fn a_changed_or_expired_plan_is_not_carried_out() {
    let mut plan = plan_of(&Service::new([user(1, &[SoftwareOath], None)]));
    assert!(Apply::new(&plan, now()).is_ok());
    assert_eq!(Apply::new(&plan, plan.expires).unwrap_err().kind(), ErrorKind::Plan);
    plan.users[0].eligible = None;
    assert_eq!(Apply::new(&plan, now()).unwrap_err().kind(), ErrorKind::Plan);
}

#[test]
fn over_the_network_answers_that_are_late_or_lost_are_asked_for_again() {
    let (mut service, plan, expected) = everybody();
    service.faults.insert(2, Fault::Slow(Duration::from_millis(400)));
    service.faults.insert(4, Fault::DropAfter);
    service.faults.insert(6, Fault::DropBefore);
    let server = Server::start(service);
    let folder = TempDir::new().unwrap();
    let endpoint = Endpoint::new(&server.address).unwrap();
    let mut journal = Journal::open(folder.path().join("journal"), &plan, &endpoint).unwrap();
    let mut graph = Graph::new(&endpoint, Duration::from_millis(150));
    let mut clock = Still::at(now());
    let applied = Apply::new(&plan, now())
        .unwrap()
        .run(&endpoint, &mut graph, &mut clock, &mut token(), &mut journal, |_| ())
        .unwrap();
    assert_eq!(outcomes(&applied.users), expected, "{:#?}", applied.users);
    let lines = lines(&folder.path().join("journal"));
    check_journal(&lines, &server.service.lock().unwrap(), &expected);
    let with_id = lines.iter().filter(|line| line["request_id"] == id(77)).count();
    assert!(with_id > 5, "the service's id of each request is kept");
    // The late one may be asked for while the service is still at it.
    assert!(clock.waits.iter().filter(|wait| **wait != Apply::PACE).count() >= 3);
}

#[test]
fn batches_of_a_plan_are_what_the_service_takes() {
    let users = [
        user(1, &[AlternateMobilePhone, MobilePhone], None),
        user(2, &[SoftwareOath], None),
        user(3, &[MicrosoftAuthenticator, OfficePhone], None),
    ];
    let mut service = Service::new(users);
    let plan = plan_of(&service);
    let bodies = regaudit::rollback::batches(&plan).bodies;
    // The first request of user 3's chain fails: the second is answered with 424, and nothing happens.
    service.faults.insert(2, Fault::Part(1, 503, None));
    let mut statuses = Vec::new();
    for body in &bodies {
        let body = serde_json::to_value(body).unwrap();
        let answer =
            service.handle(Verb::Post, "/v1.0/$batch", &body, &token().authorization()).unwrap();
        let answer: Value = serde_json::from_str(&answer.body).unwrap();
        let mut found: Vec<(String, u64)> = answer["responses"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| (one["id"].as_str().unwrap().to_owned(), one["status"].as_u64().unwrap()))
            .collect();
        found.sort();
        statuses.extend(found.into_iter().map(|(_, status)| status));
    }
    assert_eq!(statuses, [204, 204, 503, 424, 204]);
    assert!(service.users[&id(1)].methods.is_empty() && service.users[&id(2)].methods.is_empty());
    assert_eq!(service.users[&id(3)].methods.len(), 2);
}

/// The user that most tests are about.
fn ada(service: &mut Service) -> &mut User {
    service.users.get_mut(&id(1)).unwrap()
}

#[test]
fn what_the_user_registers_after_our_deletion_stays() {
    // The same phone, which has the same id, and another app.
    for again in [held(OfficePhone, 0), held(MicrosoftAuthenticator, 77)] {
        let methods = [MicrosoftAuthenticator, OfficePhone, MobilePhone];
        let mut service = Service::new([user(1, &methods, None)]);
        // Two are deleted, the third one fails.
        service.faults.extend((4..=5).map(|number| (number, Fault::Status(503, None))));
        let mut run = Run::of(service);
        assert_eq!(outcomes(&run.run_as(|apply| apply.retries(0)).users), [Failed]);
        ada(&mut run.service.borrow_mut()).methods.push(again.clone());
        let applied = run.run_as(|apply| apply.retry(true));
        assert_eq!(outcomes(&applied.users), [ChangedSince], "{again:?}");
        assert_eq!(applied.users[0].deleted, 2);
        assert!(ada(&mut run.service.borrow_mut()).methods.contains(&again));
    }
}

#[test]
fn who_registers_again_before_the_run_could_write_that_it_was_done_is_rolled_back() {
    let mut run = Run::of(Service::new([user(1, &[SoftwareOath], None)]));
    run.run();
    let text = fs::read_to_string(run.journal()).unwrap();
    let end = text[..text.find("\"user_ended\"").unwrap()].rfind('\n').unwrap() + 1;
    fs::write(run.journal(), &text[..end]).unwrap();
    ada(&mut run.service.borrow_mut()).methods.push(held(MicrosoftAuthenticator, 7));
    assert_eq!(outcomes(&run.run().users), [RolledBack]);
    assert_eq!(run.service.borrow().asked(), 1);
}

#[test]
fn who_must_set_another_default_may_register_a_method_for_it() {
    let mut service = Service::new([user(1, &[MobilePhone], Some(MobilePhone))]);
    service.rule = DefaultPhone::Refused;
    let mut run = Run::of(service);
    assert_eq!(outcomes(&run.run().users), [DefaultMustBeChangedFirst]);
    ada(&mut run.service.borrow_mut()).methods.push(held(MicrosoftAuthenticator, 7));
    ada(&mut run.service.borrow_mut()).default = Some(MicrosoftAuthenticator);
    assert_eq!(outcomes(&run.run_as(|apply| apply.retry(true)).users), [RolledBack]);
    assert_eq!(ada(&mut run.service.borrow_mut()).methods, [held(MicrosoftAuthenticator, 7)]);
}

#[test]
fn an_answer_that_confirms_nothing_is_no_success() {
    for fault in [Fault::Status(404, None), Fault::Garbage] {
        let mut service = Service::new([user(1, &[SoftwareOath], None)]);
        service.faults.insert(2, fault);
        let mut run = Run::of(service.clone());
        assert_eq!(outcomes(&run.run().users), [RolledBack], "{fault:?}: tried again");
        assert_eq!(run.service.borrow().deleted().len(), 1);
        // For good.
        service.faults =
            (1..40).filter(|number| number % 2 == 0).map(|number| (number, fault)).collect();
        let mut run = Run::of(service);
        let applied = run.run();
        assert_eq!(outcomes(&applied.users), [Failed], "{fault:?}");
        assert!(applied.users[0].why.contains("confirms nothing"), "{}", applied.users[0].why);
    }
}

#[test]
fn what_changes_while_the_service_is_waited_for_is_seen() {
    let changes: [fn(&mut Service); 2] = [
        |service| ada(service).state = "enforced",
        |service| ada(service).methods.push(held(MicrosoftAuthenticator, 7)),
    ];
    for meanwhile in changes {
        for fault in [
            (1, Fault::Part(2, 429, Some(2))),
            (2, Fault::Status(429, Some(3))),
            (2, Fault::DropBefore),
        ] {
            let mut service = Service::new([user(1, &[SoftwareOath], None)]);
            service.faults.extend([fault]);
            let mut run = Run::of(service);
            run.meanwhile = Some(meanwhile);
            assert_eq!(outcomes(&run.run().users), [ChangedSince], "{fault:?}");
            assert!(run.service.borrow().deleted().is_empty());
        }
    }
}

#[test]
fn the_protected_are_known_by_either_name() {
    let name = format!("{}@example.com", id(1));
    let graph_alone = |service: &Service| {
        let (key, user) = service.users.iter().next().unwrap();
        let mut state = UserExports::new();
        state.add_slice("methods", methods_of(key, user).to_string().as_bytes()).unwrap();
        state
            .add_slice(
                "requirements",
                format!(r#"{{"userId": "{key}", "perUserMfaState": "disabled"}}"#).as_bytes(),
            )
            .unwrap();
        state
    };
    let service = Service::new([user(1, &[SoftwareOath], None)]);
    let ids = IdList::read("ids.txt", id(1).as_bytes()).unwrap();
    let state = graph_alone(&service);
    // The plan does not know the name, so it leaves alone who may be meant.
    let plan = Planner::new(&state, now()).protect(&name).plan(&ids);
    assert_eq!(plan.users[0].excluded[0].code, "perhaps_protected");
    let plan = Planner::new(&state, now()).protect(&id(2)).include(&id(9)).plan(&ids);
    assert!(plan.users[0].excluded.is_empty());
    // The service knows it; where it may not be read, who may be meant is left alone, too.
    let mut run = Run::with(service.clone(), plan.clone());
    assert_eq!(
        outcomes(&run.run_as(|apply| apply.protect(&name.to_uppercase())).users),
        [Excluded]
    );
    let mut hidden = service.clone();
    hidden.hides_names = true;
    let mut run = Run::with(hidden, plan);
    assert_eq!(
        outcomes(&run.run_as(|apply| apply.protect("somebody@example.com")).users),
        [Excluded]
    );
    assert_eq!(outcomes(&run.run_as(|apply| apply.retry(true)).users), [RolledBack]);
    // Who is named in the plan is protected by the run nonetheless, unless the run names them, too.
    let plan = Planner::new(&state, now()).include(&id(1)).plan(&ids);
    let mut run = Run::with(service, plan);
    assert_eq!(outcomes(&run.run_as(|apply| apply.protect(&id(1))).users), [Excluded]);
    assert_eq!(run.service.borrow().asked(), 0);
}

#[test]
fn codes_may_be_those_of_authenticator() {
    let mut service = Service::new([user(1, &[MicrosoftAuthenticator, MobilePhone], None)]);
    ada(&mut service).default = Some(SoftwareOath);
    let (name, of) = service.users.iter().next().unwrap();
    let mut state = UserExports::new();
    state.add_slice("methods", methods_of(name, of).to_string().as_bytes()).unwrap();
    let details = json!({"id": name, "isAdmin": false, "userPreferredMethodForSecondaryAuthentication": "oath", "perUserMfaState": "disabled"});
    state.add_slice("details", details.to_string().as_bytes()).unwrap();
    let plan = Planner::new(&state, now()).plan(&IdList::read("ids", name.as_bytes()).unwrap());
    assert_eq!(plan.users[0].deletions[1].resource, MicrosoftAuthenticator, "the default is last");
    let mut run = Run::with(service, plan);
    assert_eq!(outcomes(&run.run().users), [RolledBack]);
}

#[test]
fn a_default_that_is_not_known_is_found_out_by_going_on() {
    let mut service = Service::new([user(
        1,
        &[OfficePhone, AlternateMobilePhone, MobilePhone],
        Some(OfficePhone),
    )]);
    service.faults.insert(1, Fault::Part(3, 403, None));
    let mut run = Run::of(service);
    // Refused at first, and deleted as the last one.
    assert_eq!(outcomes(&run.run().users), [RolledBack]);
    let paths: Vec<String> = run
        .service
        .borrow()
        .deleted()
        .iter()
        .map(|path| path[path.len() - 36..].to_owned())
        .collect();
    let phones =
        [AlternateMobilePhone, MobilePhone, OfficePhone].map(|phone| phone.fixed_id().unwrap());
    assert_eq!(paths, phones);
}

#[test]
fn a_mobile_phone_under_an_alternate_one_is_no_matter_of_the_default() {
    let service = Service::new([user(1, &[AlternateMobilePhone, MobilePhone], Some(MobilePhone))]);
    let mut state = UserExports::new();
    let (name, of) = service.users.iter().next().unwrap();
    state.add_slice("methods", methods_of(name, of).to_string().as_bytes()).unwrap();
    let details = json!({"id": name, "isAdmin": false, "perUserMfaState": "disabled"});
    state.add_slice("details", details.to_string().as_bytes()).unwrap();
    let plan = Planner::new(&state, now())
        .covers([MobilePhone])
        .plan(&IdList::read("ids", name.as_bytes()).unwrap());
    let applied = Run::with(service, plan).run();
    assert_eq!(outcomes(&applied.users), [Failed]);
    assert!(
        applied.users[0].why.contains("while there is an alternate"),
        "{}",
        applied.users[0].why
    );
}

#[test]
fn what_was_registered_after_the_state_was_seen_is_a_change() {
    let mut state = UserExports::new();
    let details = json!({"value": [{
        "id": id(1), "isAdmin": false, "perUserMfaState": "disabled",
        "methodsRegistered": ["microsoftAuthenticatorPush"], "lastUpdatedDateTime": "2026-05-10T09:00:00Z",
    }]});
    state.add_slice("details", details.to_string().as_bytes()).unwrap();
    let plan = Planner::new(&state, now()).plan(&IdList::read("ids", id(1).as_bytes()).unwrap());
    for (created, expected) in [
        (json!("2026-05-09T09:00:00Z"), RolledBack),
        (json!(null), RolledBack),
        (json!("2026-05-11T09:00:00Z"), ChangedSince),
        (json!("soon"), Failed),
        (json!(3), Failed),
    ] {
        let mut service = Service::new([user(1, &[MicrosoftAuthenticator], None)]);
        service.created = Some(created.clone());
        assert_eq!(
            outcomes(&Run::with(service, plan.clone()).run().users),
            [expected],
            "{created}"
        );
    }
}

#[test]
fn a_list_of_roles_that_goes_on_does_not_say_that_there_is_none() {
    let mut service = Service::new([user(1, &[SoftwareOath], None)]);
    service.roles_go_on = true;
    let mut plan = plan_of(&service);
    assert_eq!(
        outcomes(&Run::with(service.clone(), plan.clone()).run().users),
        [RolledBack],
        "the plan knows"
    );
    let mut state = UserExports::new();
    let (name, of) = service.users.iter().next().unwrap();
    state.add_slice("methods", methods_of(name, of).to_string().as_bytes()).unwrap();
    state
        .add_slice(
            "requirements",
            format!(r#"{{"userId": "{name}", "perUserMfaState": "disabled"}}"#).as_bytes(),
        )
        .unwrap();
    plan = Planner::new(&state, now()).plan(&IdList::read("ids", name.as_bytes()).unwrap());
    assert_eq!(outcomes(&Run::with(service, plan).run().users), [Excluded]);
}

#[test]
fn a_part_that_says_the_token_has_expired_stops_the_run() {
    let mut service =
        Service::new([user(1, &[SoftwareOath], None), user(2, &[SoftwareOath], None)]);
    service.faults.insert(1, Fault::Part(2, 401, None));
    let applied = Run::of(service).run();
    assert_eq!(outcomes(&applied.users), [Pending, Pending]);
    assert_eq!(applied.stopped.unwrap().kind(), ErrorKind::Token);
}

#[test]
fn users_who_were_never_tried_come_before_those_who_failed() {
    let mut users: Vec<_> = (1..=4).map(|number| user(number, &[SoftwareOath], None)).collect();
    users[0].1.is_forbidden = true;
    users[1].1.is_forbidden = true;
    let mut run = Run::of(Service::new(users));
    run.run_as(|apply| apply.limit(Some(2)));
    let applied = run.run_as(|apply| apply.limit(Some(2)).retry(true));
    assert_eq!(outcomes(&applied.users), [Failed, Failed, RolledBack, RolledBack]);
}

#[test]
fn a_journal_that_is_cut_off_twice_or_without_a_break_is_gone_on_with() {
    let mut run =
        Run::of(Service::new([user(1, &[SoftwareOath], None), user(2, &[SoftwareOath], None)]));
    run.run_as(|apply| apply.limit(Some(1)));
    let text = fs::read_to_string(run.journal()).unwrap();
    let last = text.trim_end().rfind('\n').unwrap() + 1;
    for tail in [
        // The line is whole, but for its break.
        text[last..].trim_end().to_owned(),
        format!("{}\n", &text[last..last + 20]),
        format!("{}\n{}", &text[last..last + 20], &text[last..last + 12]),
        format!(
            "{}\n{}\n{}\n",
            &text[last..last + 20],
            &text[last..last + 3],
            &text[last..last + 30]
        ),
    ] {
        let mut resumed = Run::with(run.service.borrow().clone(), run.plan.clone());
        fs::write(resumed.journal(), format!("{}{tail}", &text[..last])).unwrap();
        assert_eq!(outcomes(&resumed.run().users), [RolledBack, RolledBack], "{tail}");
        assert_eq!(resumed.lines().iter().filter(|line| line["event"] == "user_ended").count(), 2);
        assert_eq!(
            outcomes(&resumed.run().users),
            [RolledBack, RolledBack],
            "it can be read again"
        );
    }
    // A file of something else is not written to.
    fs::write(run.journal(), "notes without an end").unwrap();
    assert_eq!(
        Journal::open(run.journal(), &run.plan, &Endpoint::default()).unwrap_err().kind(),
        ErrorKind::Journal
    );
}

#[test]
fn what_is_listed_a_moment_longer_was_not_registered_again() {
    let mut service = Service::new([user(1, &[SoftwareOath, OfficePhone], None)]);
    service.lag = 2;
    // The second deletion has to be waited for, and the user is looked at again.
    service.faults.insert(3, Fault::Status(503, None));
    let mut run = Run::of(service);
    assert_eq!(outcomes(&run.run().users), [RolledBack]);
    // Its own answer was lost, and it is listed still: it is sent again, and not found.
    let mut service = Service::new([user(1, &[SoftwareOath], None)]);
    service.lag = 1;
    service.faults.insert(2, Fault::DropAfter);
    let mut run = Run::of(service);
    assert_eq!(outcomes(&run.run().users), [RolledBack]);
    assert_eq!(run.service.borrow().deleted().len(), 1);
}

#[test]
fn who_was_begun_with_and_has_nothing_left_is_not_rolled_back() {
    let mut run = Run::of(Service::new([user(1, &[SoftwareOath], None)]));
    let mut service = run.service.borrow().clone();
    // Gone between the look and the deletion, by somebody else.
    service.faults.insert(2, Fault::DropBefore);
    run.service = Rc::new(RefCell::new(service));
    run.meanwhile = Some(|service| ada(service).methods.clear());
    let applied = run.run();
    // Our deletion was begun, and may have been what did it.
    assert_eq!(outcomes(&applied.users), [RolledBack]);
    // The user is gone when all was deleted.
    let mut run = Run::of(Service::new([user(1, &[SoftwareOath], None)]));
    run.run();
    let text = fs::read_to_string(run.journal()).unwrap();
    let end = text[..text.find("\"user_ended\"").unwrap()].rfind('\n').unwrap() + 1;
    fs::write(run.journal(), &text[..end]).unwrap();
    run.service.borrow_mut().users.clear();
    assert_eq!(outcomes(&run.run().users), [RolledBack]);
}

#[test]
fn a_user_principal_name_that_goes_to_somebody_else_takes_nobody_with_it() {
    let state = json!({
        "UserPrincipalName": "ada@example.com", "StrongAuthenticationRequirements": [],
        "StrongAuthenticationMethods": [{"IsDefault": false, "MethodType": "OneWaySMS"}],
    });
    let mut exports = UserExports::new();
    exports.add_slice("users.json", state.to_string().as_bytes()).unwrap();
    let plan =
        Planner::new(&exports, now()).plan(&IdList::read("ids", b"ada@example.com").unwrap());
    let mut service = Service::new([user(1, &[MobilePhone], None), user(2, &[MobilePhone], None)]);
    service.names.insert("ada@example.com".to_owned(), id(1));
    service.faults.insert(2, Fault::Status(503, None));
    let mut run = Run::with(service.clone(), plan.clone());
    assert_eq!(outcomes(&run.run_as(|apply| apply.retries(0)).users), [Failed]);
    run.service.borrow_mut().names.insert("ada@example.com".to_owned(), id(2));
    assert_eq!(outcomes(&run.run_as(|apply| apply.retry(true)).users), [RolledBack]);
    assert!(run.service.borrow().users[&id(1)].methods.is_empty());
    assert_eq!(run.service.borrow().users[&id(2)].methods.len(), 1, "whose name it is now");
    // Without the id, nothing is begun.
    service.hides_names = true;
    let mut run = Run::with(service, plan);
    let applied = run.run();
    assert_eq!(outcomes(&applied.users), [Failed]);
    assert!(applied.users[0].why.contains("object id"), "{}", applied.users[0].why);
}

#[test]
fn a_deletion_whose_token_was_refused_is_sent_again_after_another_look() {
    struct Again;
    impl TokenSource for Again {
        fn token(&mut self) -> Result<Token> {
            Ok(token())
        }

        fn renew(&mut self) -> Option<Result<Token>> {
            Some(Ok(token()))
        }
    }
    let go = |service: Service| {
        let run = Run::of(service);
        let endpoint = Endpoint::default();
        let mut journal = Journal::open(run.journal(), &run.plan, &endpoint).unwrap();
        let mut direct = Direct::to(&run.service);
        let mut clock = Still::at(now());
        let applied =
            run.apply().run(&endpoint, &mut direct, &mut clock, &mut Again, &mut journal, |_| ());
        let verbs: Vec<Verb> = run.service.borrow().seen.iter().map(|(verb, ..)| *verb).collect();
        (applied.unwrap(), verbs)
    };
    let mut service = Service::new([user(1, &[SoftwareOath], None)]);
    service.faults.insert(2, Fault::Status(401, None));
    let (applied, verbs) = go(service.clone());
    assert_eq!(outcomes(&applied.users), [RolledBack]);
    assert_eq!(verbs, [Verb::Post, Verb::Delete, Verb::Post, Verb::Delete]);
    // Refused for good: it ends.
    service.faults = (1..60)
        .filter(|number| number % 2 == 0)
        .map(|number| (number, Fault::Status(401, None)))
        .collect();
    assert_eq!(outcomes(&go(service).0.users), [Failed]);
}

#[test]
fn when_a_method_was_registered_tells_the_same_from_another_one() {
    let at = |second: u32| Some(json!(format!("2026-05-01T09:00:{second:02}Z")));
    // Replaced while the service was waited for: the same id, registered at another time.
    let mut service = Service::new([user(1, &[MobilePhone], None)]);
    service.created = at(1);
    service.faults.insert(2, Fault::Status(503, None));
    let mut run = Run::of(service.clone());
    run.meanwhile = Some(|service| service.created = Some(json!("2026-05-01T09:00:02Z")));
    assert_eq!(outcomes(&run.run().users), [ChangedSince]);
    assert!(run.service.borrow().deleted().is_empty());
    // Not told any more: that is no other one.
    let mut run = Run::of(service.clone());
    run.meanwhile = Some(|service| service.created = None);
    assert_eq!(outcomes(&run.run().users), [RolledBack]);
    // What had to be registered for another default is no change.
    service.faults.clear();
    service.rule = DefaultPhone::Refused;
    ada(&mut service).default = Some(MobilePhone);
    let mut run = Run::of(service);
    assert_eq!(outcomes(&run.run().users), [DefaultMustBeChangedFirst]);
    ada_of(&run).methods.push(held(MicrosoftAuthenticator, 7));
    ada_of(&run).default = Some(MicrosoftAuthenticator);
    assert_eq!(outcomes(&run.run_as(|apply| apply.retry(true)).users), [RolledBack]);
}

fn ada_of(run: &Run) -> std::cell::RefMut<'_, User> {
    std::cell::RefMut::map(run.service.borrow_mut(), ada)
}

#[test]
fn what_the_service_says_of_itself_is_not_passed_on() {
    let mut service = Service::new([user(1, &[SoftwareOath], None)]);
    let plan = plan_of(&service);
    ada(&mut service).state = TOKEN;
    let mut run = Run::with(service, plan);
    let applied = run.run();
    assert_eq!(outcomes(&applied.users), [Failed]);
    assert!(applied.users[0].why.contains("[token]"), "{}", applied.users[0].why);
    assert!(!fs::read_to_string(run.journal()).unwrap().contains(TOKEN));
}

#[test]
fn a_deletion_that_is_settled_is_not_forgotten_for_an_older_outcome() {
    let mut service = Service::new([user(1, &[SoftwareOath], None)]);
    service.faults.insert(2, Fault::DropAfter);
    let mut run = Run::of(service);
    assert_eq!(outcomes(&run.run_as(|apply| apply.retries(0)).users), [Failed]);
    run.run_as(|apply| apply.retry(true));
    let text = fs::read_to_string(run.journal()).unwrap();
    // Killed when it had found out that the method is gone.
    let end = text[..text.rfind("\"user_ended\"").unwrap()].rfind('\n').unwrap() + 1;
    fs::write(run.journal(), &text[..end]).unwrap();
    assert_eq!(outcomes(&run.run().users), [RolledBack]);
}
