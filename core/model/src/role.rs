//! Roles of people (DOMAIN §1.2). Where and for how long somebody holds one is a [`crate::Grant`].

use std::fmt;
use std::str::FromStr;

use minicbor::{Decode, Encode};
use serde::{Deserialize, Serialize};

macro_rules! roles {
    ($($(#[$doc:meta])* $name:ident = $number:literal $id:literal),+ $(,)?) => {
        /// What a person may be. One person holds several, each in a division.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Encode, Decode)]
        #[serde(try_from = "String", into = "String")]
        #[cbor(index_only)]
        pub enum Role {
            $($(#[$doc])* #[n($number)] $name),+
        }
        impl Role {
            /// Every role, in the order of the ids table.
            pub const ALL: &'static [Role] = &[$(Role::$name),+];
            /// The id used in data files, commands and messages.
            #[must_use]
            pub fn id(self) -> &'static str {
                match self {
                    $(Role::$name => $id),+
                }
            }
        }
    };
}

roles! {
    /// 居民
    Resident = 0 "resident",
    /// 志愿者
    Volunteer = 1 "volunteer",
    /// 流动网格员, 合作力量
    Partner = 2 "partner",
    /// 微网格长
    MicroHead = 3 "micro_head",
    /// 专职网格员
    GridWorker = 4 "grid_worker",
    /// 网格长
    GridHead = 5 "grid_head",
    /// 二级网格长
    L2Head = 6 "l2_head",
    /// 受理员
    Acceptor = 7 "acceptor",
    /// 值班长
    DutyChief = 8 "duty_chief",
    /// 派遣员
    Dispatcher = 9 "dispatcher",
    /// 专业部门
    HandlerUnit = 10 "handler_unit",
    /// 处置人
    Handler = 11 "handler",
    /// 信息采集员
    Collector = 12 "collector",
    /// 督办
    Supervisor = 13 "supervisor",
    /// 企业代表
    EnterpriseRep = 14 "enterprise_rep",
    /// 服务商
    ServiceProvider = 15 "service_provider",
    /// 家属联系人
    FamilyContact = 16 "family_contact",
    /// 互助管理员
    Moderator = 17 "moderator",
    /// 系统管理员
    Admin = 18 "admin",
}

/// A word that is no role.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("no role {0:?}; roles are: {roles}", roles = Role::ALL.iter().map(|r| r.id()).collect::<Vec<_>>().join(", "))]
pub struct UnknownRole(pub String);

impl FromStr for Role {
    type Err = UnknownRole;
    fn from_str(text: &str) -> Result<Self, UnknownRole> {
        Role::ALL
            .iter()
            .copied()
            .find(|r| r.id() == text)
            .ok_or_else(|| UnknownRole(text.chars().take(40).collect()))
    }
}

impl TryFrom<String> for Role {
    type Error = UnknownRole;
    fn try_from(text: String) -> Result<Self, UnknownRole> {
        text.parse()
    }
}

impl From<Role> for String {
    fn from(role: Role) -> String {
        role.id().to_owned()
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.id())
    }
}

impl Role {
    /// Whether the role looks after a grid and so reads every case in it that is not for its handlers alone.
    #[must_use]
    pub fn works_the_grid(self) -> bool {
        !matches!(
            self,
            Role::Resident
                | Role::Volunteer
                | Role::Partner
                | Role::EnterpriseRep
                | Role::ServiceProvider
                | Role::FamilyContact
                | Role::Admin
        )
    }

    /// Whether people of the role have to do with a division's cases because of it: a relative has to do with somebody's, and an operator
    /// with none.
    #[must_use]
    pub fn is_of_a_division(self) -> bool {
        !matches!(self, Role::FamilyContact | Role::Admin)
    }

    /// Whether the role may be held for one unit or provider: those that cases are dispatched to.
    #[must_use]
    pub fn works_for_units(self) -> bool {
        matches!(self, Role::HandlerUnit | Role::Handler | Role::ServiceProvider)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_role_survives_its_id() {
        for role in Role::ALL {
            assert_eq!(role.id().parse::<Role>().unwrap(), *role);
        }
        assert!("king".parse::<Role>().unwrap_err().to_string().contains("grid_worker"));
    }

    #[test]
    fn a_role_is_written_as_its_id() {
        for role in Role::ALL {
            assert_eq!((String::from(*role), role.to_string()), (role.id().to_owned(), role.id().to_owned()));
        }
    }
}
