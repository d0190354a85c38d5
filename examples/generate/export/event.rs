//! The registration events.
//!
//! People register in sittings (started, one or two methods, all done), so events are dealt out
//! from a few open sittings, each with its own correlation id, rather than drawn one by one.

use super::record::Outcome::{Cancelled, Failure, Started, Success};
use super::record::{
    Event, Initiator, Modified, Outcome, Person, Record, SECOND, Target, Text, timestamp,
};
use super::source::Source;

/// What the log calls it, and the operation that it says was done.
type Activity = (&'static str, &'static str);

const REGISTER: Activity = ("User registered security info", "Add");
const MAINTAIN: Activity = (REGISTER.0, SERVICE_API);
const ALL_REQUIRED: Activity = ("User registered all required security info", "Add");
const START: Activity = ("User started security info registration", "Add");
const CANCEL: Activity = ("User canceled security info registration", "Other");
const DELETE: Activity = ("User deleted security info", "Delete");
const DEFAULT: Activity = ("User changed default security info", "Update");
const REVIEW: Activity = ("User reviewed security info", "Update");
const UPDATE: Activity = ("User updated security info", "Update");
const ADMIN_REGISTER: Activity = ("Admin registered security info", "Add");
const ADMIN_DELETE: Activity = ("Admin deleted security info", "Delete");
const ADMIN_UPDATE: Activity = ("Admin updated security info", "Update");

const SERVICE_API: &str = "ServiceApi";
const SYSTEM_ERROR: &str = "A system error has occurred.";

/// One step of a sitting: what is done, how it ends, and the reason that the log gives, in which
/// `{method}` and `{default}` stand for what the person chose.
type Step = (Activity, Outcome, &'static str);

const STARTED: Step = (START, Started, "User started the registration for {method}");
const NOT_STARTED: Step = (START, Failure, SYSTEM_ERROR);
const REGISTERED: Step = (REGISTER, Success, "User registered {method}");
const NOT_REGISTERED: Step = (REGISTER, Failure, "User failed to register {method}");
const MAINTAINED: Step = (MAINTAIN, Success, REGISTER.0);
const COMPLETED: Step = (ALL_REQUIRED, Success, "User registered all required security info.");
const GIVEN_UP: Step = (ALL_REQUIRED, Cancelled, CANCEL.0);
const NOT_COMPLETED: Step = (ALL_REQUIRED, Failure, SYSTEM_ERROR);
const CANCELED: Step = (CANCEL, Cancelled, CANCEL.0);
const DELETED: Step = (DELETE, Success, "User deleted {method}");
const NOT_DELETED: Step = (DELETE, Failure, "User failed to delete {method}");
const CHANGED: Step = (DEFAULT, Success, "User changed the default security info for {default}");
const NOT_CHANGED: Step =
    (DEFAULT, Failure, "User failed to change the default security info for {default}");
const REVIEWED: Step = (REVIEW, Success, "User successfully reviewed security info");
const NOT_REVIEWED: Step = (REVIEW, Failure, "User failed to review security info");
const UPDATED: Step = (UPDATE, Success, "User updated {method}");
const PHONE_ADDED: Step = (ADMIN_REGISTER, Success, "Admin registered phone method for user");
const PHONE_REFUSED: Step =
    (ADMIN_REGISTER, Failure, "Admin failed to register phone method for user");
const PASS_ADDED: Step =
    (ADMIN_REGISTER, Success, "Admin registered temporary access pass method for user");
const PASS_DELETED: Step =
    (ADMIN_DELETE, Success, "Admin deleted temporary access pass method for user");
const RESET: Step =
    (ADMIN_DELETE, Success, "Admin required re-registration of MFA authentication methods.");
const PHONE_CHANGED: Step = (ADMIN_UPDATE, Success, "Admin changed phone method for user");

/// The sittings and how often each happens. The weights make one event in fifty maintenance.
const SITTINGS: [(u64, &[Step]); 22] = [
    (90, &[STARTED, REGISTERED, COMPLETED]),
    (40, &[STARTED, REGISTERED, REGISTERED, COMPLETED]),
    (32, &[STARTED, GIVEN_UP]),
    (12, &[STARTED, CANCELED]),
    (12, &[STARTED, NOT_REGISTERED, NOT_COMPLETED]),
    (8, &[STARTED, NOT_REGISTERED, REGISTERED, COMPLETED]),
    (18, &[STARTED]),
    (3, &[NOT_STARTED]),
    (140, &[REGISTERED]),
    (55, &[DELETED]),
    (12, &[DELETED, REGISTERED, CHANGED]),
    (5, &[NOT_DELETED]),
    (45, &[CHANGED]),
    (4, &[NOT_CHANGED]),
    (45, &[REVIEWED]),
    (4, &[NOT_REVIEWED]),
    (12, &[UPDATED]),
    (14, &[PHONE_ADDED]),
    (3, &[PHONE_REFUSED]),
    (8, &[PASS_ADDED, STARTED, REGISTERED, COMPLETED, PASS_DELETED]),
    (12, &[RESET, PHONE_CHANGED]),
    (22, &[MAINTAINED]),
];

/// What people register, as the log words it, and the operation that is logged with it.
type Method = (&'static str, &'static str);

const METHODS: [(u64, Method); 14] = [
    (30, ("Authenticator App with Notification and Code", "Add")),
    (8, ("Authenticator App with Code", "Add")),
    (6, ("Authenticator App with Notification", "Add")),
    (18, ("Mobile Phone SMS", "Add")),
    (7, ("Mobile Phone Call and SMS", "Add")),
    (3, ("Alternate phone", "Add")),
    (2, ("Office phone", "Add")),
    (8, ("Email", "Add")),
    (3, ("Security questions", "Add")),
    (3, ("App Password", "Add")),
    (3, ("Fido", "Add")),
    (3, ("Passkey", "Add")),
    (4, ("Fido2 Authentication Method", SERVICE_API)),
    (2, ("temporary access pass method", SERVICE_API)),
];

/// A person half-way through the registration page.
pub struct Sitting {
    user: u64,
    correlation_id: String,
    ip: String,
    method: Method,
    steps: &'static [Step],
}

/// The next step of some open sitting, or the first of a new one.
pub fn record(source: &mut Source, time: u64) -> Record {
    let crowded = source.sittings.len() >= 4;
    let waiting =
        if crowded || source.random.once_in(2) { source.sittings.pop_front() } else { None };
    let mut sitting = waiting.unwrap_or_else(|| sit_down(source));
    let (step, rest) = sitting.steps.split_first().unwrap_or((&REGISTERED, &[]));
    let record = take_step(source, time, *step, &sitting);
    if step.0 == REGISTER {
        sitting.method = source.random.weighted(&METHODS);
    }
    if !rest.is_empty() {
        sitting.steps = rest;
        source.sittings.push_back(sitting);
    }
    record
}

fn sit_down(source: &mut Source) -> Sitting {
    Sitting {
        user: source.person().number,
        correlation_id: source.guid(),
        ip: source.ip(),
        method: source.random.weighted(&METHODS),
        steps: source.random.weighted(&SITTINGS),
    }
}

fn take_step(source: &mut Source, time: u64, step: Step, sitting: &Sitting) -> Record {
    let (activity, outcome, reason) = step;
    let prefix = source.random.pick(&["IAMUX", "Authentication Methods"]);
    let record = source.blank(time, prefix, sitting.correlation_id.clone());
    let by_admin = activity.0.starts_with("Admin");
    let actor = if by_admin { source.admin() } else { Person::new(sitting.user) };
    Record {
        service: "Authentication Methods",
        activity: activity.0,
        operation: if activity == REGISTER { sitting.method.1 } else { activity.1 },
        succeeded: matches!(outcome, Success | Started),
        reason: fill_in(source, reason, sitting.method),
        user_agent: by_admin.then_some(""),
        initiator: Initiator::User {
            id: actor.id,
            display_name: by_admin.then_some(actor.name.into()),
            upn: actor.upn,
            ip: sitting.ip.clone(),
        },
        targets: vec![target(source, time, step, Person::new(sitting.user))],
        event: Some(Event { outcome, user: sitting.user, maintenance: activity == MAINTAIN }),
        ..record
    }
}

fn target(source: &mut Source, time: u64, step: Step, person: Person) -> Target {
    let name = person.name.clone();
    let mut target = Target::user(person).named(name);
    if step.0 == MAINTAIN {
        target.modified = None;
    } else if step == PASS_ADDED {
        target.modified = Some(access_pass(source, time));
    }
    target
}

fn fill_in(source: &mut Source, reason: &'static str, method: Method) -> Text {
    if reason.contains("{method}") {
        reason.replace("{method}", method.0).into()
    } else if reason.contains("{default}") {
        reason.replace("{default}", &default(source)).into()
    } else {
        reason.into()
    }
}

/// What people prefer, as the portal words it.
fn default(source: &mut Source) -> String {
    let number = format!("+1 20255501{:02}", source.random.below(100));
    match source.random.below(4) {
        0 => "Authenticator app notification".to_owned(),
        1 => "A code from my authenticator app or token".to_owned(),
        2 => format!("Call {number}"),
        _ => format!("Text a code to {number}"),
    }
}

fn access_pass(source: &mut Source, time: u64) -> Vec<Modified> {
    let added = |name, new: &str| Modified::new(name, "\"\"", format!("\"{new}\""));
    vec![
        added("TemporaryAccessPass.Id", &source.guid()),
        added("TemporaryAccessPass.StartDateTime", &timestamp(time, "Z")),
        added("TemporaryAccessPass.EndDateTime", &timestamp(time + 3600 * SECOND, "Z")),
        added("TemporaryAccessPass.AccessPassUsage", "Multiple"),
    ]
}
