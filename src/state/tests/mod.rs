//! What is read of every form of export, and what is said of what cannot be read.

mod mutations;
mod policies;
mod tables;
mod users;

use super::{PolicyState, UserExports, UserState};
use crate::error::Error;

const ADA: &str = "00000000-0000-4000-8000-000000001001";
const BEN: &str = "00000000-0000-4000-8000-000000001002";
const STAFF: &str = "00000000-0000-4000-8000-000000005001";
const OTHERS: &str = "00000000-0000-4000-8000-000000005002";

fn policies(text: &str) -> PolicyState {
    let mut policies = PolicyState::new();
    policies.add_slice("policies", text.as_bytes()).unwrap();
    policies
}

fn policy_error(bytes: &[u8]) -> Error {
    let mut policies = PolicyState::new();
    let error = policies.add_slice("policies", bytes).unwrap_err();
    assert_eq!(policies, PolicyState::new(), "{error}");
    error
}

fn exports(texts: &[&str]) -> UserExports {
    let mut users = UserExports::new();
    for (number, text) in (1..).zip(texts) {
        users.add_slice(&format!("export {number}"), text.as_bytes()).unwrap();
    }
    users
}

fn user(text: &str, name: &str) -> UserState {
    exports(&[text]).of(&[name])
}

fn user_error(bytes: &[u8]) -> Error {
    let mut users = UserExports::new();
    let error = users.add_slice("users", bytes).unwrap_err();
    assert!(users.of(&[ADA, "ada@example.com"]).is_unknown(), "{error}");
    error
}

/// The template id of a role of the table.
fn template(name: &str) -> &'static str {
    super::administrator_role(name).and_then(|role| role.template_id).unwrap()
}

fn utf16(text: &str) -> Vec<u8> {
    let units = std::iter::once(0xFEFF).chain(text.encode_utf16());
    units.flat_map(u16::to_le_bytes).collect()
}
