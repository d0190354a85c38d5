//! How one user stands, as far as it decides about a rollback, whichever export says so.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};

use super::resource::Resource;
use crate::model::{Method, MethodFamily};
use crate::state::{MethodHeld, Stated, UserState};

/// A method that a user has registered.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub struct RegisteredMethod {
    /// Which.
    pub method: Method,
    /// The id by which Graph deletes it; `None` where the export names methods without ids.
    pub id: Option<String>,
}

impl RegisteredMethod {
    /// A method, with its id where that is known.
    pub fn new(method: Method, id: Option<String>) -> Self {
        // Which phone it is, its id tells as well as its type.
        let is = |resource: Resource| id.as_deref() == resource.fixed_id();
        let method = match method {
            Method::PhoneUnspecified if is(Resource::AlternateMobilePhone) => {
                Method::PhoneAlternate
            }
            Method::PhoneUnspecified if is(Resource::OfficePhone) => Method::PhoneOffice,
            other => other,
        };
        Self { method, id }
    }

    /// Whether `StrongAuthenticationMethods` lists such methods: phones, authenticator apps, and codes of apps and
    /// tokens.
    pub fn is_strong(&self) -> bool {
        let family = self.method.family();
        matches!(
            family,
            MethodFamily::Phone | MethodFamily::MobileApp | MethodFamily::HardwareToken
        )
    }
}

/// How one user stands. What is not known is `None`, and decides nothing.
///
/// ```
/// use regaudit::rollback::{Standing, eligibility};
/// use regaudit::state::UserExports;
/// let mut exports = UserExports::new();
/// exports.add_slice("users.json", br#"[{
///     "UserPrincipalName": "ada@example.com",
///     "StrongAuthenticationMethods": [{"IsDefault": true, "MethodType": "OneWaySMS"}],
///     "StrongAuthenticationRequirements": []
/// }]"#)?;
/// let standing = Standing::of(&exports.of(&["ada@example.com"]));
/// assert_eq!(standing.is_required, Some(false));
/// assert_eq!(eligibility(&standing).eligible, Some(true));
/// # Ok::<(), regaudit::Error>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Standing {
    /// The methods registered.
    pub methods: Option<Vec<RegisteredMethod>>,
    /// Whether they are those of `StrongAuthenticationMethods`, of which each is strong, whatever it is.
    pub is_strong_list: bool,
    /// The time as of which these are the methods (UTC), where an export says so.
    pub as_of: Option<DateTime<Utc>>,
    /// Whether per-user multifactor authentication is enabled or enforced: `StrongAuthenticationRequirements` has an
    /// entry with the relying party `*`, or `perUserMfaState` is not `disabled`.
    pub is_required: Option<bool>,
    /// The default method.
    pub default_method: Option<Method>,
    /// Whether the user holds a role of the directory, or could activate one.
    pub is_administrator: Option<bool>,
    /// What these roles are called.
    pub roles: Vec<String>,
    /// What exports contradict each other about.
    pub contradictions: Vec<&'static str>,
}

impl Standing {
    /// How a user stands by exports of state.
    ///
    /// Methods are taken from the most exact form there is: the list of Graph, which has ids, before
    /// `StrongAuthenticationMethods`, before the registration report, which lags behind. Exports of one form that
    /// differ, or forms that differ in whether there is any strong method, contradict each other, but for the report,
    /// which yields to the list. So do statements on the requirement. What is contradicted is not known.
    pub fn of(state: &UserState) -> Self {
        let mut contradictions = Vec::new();
        let registered = methods_of(state).unwrap_or_else(|what| {
            contradictions.push(what);
            Registered::default()
        });
        let is_required = requirement_of(state).unwrap_or_else(|what| {
            contradictions.push(what);
            None
        });
        let roles: BTreeSet<String> = state
            .roles
            .iter()
            .filter_map(|role| role.value.name.clone().or_else(|| role.value.template_id.clone()))
            .collect();
        Self {
            methods: registered.methods,
            is_strong_list: registered.is_strong_list,
            as_of: registered.as_of,
            is_required,
            default_method: agreed(state.default_method.iter().map(|stated| &stated.value)),
            is_administrator: is_administrator(state),
            roles: roles.into_iter().collect(),
            contradictions,
        }
    }

    /// Whether there is a method that `StrongAuthenticationMethods` would list. A method that has no name here may be
    /// one.
    pub fn has_strong_methods(&self) -> Option<bool> {
        let methods = self.methods.as_ref()?;
        let has_any = self.is_strong_list && !methods.is_empty();
        if has_any || methods.iter().any(RegisteredMethod::is_strong) {
            return Some(true);
        }
        let is_unknown = |one: &RegisteredMethod| matches!(one.method, Method::Other(_));
        (!methods.iter().any(is_unknown)).then_some(false)
    }

    /// The sorts of method that the default can be of: codes are those of an app, or of Microsoft Authenticator. None
    /// where the default is not known, or is none that Graph deletes.
    pub fn default_resources(&self) -> Vec<Resource> {
        let default = self.default_method.as_ref();
        let mut resources: Vec<Resource> = default.and_then(Resource::of).into_iter().collect();
        if default == Some(&Method::OathUnspecified) {
            resources.push(Resource::MicrosoftAuthenticator);
        }
        resources
    }
}

/// What is known of the methods.
#[derive(Default)]
struct Registered {
    methods: Option<Vec<RegisteredMethod>>,
    is_strong_list: bool,
    as_of: Option<DateTime<Utc>>,
}

/// The methods, or what is contradicted about them.
fn methods_of(state: &UserState) -> Result<Registered, &'static str> {
    if !state.methods_cut_off.is_empty() {
        return Err("which methods are registered: a list goes on in another page");
    }
    let (listed, reported): (Vec<_>, Vec<_>) =
        state.methods.iter().partition(|stated| is_list(stated));
    let newest = reported.iter().map(|stated| stated.as_of).max().flatten();
    let reported = reported.into_iter().filter(|stated| stated.as_of == newest);
    let listed = same(listed.into_iter())?;
    let legacy = same(state.strong_authentication_methods.iter())?;
    let reported = same(reported)?;
    let has_any = |methods: &Vec<RegisteredMethod>| methods.iter().any(RegisteredMethod::is_strong);
    let legacy_any = legacy.as_ref().map(|methods| !methods.is_empty());
    let rival_any = if listed.is_some() { &listed } else { &reported }.as_ref().map(has_any);
    if let (Some(one), Some(other)) = (legacy_any, rival_any)
        && one != other
    {
        return Err("which methods are registered");
    }
    let is_strong_list = listed.is_none() && legacy.is_some();
    let as_of = if listed.is_none() && legacy.is_none() { newest } else { None };
    Ok(Registered { methods: listed.or(legacy).or(reported), is_strong_list, as_of })
}

/// Whether a statement comes from a list of Graph, which holds each method by itself and is as of when it was asked
/// for.
fn is_list(stated: &Stated<Vec<MethodHeld>>) -> bool {
    stated.as_of.is_none() && stated.value.iter().all(|held| held.number.is_some())
}

/// What all statements of one form say, unless they differ.
fn same<'a>(
    statements: impl Iterator<Item = &'a Stated<Vec<MethodHeld>>>,
) -> Result<Option<Vec<RegisteredMethod>>, &'static str> {
    let mut found: Option<Vec<RegisteredMethod>> = None;
    for stated in statements {
        let mut methods: Vec<_> = stated.value.iter().flat_map(registered).collect();
        methods.sort();
        if found.as_ref().is_some_and(|found| *found != methods) {
            return Err("which methods are registered");
        }
        found = Some(methods);
    }
    Ok(found)
}

/// A method held as one for each id, and one more without where some have none.
fn registered(held: &MethodHeld) -> Vec<RegisteredMethod> {
    let one = |id| RegisteredMethod::new(held.method.clone(), id);
    let mut found: Vec<_> = held.ids.iter().cloned().map(Some).map(one).collect();
    let with_id = u32::try_from(found.len()).unwrap_or(u32::MAX);
    if found.is_empty() || held.number.is_some_and(|number| number > with_id) {
        found.push(one(None));
    }
    found
}

/// Whether per-user multifactor authentication is required, or what is contradicted. A state that has no name here is
/// known by nobody, whatever others say.
fn requirement_of(state: &UserState) -> Result<Option<bool>, &'static str> {
    let by_state = state.per_user_mfa.iter().map(|stated| required_by(&stated.value));
    let by_party = state
        .relying_parties
        .iter()
        .map(|stated| Some(stated.value.iter().any(|party| party == "*")));
    let said: BTreeSet<Option<bool>> = by_state.chain(by_party).collect();
    match said.len() {
        0 | 1 => Ok(said.first().copied().flatten()),
        _ => Err("whether per-user multifactor authentication is required"),
    }
}

/// Whether a per-user state is one that requires it; `None` for a state that has no name here.
pub(super) fn required_by(state: &str) -> Option<bool> {
    let is = |name: &str| state.eq_ignore_ascii_case(name);
    match () {
        () if is("disabled") => Some(false),
        () if is("enabled") || is("enforced") => Some(true),
        () => None,
    }
}

fn is_administrator(state: &UserState) -> Option<bool> {
    let flags = || state.is_admin.iter().map(|stated| stated.value);
    if !state.roles.is_empty() || flags().any(|is_admin| is_admin) {
        return Some(true);
    }
    let is_ruled_out = !state.role_lists.is_empty() && state.roles_in_doubt.is_empty();
    (is_ruled_out || flags().next().is_some()).then_some(false)
}

/// The one value that all agree on.
fn agreed<'a>(mut values: impl Iterator<Item = &'a Method>) -> Option<Method> {
    let first = values.next()?;
    let first_resource = Resource::of(first);
    values
        .all(|value| {
            value == first || Resource::of(value) == first_resource && first_resource.is_some()
        })
        .then(|| first.clone())
}
